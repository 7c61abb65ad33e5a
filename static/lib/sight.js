const MOST_OFFERED = 3;

// Whether the model can't see the pictures that are attached: null, or its name and models that can, those in memory
// first. A model that doesn't tell what it can do may see.
export function blindness(attachments, name, models) {
  if (!attachments.some(({ kind }) => kind === 'picture')) return null;
  const model = models.find((one) => one.name === name);
  if (!model?.capabilities?.length || sees(model)) return null;
  const able = models.filter(sees).sort((one, other) => Boolean(other.running) - Boolean(one.running));
  return { model: name, able: able.slice(0, MOST_OFFERED).map((one) => one.name) };
}

function sees({ capabilities }) {
  return capabilities?.includes('vision') ?? false;
}
