// In characters. To keep more than this at each key would be felt.
const LONG = 20_000;
const DELAY = 500;

// Has something kept while it is typed: a short text at once, so that nothing can get lost; a long one a moment later.
export class Soon {
  #keep;
  #delay;
  #timer = null;

  constructor(keep, delay = DELAY) {
    this.#keep = keep;
    this.#delay = delay;
  }

  typed(text) {
    if (text.length <= LONG) this.now();
    else this.#timer ??= setTimeout(() => this.now(), this.#delay);
  }

  now() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#keep();
  }

  // Keeps what waits, because there is no moment left.
  flush() {
    if (this.#timer !== null) this.now();
  }
}
