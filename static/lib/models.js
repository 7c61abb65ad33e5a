// Decisions about models; the list is that of GET /api/models.

// Models that only embed can't chat. A model that doesn't tell its capabilities may.
export function offered(models) {
  return models.filter(({ capabilities }) => !capabilities?.length || capabilities.includes('completion'));
}

// The first of the wanted names that can be had, else the server's default, else any.
export function choose(models, wanted, fallback) {
  const names = models.map(({ name }) => name);
  return [...wanted, fallback].find((name) => name && names.includes(name)) ?? names[0] ?? null;
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

export function size(bytes, language) {
  const giga = bytes >= 1e9;
  const value = bytes / (giga ? 1e9 : 1e6);
  const unit = giga ? 'gigabyte' : 'megabyte';
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    maximumFractionDigits: giga && value < 10 ? 1 : 0,
  }).format(value);
}
