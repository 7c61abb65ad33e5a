// Says things one after the other, with time between them; what comes meanwhile is said together.
export class Speaker {
  #say;
  #pause;
  #waiting = [];
  #timer = null;

  constructor(say, { pause = 1_500 } = {}) {
    this.#say = say;
    this.#pause = pause;
  }

  add(text) {
    this.#waiting.push(text);
    if (this.#timer === null) this.#next();
  }

  // What waits is not wanted any more.
  hush() {
    this.#waiting = [];
  }

  #next() {
    this.#timer = null;
    if (!this.#waiting.length) return;
    this.#say(this.#waiting.join(' '));
    this.#waiting = [];
    this.#timer = setTimeout(() => this.#next(), this.#pause);
  }
}
