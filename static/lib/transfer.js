// The files that were pasted or dropped. What an office program copies is text, and a picture of it besides: then
// it is the text that is meant.
export function filesOf(transfer) {
  const { types = [], files = [] } = transfer ?? {};
  const words = types.includes('text/plain') && types.includes('text/html');
  return words ? [] : [...files];
}

export function holdsFiles(transfer) {
  return transfer?.types.includes('Files') ?? false;
}
