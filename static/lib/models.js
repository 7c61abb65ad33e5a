// Decisions about models; the list is that of GET /api/models.

// Models that only embed can't chat. A model that doesn't tell its capabilities may.
export function offered(models) {
  return models.filter(({ capabilities }) => !capabilities?.length || capabilities.includes('completion'));
}

// The first of the wanted names that can be had, else the server's default, else any. As long as nobody knows what can
// be had, the first: a question that is asked meanwhile is meant for it.
export function choose(models, wanted, fallback) {
  if (!models.length) return wanted.find(Boolean) ?? fallback ?? null;
  for (const name of [...wanted, fallback]) {
    const model = installed(models, name);
    if (model) return model.name;
  }
  return models[0]?.name ?? null;
}

// The model of this name. As to Ollama, a name without a tag means `:latest`, and case makes no difference.
export function installed(models, name) {
  if (!name) return null;
  const full = fullName(name);
  return models.find((model) => model.name === name) ?? models.find((model) => fullName(model.name) === full) ?? null;
}

export function sameModel(one, other) {
  return fullName(one) === fullName(other);
}

function fullName(name) {
  const tagged = name.slice(name.lastIndexOf('/') + 1).includes(':');
  return (tagged ? name : `${name}:latest`).toLowerCase();
}

// Those in whose name, family, size or kind every one of the typed words is found.
export function searched(models, text) {
  const words = text.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return models;
  return models.filter((model) => {
    const facts = [model.name, model.family, model.parameter_size, model.quantization_level].join(' ').toLowerCase();
    return words.every((word) => facts.includes(word));
  });
}

// What there is to say to the model about thinking: null (nothing), `switch` (on and off) or `levels`.
export function thinking(model) {
  if (!model || model.think !== undefined) return model?.think ?? null;
  if (!model.capabilities?.includes('thinking')) return null;
  return /^gpt-?oss$/i.test(model.family ?? '') ? 'levels' : 'switch';
}

// The model that the conversation was last carried on with.
export function lastModel(conversation, messages) {
  const reply = messages.findLast(({ role, model }) => role === 'assistant' && model);
  return reply?.model ?? conversation?.model ?? null;
}

// `:latest` is what Ollama means anyway.
export function shortName(name) {
  return name.replace(/:latest$/, '');
}

const UNITS = [[1e9, 'gigabyte'], [1e6, 'megabyte'], [0, 'kilobyte']];

export function size(bytes, language) {
  const [from, unit] = UNITS.find(([least]) => bytes >= least);
  const value = bytes / (from || 1e3);
  const maximumFractionDigits = unit === 'gigabyte' && value < 10 ? 1 : 0;
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits }).format(value);
}
