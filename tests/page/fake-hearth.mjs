import { Chat } from '../../static/lib/chat.js';
import { Connection } from '../../static/lib/connection.js';
import { ApiError } from '../../static/lib/errors.js';
import { Inbox } from '../../static/lib/inbox.js';

export const content = (id, text) => ({ id, type: 'content', text });
export const done = (id, reason = 'stop') => ({ id, type: 'done', reason, stats: {} });

// Hearth with one conversation, answering from memory. `events` is the open log of each generation.
export class FakeHearth {
  calls = [];
  messages = [];
  events = new Map();
  failures = [];
  last = 0;
  fields = {};

  createConversation = (fields) => this.#answer(['create', fields], () => ({ id: 'c', title: null, ...fields }));
  conversation = (id) => this.#answer(['read', id], () => this.#whole(id));
  ask = (id, question) => this.#answer(['ask', question], () => this.#ask(question));
  message = (id) => this.#answer(['message', id], () => structuredClone(this.messages.find((one) => one.id === id)));
  changeConversation = (id, fields) => this.#answer(['change', fields], () => Object.assign(this.fields, fields));
  replyAgain = (message, fields) => this.#answer(['again', message], () => ({ reply: this.reply(message, fields) }));
  goOn = (message) => this.#answer(['go on', message], () => ({ reply: this.again(message) }));
  generation = (id) => this.#answer(['generation', id], () => ({ id, last: this.last }));
  stop = (generation) => this.#answer(['stop', generation], () => ({}));
  follow = (generation) => this.events.get(generation);

  reply(parent, fields = {}) {
    const number = this.messages.length;
    const generation = `g${number}`;
    this.events.set(generation, new Inbox());
    const message = { id: `a${number}`, parent, role: 'assistant', content: '', state: 'queued', generation, ...fields };
    this.messages.push(message);
    this.fields.leaf = message.id;
    return { ...message };
  }

  // A new generation of the same message, whose log begins with what is there.
  again(id) {
    const message = this.messages.find((one) => one.id === id);
    const generation = `${message.generation}+`;
    Object.assign(message, { generation, state: 'queued' });
    this.events.set(generation, new Inbox());
    this.events.get(generation).put(content(1, message.content));
    return { ...message };
  }

  // The whole log of a generation, for whoever follows it anew.
  log(generation, events) {
    this.events.set(generation, new Inbox());
    for (const event of events) this.events.get(generation).put(event);
    this.events.get(generation).close();
  }

  #ask({ content: text, parent = this.messages.at(-1)?.id ?? null }) {
    const message = { id: `q${this.messages.length}`, parent, role: 'user', content: text };
    this.messages.push(message);
    return { message: { ...message }, reply: this.reply(message.id) };
  }

  #whole(id) {
    if (id !== 'c') throw new ApiError(404, 'not_found', 'There is no such conversation.');
    return { id, leaf: null, ...this.fields, messages: structuredClone(this.messages) };
  }

  async #answer(call, answer) {
    this.calls.push(call);
    const failure = this.failures.shift();
    if (failure) throw failure;
    return answer();
  }
}

export function begin(hearth = new FakeHearth(), { kept } = {}) {
  const connection = new Connection({ delay: () => 1 });
  const chat = new Chat({ api: hearth, connection, follow: hearth.follow, kept, now: () => 0 });
  const fired = [];
  for (const type of ['created', 'delivered', 'refused', 'finished']) {
    chat.addEventListener(type, () => fired.push(type));
  }
  return { hearth, chat, fired, connection };
}

export const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
export const texts = (chat) => chat.messages.map(({ content: text }) => String(text));
