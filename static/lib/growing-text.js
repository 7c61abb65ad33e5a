// A text that only ever grows. Whoever shows it asks for what came since it last looked, so a token costs the same
// at the end of a long reply as at its beginning (slicing a joined string would copy all of it each time).
export class GrowingText {
  #pieces = [];
  // How much of what is here is to come again.
  #known = 0;

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

  // What is here already is about to be appended again from its beginning, and is passed over then.
  rewind() {
    this.#known = String(this).length;
    return this;
  }

  // Returns whether there was anything new in it.
  append(text) {
    const fresh = text.slice(this.#known);
    this.#known -= text.length - fresh.length;
    if (fresh) this.#pieces.push(fresh);
    return fresh !== '';
  }

  since(mark) {
    return this.#pieces.slice(mark).join('');
  }

  toString() {
    return this.#pieces.join('');
  }
}
