const PREFIXES = [
  // What the library shows to be copied.
  [/^ollama\s+(?:run|pull)\s+/i, ''],
  [/^https?:\/\//i, ''],
  [/^(?:www\.)?ollama\.com\/(?:library\/)?/i, ''],
  [/^(?:www\.)?huggingface\.co\//i, 'hf.co/'],
];

// The grammar of Ollama's names, [host/][namespace/]model[:tag], which Hearth holds them to as well.
const PART = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}';
const NAME = new RegExp(
  `^(?:[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}/(?=[^/]*/))?(?:[A-Za-z0-9_][A-Za-z0-9_-]{0,79}/)?${PART}(?::${PART})?$`,
);

// The name of a model in what somebody typed, or copied with its address or its command; null where there is none.
export function modelName(text) {
  const plain = text.normalize('NFKC').trim();
  const bare = PREFIXES.reduce((name, [from, to]) => name.replace(from, to), plain).replace(/[?#].*$|\/$/g, '');
  return NAME.test(bare) ? bare : null;
}
