// Calls `bark` once nothing has been heard for `patience` milliseconds. A phone that changes its network is not
// told that its connections are dead; only their silence shows it.
export class Watchdog {
  #patience;
  #bark;
  #timer;

  constructor(patience, bark) {
    this.#patience = patience;
    this.#bark = bark;
    this.heard();
  }

  heard() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#bark, this.#patience);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}
