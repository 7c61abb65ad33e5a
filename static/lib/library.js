import { ApiError } from './errors.js';
import { oneAtATime } from './one-at-a-time.js';
import { Unread } from './unread.js';

// How many conversations a page has as the reader scrolls; when all is read anew, and how many of them at most: what
// is further down stays as it was read.
const PAGE = 50;
const LARGE_PAGE = 200;
const ANEW = 1_000;

// The conversations there are, the newest first, as far down as they have been read. Fires
//   change                               something is to be shown anew
//   conversation {id, conversation}      how one is now; null: it is gone
//
// phase: `loading` (nothing has been read yet), `ready`, `failed` (nothing could be read); `problem` is why the latest
// reading failed, whatever is there.
export class Library extends EventTarget {
  phase = 'loading';
  problem = null;
  // There are more, further down.
  more = false;

  // Reads anew what has been read.
  refresh = oneAtATime(() => this.#reading((heard) => this.#readAnew(heard)));

  #api;
  #connection;
  #all = new Map();
  #unread;
  // Where what has been read ends: the place of the last one. What is known from below it isn't shown, because what
  // stands between isn't known.
  #edge = null;
  #deleting = new Set();
  #open = null;
  #listed = null;
  #readingMore = false;
  // id → the latest change of it that is on its way: the next one doesn't overtake it.
  #changing = new Map();
  // Of each reading at work the ids that were heard of meanwhile: its answer about them is old.
  #heard = new Set();

  // unread: a Kept for which conversations have a reply that was not seen.
  constructor({ api, connection, unread }) {
    super();
    this.#api = api;
    this.#connection = connection;
    this.#unread = new Unread(unread);
  }

  get pinned() {
    return this.#lists().pinned;
  }

  get others() {
    return this.#lists().others;
  }

  get(id) {
    return this.#all.get(id);
  }

  isUnread(id) {
    return this.#unread.has(id);
  }

  isDeleting(id) {
    return this.#deleting.has(id);
  }

  // The reader looks at this conversation; null: at none of them.
  look(id) {
    if (id === this.#open) return;
    this.#open = id;
    this.#unread.delete(id);
    this.#changed();
  }

  // What Hearth tells of one.
  hear({ id, deleted, conversation }) {
    for (const heard of this.#heard) heard.add(id);
    if (deleted) this.#forget(id);
    else if (conversation) this.#keep(conversation);
    this.#changed();
  }

  async readMore() {
    if (!this.more || this.#readingMore || this.phase !== 'ready') return;
    this.#readingMore = true;
    await this.#reading((heard) => this.#readOn(heard));
    this.#readingMore = false;
  }

  // Shown at once, and taken back when Hearth says no (then it throws).
  async change(id, fields) {
    const before = this.#all.get(id);
    if (before) this.hear({ id, conversation: { ...before, ...fields } });
    const change = () => this.#connection.retry(() => this.#api.changeConversation(id, fields));
    const changing = Promise.resolve(this.#changing.get(id)).then(change, change);
    this.#changing.set(id, changing);
    try {
      const conversation = await changing;
      // What was changed since then is shown, and isn't in the answer.
      if (this.#changing.get(id) === changing) this.hear({ id, conversation });
    } catch (error) {
      const now = this.#all.get(id);
      if (error.status === 404) this.hear({ id, deleted: true });
      else if (now) this.hear({ id, conversation: { ...now, ...same(before, Object.keys(fields)) } });
      throw error;
    } finally {
      if (this.#changing.get(id) === changing) this.#changing.delete(id);
    }
  }

  // --- deleting: hidden at once, and only later deleted, or shown again

  hide(id) {
    this.#deleting.add(id);
    this.#changed();
  }

  restore(id) {
    this.#deleting.delete(id);
    this.#changed();
  }

  async delete(id) {
    try {
      await this.#connection.retry(() => this.#api.deleteConversation(id));
    } catch (error) {
      if (error.status !== 404) {
        this.restore(id);
        throw error;
      }
    }
    this.hear({ id, deleted: true });
    this.restore(id);
  }

  // The page is left: what is hidden is deleted now, without waiting for an answer.
  leave() {
    for (const id of this.#deleting) this.#api.deleteConversation(id, { last: true }).catch(() => {});
  }

  // --- reading

  async #reading(read) {
    const heard = new Set();
    this.#heard.add(heard);
    try {
      await read(heard);
      Object.assign(this, { phase: 'ready', problem: null });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
      if (this.phase === 'loading') this.phase = 'failed';
    } finally {
      this.#heard.delete(heard);
    }
    this.#changed();
  }

  async #readOn(heard) {
    try {
      const page = await this.#page({ before: this.others.at(-1)?.id, limit: PAGE });
      this.#take(page.conversations, heard);
      this.#ends(page);
    } catch (error) {
      if (error.status !== 404) throw error;
      // The one to go on behind is gone.
      this.refresh();
    }
  }

  async #readAnew(heard) {
    const wanted = Math.max(PAGE, Math.min(this.others.length, ANEW));
    const seen = [...(await this.#allPinned())];
    let page = { conversations: [], more: true };
    for (let count = 0; page.more && count < wanted; count += page.conversations.length) {
      const limit = Math.min(wanted - count, LARGE_PAGE);
      page = await this.#page({ before: page.conversations.at(-1)?.id, limit });
      seen.push(...page.conversations);
    }
    const end = page.more ? place(page.conversations.at(-1)) : '';
    this.#take(seen, heard);
    this.#drop(new Set(seen.map(({ id }) => id)), end, heard);
    if (this.#edge === null || end <= this.#edge) this.#ends(page);
  }

  async #allPinned() {
    const found = [];
    for (let page = { more: true }; page.more; ) {
      page = await this.#page({ pinned: true, before: found.at(-1)?.id, limit: LARGE_PAGE });
      found.push(...page.conversations);
    }
    return found;
  }

  async #page({ pinned = false, before, limit }) {
    const page = await this.#connection.retry(() => this.#api.conversations({ pinned, before, limit }));
    return checked(page);
  }

  #ends({ conversations, more }) {
    this.more = more;
    this.#edge = more ? place(conversations.at(-1)) : '';
  }

  #take(conversations, heard) {
    for (const conversation of conversations) if (!heard.has(conversation.id)) this.#keep(conversation);
  }

  // Those that should have been among what was seen, down to `end`, and were not, are gone.
  #drop(seen, end, heard) {
    for (const conversation of [...this.#all.values()]) {
      const { id, pinned } = conversation;
      if (!seen.has(id) && !heard.has(id) && (pinned || place(conversation) >= end)) this.#forget(id);
    }
  }

  // --- keeping

  #keep({ messages: _messages, snippet: _snippet, ...conversation }) {
    const { id, running } = conversation;
    if (running.length || id === this.#open) this.#unread.delete(id);
    else if (this.#all.get(id)?.running.length) this.#unread.add(id);
    this.#all.set(id, conversation);
    this.#tell(id, conversation);
  }

  #forget(id) {
    this.#all.delete(id);
    this.#unread.delete(id);
    this.#tell(id, null);
  }

  #lists() {
    if (!this.#listed) {
      const shown = [...this.#all.values()].filter(({ id }) => !this.#deleting.has(id));
      const sorted = shown.map((one) => [place(one), one]).sort(([a], [b]) => (a < b ? 1 : -1));
      const of = (some) => sorted.filter(([at, one]) => some(one, at)).map(([, one]) => one);
      this.#listed = {
        pinned: of(({ pinned }) => pinned),
        others: of(({ pinned }, at) => !pinned && at >= (this.#edge ?? '')),
      };
    }
    return this.#listed;
  }

  #tell(id, conversation) {
    this.dispatchEvent(new CustomEvent('conversation', { detail: { id, conversation } }));
  }

  #changed() {
    this.#listed = null;
    this.dispatchEvent(new Event('change'));
  }
}

// A page of the list, or an ApiError if it is none: whatever answers there is no Hearth.
export function checked(page) {
  const { conversations, more } = page ?? {};
  const readable = Array.isArray(conversations) && conversations.every(isConversation);
  if (readable && !(more && !conversations.length)) return page;
  throw new ApiError(200, 'unreadable', 'This is no list of conversations');
}

function isConversation(one) {
  const { id, title, updated_at: time, running } = one ?? {};
  if (![id, title ?? '', time].every((text) => typeof text === 'string')) return false;
  return !Number.isNaN(Date.parse(time)) && Array.isArray(running);
}

// Where it stands in the list, as a text that can be compared. Times have as many digits as they need.
function place({ updated_at: time, id }) {
  const [, seconds, parts = ''] = time.match(/^([^.Z]*)\.?(\d*)/);
  return `${seconds}.${parts.padEnd(9, '0')} ${id}`;
}

function same(record, names) {
  return Object.fromEntries(names.map((name) => [name, record[name]]));
}
