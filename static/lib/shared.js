import { ApiError, ConnectionError } from './errors.js';
import { GrowingText } from './growing-text.js';

// How often to look whether there is more.
const INTERVAL = 2_000;

// What a shared link shows; a live one is read again and again while it is looked at. Fires `change`.
//
// phase: `loading`, `ready`, `gone` (ended, or never there), `stranger` (it is for those who sign in), `failed`
export class Shared extends EventTarget {
  phase = 'loading';
  title = '';
  live = false;
  messages = [];
  // Why it is not, or not anew, to be had just now.
  problem = null;

  #read;
  #interval;
  #timer;
  #attending = null;
  #known = '';

  // read: asks for it
  constructor({ read, interval = INTERVAL }) {
    super();
    this.#read = read;
    this.#interval = interval;
  }

  // It is looked at from now on.
  async attend() {
    this.rest();
    const attending = (this.#attending = {});
    const show = await this.#look();
    // It may have been put aside meanwhile, and be looked at again: another answer is newer then.
    if (attending !== this.#attending) return;
    show();
    if (this.#goesOn) this.#timer = setTimeout(() => this.attend(), this.#interval);
  }

  rest() {
    clearTimeout(this.#timer);
    this.#attending = null;
  }

  get #goesOn() {
    if (this.problem instanceof ConnectionError) return true;
    return this.phase === 'ready' && (this.live || this.messages.some(isWritten));
  }

  // Gives what shows the answer.
  async #look() {
    try {
      const answer = await this.#read();
      return () => this.#show(answer);
    } catch (error) {
      return () => this.#refuse(error);
    }
  }

  #show(answer) {
    this.problem = null;
    const known = JSON.stringify(answer);
    if (known === this.#known && this.phase === 'ready') return this.#fire();
    this.#known = known;
    const before = new Map(this.messages.map((message) => [message.id, message]));
    Object.assign(this, { phase: 'ready', title: answer.title ?? '', live: answer.live });
    this.messages = answer.messages.map((message) => continued(message, before.get(message.id)));
    return this.#fire();
  }

  #refuse(error) {
    this.problem = error;
    if (error instanceof ApiError) this.phase = { 401: 'stranger', 404: 'gone' }[error.status] ?? this.#failed;
    else if (!(error instanceof ConnectionError)) throw error;
    if (this.phase === 'gone' || this.phase === 'stranger') this.messages = [];
    this.#fire();
  }

  get #failed() {
    return this.phase === 'ready' ? 'ready' : 'failed';
  }

  #fire() {
    this.dispatchEvent(new Event('change'));
  }
}

export function isWritten({ state }) {
  return state === 'queued' || state === 'running';
}

// A reply's text grows, so that what is on the page of it stays.
function continued(message, before) {
  if (message.role !== 'assistant') return message;
  const grows = before && message.content.startsWith(String(before.content));
  const content = grows ? before.content : new GrowingText();
  content.append(message.content.slice(String(content).length));
  return { ...message, content };
}
