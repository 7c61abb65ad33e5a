export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// {[name]: RFC 3339} of seconds since 1970 (milliseconds and nanoseconds are found too), {} of anything else.
export function time(name, value) {
  let seconds = typeof value === 'string' ? Date.parse(value) / 1000 : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds <= 0) return {};
  while (seconds > 1e11) seconds /= 1000;
  return { [name]: new Date(seconds * 1000).toISOString() };
}
