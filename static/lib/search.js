import { ApiError } from './errors.js';
import { checked } from './library.js';

const PAGE = 50;
const DELAY = 150;

// A search in all conversations, as the reader types. Fires `change`.
//
// phase: `off` (nothing is searched for), `searching`, `ready`, `failed`. While it searches, what was found before
// stays.
export class Search extends EventTarget {
  query = '';
  phase = 'off';
  found = [];
  more = false;
  problem = null;

  #api;
  #connection;
  #delay;
  #timer;
  // What was asked before is of no use any more.
  #asking = new AbortController();

  constructor({ api, connection, delay = DELAY }) {
    super();
    this.#api = api;
    this.#connection = connection;
    this.#delay = delay;
  }

  type(text) {
    const query = text.trim();
    if (query === this.query) return;
    this.#asking.abort();
    clearTimeout(this.#timer);
    const phase = query ? 'searching' : 'off';
    Object.assign(this, { query, phase, problem: null, more: false }, !query && { found: [] });
    if (query) this.#timer = setTimeout(() => this.again(), this.#delay);
    this.#fire();
  }

  // The same once more, after it failed.
  async again() {
    this.#asking.abort();
    this.#asking = new AbortController();
    await this.#read(undefined, []);
  }

  async readMore() {
    if (!this.more || this.phase !== 'ready') return;
    this.more = false;
    await this.#read(this.found.at(-1)?.id, this.found);
  }

  // How a conversation is now; null: it is gone.
  hear({ id, conversation }) {
    if (!this.found.some((one) => one.id === id)) return;
    const now = (one) => (one.id === id ? conversation && { ...one, ...conversation } : one);
    this.found = this.found.map(now).filter(Boolean);
    this.#fire();
  }

  async #read(before, known) {
    const { query } = this;
    const { signal } = this.#asking;
    try {
      const call = () => this.#api.conversations({ query, before, limit: PAGE });
      const page = checked(await this.#connection.retry(call, signal));
      if (signal.aborted) return;
      const { more } = page;
      Object.assign(this, { phase: 'ready', problem: null, found: [...known, ...page.conversations], more });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      Object.assign(this, { phase: 'failed', problem: error });
    }
    this.#fire();
  }

  #fire() {
    this.dispatchEvent(new Event('change'));
  }
}
