// What is told of the models that are there; the list is that of GET /api/models.

// Below this a model's end gives back nothing worth naming: its own texts are that small.
const NOTHING = 10_000_000;

// From this many on they can be filtered.
export const MANY = 9;

export function byName(models) {
  const { compare } = new Intl.Collator('en', { numeric: true });
  return [...models].sort((one, other) => compare(one.name, other.name));
}

// At most, in bytes, over all Ollamas: what models share lies there once, which the list doesn't tell.
export function onDisk(models) {
  return models.reduce((sum, { size, servers }) => sum + (size || 0) * Math.max(1, servers?.length ?? 1), 0);
}

// How much of what is in memory is on the GPU, from 0 to 1; null where nobody tells.
export function onGPU({ size, size_vram: bytes }) {
  if (!(size > 0) || !(bytes >= 0)) return null;
  return Math.min(1, bytes / size);
}

// The address where something is done with a model, unless another was chosen: where it is in memory, else the first
// that has it. null where Hearth knows which is meant.
export function placeOf({ running, servers = [] }, chosen = null) {
  if (servers.length < 2) return servers[0] ?? null;
  if (servers.includes(chosen)) return chosen;
  return servers.includes(running?.server) ? running.server : servers[0];
}

// How it is in memory at that address; null where it isn't, or where nobody tells.
export function runningAt({ running }, place) {
  return running && (!place || !running.server || running.server === place) ? running : null;
}

// What deleting it gives back: `all`, `part` or `nothing`; the others keep what they share with it.
export function freeing({ frees, shared_with: others = [] }) {
  if (!others.length) return 'all';
  return frees < NOTHING ? 'nothing' : 'part';
}

// `http://nas.local:11434` is called nas.local:11434.
export function hostOf(url) {
  return url.replace(/^https?:\/\//, '');
}
