import { anotherReply } from './another-reply.js';
import { branch } from './branch.js';
import { either } from './either.js';
import { ApiError } from './errors.js';
import { goingOn } from './going-on.js';
import { oneAtATime } from './one-at-a-time.js';
import {
  aboutToGoOn,
  annotated,
  applied,
  asReply,
  canGoOn,
  expectedReply,
  isRunning,
  rewound,
  sentQuestion,
} from './reply.js';
import { requestId } from './request-id.js';

// The conversation on the page: reads it, asks in it, follows the reply that is being written. Fires
//   change                      something is to be shown anew
//   created                     the first question has made a conversation
//   delivered                   Hearth has the question
//   refused                     Hearth doesn't have it; `problem` says why, if Hearth said so
//   finished {reply}            a reply that was followed has ended
//
// phase: `new` (no conversation yet), `loading`, `ready`, `missing` (there is no such conversation), `failed`
export class Chat extends EventTarget {
  phase = 'new';
  conversation = null;
  messages = [];
  problem = null;

  #api;
  #connection;
  #follow;
  #fields;
  #now;
  // Ends whatever belongs to the conversation on the page once the reader goes to another.
  #visit = new AbortController();
  #read = null;
  #sending = null;
  #turn = 0;
  // generation → whether it is being followed (true), or was to its end (false)
  #followed = new Map();

  // fields: what a new conversation is made with, beside its model.
  constructor({ api, connection, follow, fields = () => ({}), now = () => performance.now() }) {
    super();
    this.#api = api;
    this.#connection = connection;
    this.#follow = follow;
    this.#fields = fields;
    this.#now = now;
  }

  // The reply that is being written.
  get running() {
    return this.messages.find((message) => message.generation && isRunning(message)) ?? null;
  }

  // There is a conversation on the page, or will be in a moment.
  get showing() {
    return this.phase === 'ready' || this.phase === 'loading';
  }

  // There is something that Stop would stop.
  get busy() {
    return this.#sending !== null || this.running !== null;
  }

  async open(id) {
    this.#visit.abort();
    this.#visit = new AbortController();
    this.#sending = null;
    this.#followed.clear();
    Object.assign(this, { phase: id ? 'loading' : 'new', conversation: null, messages: [], problem: null });
    this.#read = id ? this.#reader(id) : null;
    if (id) await this.#read();
    else this.#fire('change');
  }

