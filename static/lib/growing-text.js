// A text that only ever grows. Whoever shows it asks for what came since it last looked, so a token costs the same
// at the end of a long reply as at its beginning (slicing a joined string would copy all of it each time).
export class GrowingText {
  #pieces = [];

  constructor(text = '') {
    this.append(text);
  }

  // A mark to give to `since` later.
  get mark() {
    return this.#pieces.length;
  }

  get empty() {
    return this.#pieces.length === 0;
  }

  append(text) {
    if (text) this.#pieces.push(text);
  }

  since(mark) {
    return this.#pieces.slice(mark).join('');
  }

  toString() {
    return this.#pieces.join('');
  }
}
