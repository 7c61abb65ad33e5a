// What there is to tell of a reply once it has ended: of its numbers, those that are known.

const NANO = 1e9;

// → [{name, value, unit}], unit: 'tokens', 'rate' (tokens a second) or 'time' (milliseconds)
export function facts({ stats }) {
  const told = stats ?? {};
  const { eval_count: written, eval_duration: writing, total_duration: total } = told;
  return [
    fact('read', told.prompt_eval_count, 'tokens'),
    fact('written', written, 'tokens'),
    fact('rate', written && writing ? written / (writing / NANO) : undefined, 'rate'),
    time('queue', told.queue_duration),
    time('load', told.load_duration),
    time('prompt', told.prompt_eval_duration),
    time('first', told.first_token_duration),
    time('thinking', told.thinking_duration),
    time('writing', writing),
    time('total', total === undefined ? undefined : total + (told.queue_duration ?? 0)),
  ].filter(Boolean);
}

// How the reply ended: `stop`, `length`, `stopped`, `interrupted` or `failed`.
export function ending({ state, reason }) {
  return state === 'done' ? (reason ?? 'stop') : state;
}

// From here on it is worth a word that the model's context fills up, and from there a warning.
const HALF = 0.5;
const NEARLY = 0.85;

// How full the context was behind this reply: {used, size, share, level}, level: null, 'half' or 'nearly'. null where
// it isn't known.
export function fullness({ context }) {
  const { used, size, left_out: left = [] } = context ?? {};
  if (!used || !size) return null;
  const share = Math.min(1, used / size);
  if (share >= NEARLY || left.length) return { used, size, share, level: 'nearly' };
  return { used, size, share, level: share >= HALF ? 'half' : null };
}

// The message above which the model is sent nothing any more: the first behind those that the latest reply left out.
// null where all is sent.
export function firstSent(messages) {
  const left = messages.findLast(({ context }) => context)?.context.left_out ?? [];
  if (!left.length) return null;
  const place = messages.findLastIndex(({ id }) => left.includes(id));
  return place < 0 ? null : (messages[place + 1]?.id ?? null);
}

function fact(name, value, unit) {
  return value === undefined || value === null ? null : { name, value, unit };
}

function time(name, nanoseconds) {
  return fact(name, nanoseconds === undefined ? undefined : nanoseconds / 1e6, 'time');
}
