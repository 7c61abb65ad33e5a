// When to work again, so that work takes one part in nine of the time at most: a slow machine works less often.
const SHARE = 8;

export class Pace {
  #now;
  #next = 0;

  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  // Milliseconds to wait before the next piece of work.
  get wait() {
    return Math.max(0, this.#next - this.#now());
  }

  run(work) {
    const began = this.#now();
    work();
    const ended = this.#now();
    this.#next = ended + SHARE * (ended - began);
  }
}
