import { ApiError } from './errors.js';
import { oneAtATime } from './one-at-a-time.js';

const FIELDS = ['system', 'options', 'think', 'keep_alive'];
// How long a reader may go on typing before it is kept.
const DELAY = 800;

// What the conversation on the page is held with: its system prompt, options, think and keep_alive. Changes hold at
// once, and are kept by Hearth a moment later; those of a new chat when its first question makes the conversation.
// What Hearth doesn't have yet survives a reload. Fires `change`.
export class ChatSettings extends EventTarget {
  problem = null;

  #api;
  #connection;
  #chat;
  #kept;
  #delay;
  #timer;
  #fresh = {};
  #current = {};
  // conversation → the fields that Hearth doesn't have yet
  #unsaved = new Map();
  #save = oneAtATime(() => this.#saveAll());

  // kept: where to keep what Hearth doesn't have yet
  constructor({ api, connection, chat, kept, delay = DELAY }) {
    super();
    this.#api = api;
    this.#connection = connection;
    this.#chat = chat;
    this.#kept = kept;
    this.#delay = delay;
    this.#restore();
    chat.addEventListener('created', () => this.#created());
  }

  // There is something to set them for.
  get available() {
    return this.#chat.conversation !== null || this.#chat.phase === 'new';
  }

  // The same object for as long as nothing has changed.
  get current() {
    const { conversation, phase } = this.#chat;
    const changed = conversation ? this.#unsaved.get(conversation.id) : phase === 'new' && this.#fresh;
    const now = { ...only(conversation ?? {}), ...changed };
    if (FIELDS.some((name) => now[name] !== this.#current[name])) this.#current = now;
    return this.#current;
  }

  // The reader has set something here, beside thinking.
  get own() {
    const { system, options, keep_alive: stay } = this.current;
    return Boolean(system) || (stay ?? null) !== null || Object.values(options ?? {}).some((value) => value !== null);
  }

  // What a new conversation is made with.
  get fields() {
    return Object.fromEntries(Object.entries(this.#fresh).filter(([, value]) => value !== null));
  }

  // soon: it is kept at once, for what is not typed letter by letter.
  change(fields, { soon = false } = {}) {
    if (!this.available) return;
    const { conversation } = this.#chat;
    this.problem = null;
    if (conversation) this.#unsaved.set(conversation.id, { ...this.#unsaved.get(conversation.id), ...fields });
    else Object.assign(this.#fresh, fields);
    this.#keep();
    this.#fire();
    clearTimeout(this.#timer);
    if (soon) this.#save();
    else this.#timer = setTimeout(this.#save, this.#delay);
  }

  // Keeps now what is still to be kept.
  flush() {
    clearTimeout(this.#timer);
    return this.#save();
  }

  // The page is being left. Should this not arrive, it is sent again when the page is opened again.
  leave() {
    for (const [id, fields] of this.#unsaved) {
      this.#api.changeConversation(id, fields, { last: true }).catch(() => {});
    }
  }

  async #saveAll() {
    for (const [id, fields] of this.#unsaved) {
      try {
        const answer = await this.#connection.retry(() => this.#api.changeConversation(id, fields));
        this.#saved(id, fields, answer);
      } catch (error) {
        this.#refused(id, error);
      }
    }
  }

  #saved(id, fields, answer) {
    this.#chat.changed(id, only(answer));
    const left = Object.entries(this.#unsaved.get(id) ?? {}).filter(([name, value]) => value !== fields[name]);
    if (left.length) this.#unsaved.set(id, Object.fromEntries(left));
    else this.#unsaved.delete(id);
    this.problem = null;
    this.#keep();
    this.#fire();
  }

  // It stays on the page, to be corrected or tried again; in a conversation that is gone there is nothing to set.
  #refused(id, error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404) this.#unsaved.delete(id);
    else this.problem = error;
    this.#keep();
    this.#fire();
  }

  // The first question has made a conversation. What was changed while it was on its way is kept now.
  #created() {
    const made = this.#chat.conversation;
    const late = Object.entries(this.#fresh).filter(([name, value]) => !same(value, made[name] ?? null));
    this.#fresh = {};
    if (late.length) this.change(Object.fromEntries(late), { soon: true });
    else this.#keep();
  }

  #keep() {
    const some = this.#unsaved.size || Object.keys(this.#fresh).length;
    this.#kept.write(some ? JSON.stringify({ fresh: this.#fresh, unsaved: [...this.#unsaved] }) : '');
  }

  #restore() {
    try {
      const { fresh, unsaved } = JSON.parse(this.#kept.read());
      this.#fresh = fresh;
      this.#unsaved = new Map(unsaved);
    } catch {
      return; // nothing, or nothing that can be read
    }
    if (this.#unsaved.size) this.#timer = setTimeout(this.#save, this.#delay);
  }

  #fire() {
    this.dispatchEvent(new Event('change'));
  }
}

function only(conversation) {
  return Object.fromEntries(FIELDS.map((name) => [name, conversation[name] ?? null]));
}

// Whether two values of the API are the same, in whatever order their fields come; what is null is as good as not
// there.
export function same(one, other) {
  return ordered(one) === ordered(other);
}

function ordered(value) {
  return JSON.stringify(value ?? null, (_, part) => {
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
    const entries = Object.entries(part).filter(([, one]) => one !== null).sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.length ? Object.fromEntries(entries) : null;
  });
}
