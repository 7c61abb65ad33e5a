const INTERVAL = 2_000;

// Looks how far the pulls are, as long as some run and nothing tells of them.
//
// heard: whether something does
export class PullPoll {
  #pulls;
  #heard;
  #interval;
  #timer = null;

  constructor({ pulls, heard, interval = INTERVAL }) {
    this.#pulls = pulls;
    this.#heard = heard;
    this.#interval = interval;
    pulls.addEventListener('change', () => this.#next());
  }

  #next() {
    if (this.#timer !== null || !this.#pulls.running.length) return;
    this.#timer = setTimeout(() => this.#look(), this.#interval);
  }

  async #look() {
    if (!this.#heard()) await this.#pulls.read();
    this.#timer = null;
    this.#next();
  }
}
