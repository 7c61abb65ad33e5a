// Aborts as soon as one of the signals does. As AbortSignal.any, which the browsers of older phones don't have.
export function either(...signals) {
  const controller = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    else signal.addEventListener('abort', () => controller.abort(signal.reason), { signal: controller.signal });
  }
  return controller.signal;
}

// What `promise` gives, unless the signal aborts before.
export async function unless(signal, promise) {
  signal.throwIfAborted();
  let leave;
  const left = new Promise((_, reject) => (leave = () => reject(signal.reason)));
  signal.addEventListener('abort', leave);
  try {
    return await Promise.race([promise, left]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
