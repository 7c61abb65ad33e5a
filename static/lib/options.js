import { thinking } from './models.js';

// The options of Ollama that can be set on the page, in their order there; `rare` ones are folded away. Any number is
// within `least` and `most`. `standard` is what Ollama does where neither the conversation nor the model says anything:
// null where it decides by itself.
export const options = [
  { name: 'temperature', kind: 'number', least: 0, most: 2, standard: 0.8 },
  { name: 'num_ctx', kind: 'whole', least: 256, most: 2 ** 31 - 1, standard: null },
  { name: 'num_predict', kind: 'whole', least: -2, most: 2 ** 31 - 1, standard: -1 },
  { name: 'top_p', kind: 'number', least: 0, most: 1, standard: 0.9, rare: true },
  { name: 'top_k', kind: 'whole', least: 0, most: 100_000, standard: 40, rare: true },
  { name: 'min_p', kind: 'number', least: 0, most: 1, standard: 0, rare: true },
  { name: 'repeat_penalty', kind: 'number', least: 0, most: 2, standard: 1, rare: true },
  { name: 'seed', kind: 'whole', least: -(2 ** 31), most: 2 ** 31 - 1, standard: null, rare: true },
  { name: 'stop', kind: 'lines', standard: null, rare: true },
];

// How long a model stays in memory after a reply, as `keep_alive` takes it: seconds, or a duration; -1 is for ever.
export const stays = [0, '5m', '30m', '1h', '4h', '24h', -1];

// What was typed → {value}, null for nothing; or {problem}: `number`, `whole` or `range`.
export function parsed({ kind, least, most }, text) {
  if (kind === 'lines') return { value: lines(text) };
  const plain = text.normalize('NFKC').trim().replace('−', '-').replace(/[,。]/, '.');
  if (!plain) return { value: null };
  if (!/^[-+]?(\d+\.?\d*|\.\d+)$/.test(plain)) return { problem: kind };
  const value = Number(plain);
  if (kind === 'whole' && !Number.isInteger(value)) return { problem: 'whole' };
  return value < least || value > most ? { problem: 'range' } : { value };
}

// A value as it is typed.
export function typed(value) {
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.map(escaped).join('\n') : String(value);
}

// What holds where the conversation says nothing: {value} and whether it is the model's own.
export function standard({ name, standard: value }, model) {
  const own = model?.parameters?.[name];
  return own === undefined || own === null ? { value, own: false } : { value: own, own: true };
}

// What a context of this many tokens takes in memory, in bytes; null where the server doesn't tell.
export function contextCost(model, tokens) {
  return model?.context_cost && tokens > 0 ? model.context_cost * tokens : null;
}

// Sizes of the context that are worth offering for a model.
export function contextSizes(model) {
  const most = model?.context_length ?? 131_072;
  const sizes = [4096, 8192, 16_384, 32_768, 65_536, 131_072].filter((size) => size < most);
  return [...sizes, most];
}

// The options with one of them changed; null when none is left.
export function withOption(current, name, value) {
  const changed = { ...current };
  if (value === null) delete changed[name];
  else changed[name] = value;
  return Object.keys(changed).length ? changed : null;
}

// Options that were set from elsewhere and that the page has no field for.
export function others(current) {
  const known = new Set(options.map(({ name }) => name));
  return Object.entries(current ?? {}).filter(([name, value]) => !known.has(name) && value !== null);
}

// How the model thinks with these settings: null where it can't be told to, else `on`, `off` or a level.
export function thinkingNow(model, think) {
  const kind = thinking(model);
  if (kind === 'levels') return typeof think === 'string' ? think : 'medium';
  return kind && (think === false ? 'off' : 'on');
}

// A line each; `\n` within one stands for a new line.
function lines(text) {
  const found = text.split('\n').map((line) => line.replace(/\r$/, '')).filter(Boolean);
  return found.length ? found.map(unescaped) : null;
}

function escaped(line) {
  return line.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

function unescaped(line) {
  return line.replace(/\\([nt\\])/g, (_, letter) => ({ n: '\n', t: '\t', '\\': '\\' })[letter]);
}
