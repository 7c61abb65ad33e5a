import { ApiError } from './errors.js';

// How old what is known of the machine may become while Ollama is missing: somebody may be installing it.
const FRESH = 20_000;
const GIB = 2 ** 30;

// The first minutes: what Hearth knows of its machine, and its search for an Ollama on the network. Fires `change`.
//
// facts: null, or the answer of GET /api/first
// search: `idle`, `looking`, `nothing`, `found` or `failed`
// found: the Ollamas that answered, the one that is used first
export class First extends EventTarget {
  facts = null;
  search = 'idle';
  found = [];

  #api;
  #connection;
  #now;
  #readAt = -Infinity;
  #reading = null;

  constructor({ api, connection, now = () => performance.now() }) {
    super();
    this.#api = api;
    this.#connection = connection;
    this.#now = now;
  }

  // Without the facts the page says less; it never waits for them.
  read() {
    if (this.#now() - this.#readAt < FRESH) return Promise.resolve();
    this.#reading ??= this.#read().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async look() {
    if (this.search === 'looking') return;
    this.#show('looking', []);
    try {
      const { found } = await this.#connection.retry(() => this.#api.look());
      this.#show(found.length ? 'found' : 'nothing', found);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#show('failed', []);
    }
  }

  async #read() {
    const facts = await this.#connection.retry(() => this.#api.first()).catch(() => this.facts);
    this.#readAt = this.#now();
    // The same is left as it is: what is drawn of it stays, with the focus in it.
    if (JSON.stringify(facts) === JSON.stringify(this.facts)) return;
    this.facts = facts;
    this.dispatchEvent(new Event('change'));
  }

  #show(search, found) {
    this.search = search;
    this.found = found;
    this.dispatchEvent(new Event('change'));
  }
}

// Whether who sits here looks after Ollama: with accounts it is for the owner to say, without any everybody does.
export function managesModels(status) {
  return status?.user?.may?.models ?? (Boolean(status) && !isStrangers(status));
}

function isStrangers({ auth }) {
  return auth === 'required' || auth === 'proxy';
}

// Memory is sold by powers of two, and said to be so many GB.
export function memory(bytes, language) {
  const value = bytes / GIB;
  const maximumFractionDigits = value < 7.5 ? 1 : 0;
  const format = new Intl.NumberFormat(language, { style: 'unit', unit: 'gigabyte', maximumFractionDigits });
  return format.format(value).replace(' ', '\u00a0');
}
