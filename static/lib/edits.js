import { Soon } from './soon.js';

// Questions that are being changed in their places, as far as that is typed: it outlives a reload, until it is sent or
// given up.
export class Edits {
  #kept;
  #texts;
  #soon = new Soon(() => this.#write());

  constructor(kept) {
    this.#kept = kept;
    this.#texts = read(kept);
  }

  // What is typed in the place of a message; null where nothing is.
  get(message) {
    return this.#texts.get(message) ?? null;
  }

  typed(message, text) {
    this.#texts.set(message, text);
    this.#soon.typed(text);
  }

  delete(message) {
    if (this.#texts.delete(message)) this.#soon.now();
  }

  // The page is being left.
  flush() {
    this.#soon.flush();
  }

  #write() {
    this.#kept.write(this.#texts.size ? JSON.stringify([...this.#texts]) : '');
  }
}

function read(kept) {
  try {
    return new Map(JSON.parse(kept.read()));
  } catch {
    return new Map(); // nothing, or nothing that can be read
  }
}
