import { listen } from './listen.js';

// What Hearth tells of things that change elsewhere: in another tab, on another device. Fires
//   opened                                                   from now on it is told; what changed before is to be read
//   conversation {id, deleted, conversation}                 one has changed, is new, or is gone
//   pulls {pulls}                                            what Ollama fetches has changed, for who may see it
//   models                                                   the list of models has changed
//   and whatever other `type` of frame comes, under its name
export class News extends EventTarget {
  #listening = null;
  #lines;

  constructor(lines) {
    super();
    this.#lines = lines;
  }

  attend() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const opened = () => this.#fire('opened');
    listen({ ...this.#lines, hear: (change) => this.#fire(change.type, change), opened, signal });
  }

  leave() {
    this.#listening?.abort();
    this.#listening = null;
  }

  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
