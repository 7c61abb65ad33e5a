// crypto.randomUUID exists in secure contexts only; a page that is opened over plain http on the home network has
// just getRandomValues.
export function requestId(crypto = globalThis.crypto) {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