  // Shows what happened elsewhere: in another tab, on another device, or while this page was asleep.
  async refresh() {
    if (this.showing && !this.#sending) await this.#read();
  }

  // What Hearth tells of a conversation that has changed.
  async hear({ id }) {
    if (id === this.conversation?.id) await this.refresh();
  }

  // images: base64, as the API takes them.
  async ask(content, { model, request = requestId(), images = [] }) {
    if (this.busy) return;
    const shown = [...this.messages, sentQuestion(request, content, images), expectedReply(request, model)];
    await this.#send(shown, async (signal) => {
      const id = await this.#conversationId(model, signal);
      const question = { ...named(model), content, request_id: request, ...(images.length && { images }) };
      return this.#retry(() => this.#api.ask(id, question), signal);
    });
  }

  // Another reply to the question that `reply` answers.
  async tryAgain(reply, { model }) {
    if (this.busy) return;
    const place = this.messages.findIndex(({ id }) => id === reply.parent);
    const question = this.messages[place];
    const shown = [...this.messages.slice(0, place + 1), expectedReply(requestId(), model)];
    const again = anotherReply(this.#api, this.conversation.id, question, reply, named(model));
    await this.#send(shown, async (signal) => ({ message: question, reply: await this.#retry(again, signal) }));
  }

  // Goes on with a reply that was cut: the same message, a new generation.
  async goOn(reply) {
    const old = this.messages.at(-1);
    if (this.busy || old?.id !== reply.id || !canGoOn(old)) return;
    const question = this.messages.at(-2);
    const again = goingOn(this.#api, old);
    await this.#send([...this.messages.slice(0, -1), aboutToGoOn(old)], async (signal) => {
      return { message: question, reply: await this.#retry(again, signal) };
    });
  }

  async stop() {
    if (this.#sending) return this.#stopSending();
    const { generation } = this.running ?? {};
    if (!generation) return;
    this.#update(generation, (reply) => ({ ...reply, stopping: true }));
    const { signal } = this.#visit;
    await this.#retry(() => this.#api.stop(generation), signal).catch((error) => this.#complain(error, signal));
  }

  // --- sending

  // Shows what is expected at once, and what came of it later.
  async #send(shown, call) {
    const before = this.messages;
    const { signal } = this.#visit;
    this.#turn++;
    this.#sending = { abort: new AbortController(), stop: false };
    Object.assign(this, { messages: shown, problem: null });
    this.#fire('change');
    try {
      const answer = await call(either(signal, this.#sending.abort.signal));
      if (!signal.aborted) this.#arrived(answer);
    } catch (error) {
      if (signal.aborted) return;
      this.#sending = null;
      this.messages = before;
      this.#complain(error, signal);
      this.#fire('refused');
    }
  }

  #arrived({ message, reply }) {
    const { stop } = this.#sending;
    this.#sending = null;
    const [question, expected] = this.messages.slice(-2);
    // With their keys they stay the elements that are on the page already.
    this.messages.splice(
      -2,
      2,
      { ...message, key: question.key ?? question.id },
      { ...this.#asShown(reply, expected), key: expected.key },
    );
    this.#fire('delivered');
    this.#fire('change');
    // The answer to a question that was sent twice may tell of a reply that has ended since.
    if (isRunning(reply)) this.#readReply(reply.generation, 0);
    if (stop) this.stop();
  }

  // A question on its way can't be called back, it is stopped when it has arrived. With nobody to answer it is given
  // up, and goes back to where it was typed.
  #stopSending() {
    this.#sending.stop = true;
    if (this.#connection.away) this.#sending.abort.abort();
  }

  async #conversationId(model, signal) {
    if (!this.conversation) {
      const conversation = await this.#retry(() => this.#api.createConversation({ ...named(model), ...this.#fields() }), signal);
      signal.throwIfAborted();
      this.#read = this.#reader(conversation.id);
      Object.assign(this, { conversation, phase: 'ready' });
      this.#fire('created');
    }
    return this.conversation.id;
  }

  // --- reading

  // Answers that overtook each other would show what was, not what is.
  #reader(id) {
    const { signal } = this.#visit;
    return oneAtATime(async () => {
      if (this.showing && !this.#sending && !signal.aborted) await this.#load(id, signal);
    });
  }

  async #load(id, signal) {
    const turn = this.#turn;
    this.#fire('change');
    try {
      const conversation = await this.#retry(() => this.#api.conversation(id), signal);
      if (!signal.aborted && turn === this.#turn) this.#show(conversation);
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 404) Object.assign(this, { phase: 'missing', conversation: null, messages: [] });
      else if (this.phase === 'loading') this.phase = 'failed';
      this.#complain(error, signal);
    }
  }

  #show(conversation) {
    const known = new Map(this.messages.map((message) => [message.id, message]));
    const messages = branch(conversation.messages, conversation.leaf);
    this.messages = messages.map((message) => this.#merged(known.get(message.id), message));
    Object.assign(this, { conversation, phase: 'ready' });
    this.#fire('change');
    for (const message of this.messages) if (message.generation && isRunning(message)) this.#resume(message);
  }

  // What is on the page stays as it is where the server has nothing newer to tell.
  #merged(shown, message) {
    if (!shown) return this.#asShown(message);
    const following = this.#followed.get(message.generation);
    const same = shown.state === message.state;
    // A generation that has ended doesn't begin again: the message was read before its end.
    const older = isRunning(message) && !isRunning(shown);
    if (shown.generation === message.generation && (following || same || older)) return annotated(shown, message);
    return { ...this.#asShown(message, shown), key: shown.key };
  }

  #asShown(message, shown) {
    if (message.role === 'user') return message;
    const reply = asReply(message);
    return isRunning(message) && !this.#followed.has(message.generation) ? rewound(reply, shown) : reply;
  }

  // Events up to the last one of now are old news: what they say did not happen while the page was looking.
  async #resume({ generation }) {
    if (this.#followed.has(generation)) return;
    this.#followed.set(generation, true);
    const { signal } = this.#visit;
    const { last } = await this.#retry(() => this.#api.generation(generation), signal).catch(() => ({ last: 0 }));
    if (!signal.aborted) await this.#readReply(generation, last);
  }

  async #readReply(generation, old) {
    const { signal } = this.#visit;
    this.#followed.set(generation, true);
    try {
      for await (const event of this.#follow(generation, 0, signal)) {
        this.#update(generation, (reply) => applied(reply, event, event.id > old ? this.#now() : null));
      }
    } catch (error) {
      this.#complain(error, signal);
    }
    if (signal.aborted) return;
    this.#followed.set(generation, false);
    const reply = this.messages.find((message) => message.generation === generation);
    if (reply && !isRunning(reply)) this.#fire('finished', { reply });
    // Where it was joined and what was left out is told by the message only.
    await this.refresh();
  }

  #update(generation, change) {
    const place = this.messages.findLastIndex((message) => message.generation === generation);
    if (place < 0) return;
    this.messages[place] = change(this.messages[place]);
    this.#fire('change');
  }

  #retry(action, signal) {
    return this.#connection.retry(action, signal);
  }

  #complain(error, signal) {
    if (signal.aborted) return;
    if (error instanceof ApiError) this.problem = error;
    else if (error.name !== 'AbortError') console.error(error);
    this.#fire('change');
  }

  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

// Without a name Hearth takes its own default.
function named(model) {
  return model ? { model } : {};
}
