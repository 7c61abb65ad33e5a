import { oneAtATime } from './one-at-a-time.js';

// The links that this person shares conversations by. Fires `change`.
export class Sharing extends EventTarget {
  all = [];

  // Reads them anew; what can't be read now is as it was.
  refresh = oneAtATime(() => this.#read().catch(() => {}));

  #api;
  #connection;
  // How often something was changed here: what was read before that is old.
  #changes = 0;

  constructor({ api, connection }) {
    super();
    this.#api = api;
    this.#connection = connection;
  }

  // Those of one conversation, the newest first.
  of(conversation) {
    return this.all.filter((share) => share.conversation === conversation);
  }

  // message: down to which; null: live
  async add(conversation, { message, sign_in }) {
    const share = await this.#api.createShare(conversation, { message, sign_in });
    this.#changes++;
    this.#set([share, ...this.all.filter(({ id }) => id !== share.id)]);
    return share;
  }

  async end(id) {
    try {
      await this.#api.deleteShare(id);
    } catch (error) {
      if (error.status !== 404) throw error; // it was ended elsewhere
    }
    this.#changes++;
    this.#set(this.all.filter((share) => share.id !== id));
  }

  async #read() {
    const changes = this.#changes;
    const { shares } = await this.#connection.retry(() => this.#api.shares());
    if (changes !== this.#changes) return this.#read();
    this.#set([...shares].sort(newer));
  }

  #set(shares) {
    this.all = shares;
    this.dispatchEvent(new Event('change'));
  }
}

function newer(one, other) {
  return one.created_at < other.created_at ? 1 : -1;
}
