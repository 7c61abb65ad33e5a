import { another, continued, named, question } from './asks.js';
import { Tree } from './branch.js';
import { either, unless } from './either.js';
import { ApiError } from './errors.js';
import { LeafChoice } from './leaf-choice.js';
import { oneAtATime } from './one-at-a-time.js';
import { Readings } from './readings.js';
import { canGoOn, isRunning, merged, received, rewound } from './reply.js';

// The conversation on the page: reads it, asks in it, follows the reply that is being written. Fires
//   change                      something is to be shown anew
//   created                     the first question has made a conversation
//   delivered                   Hearth has the question
//   refused                     Hearth doesn't have it; `problem` says why, if Hearth said so
//   written {reply, event, text}   something new came of a reply that is followed; text: of its content
//   finished {reply}            a reply that was followed has ended
//
// phase: `new` (no conversation yet), `loading`, `ready`, `missing` (there is no such conversation), `failed`
export class Chat extends EventTarget {
  phase = 'new';
  conversation = null;
  // The branch that is read.
  messages = [];
  problem = null;

  #api;
  #connection;
  #fields;
  #kept;
  #readings;
  #tree = new Tree();
  // Which conversation is on the page, or about to be; null: one that isn't there yet.
  #id = null;
  #leaf = new LeafChoice(() => {});
  // Ends whatever belongs to the conversation on the page once the reader goes to another.
  #visit = new AbortController();
  #read = null;
  #sending = null;
  #turn = 0;
  // Something has changed elsewhere while a question was on its way.
  #behind = false;

  // fields: what a new conversation is made with, beside its model. kept: resolves once what was set here is kept.
  constructor({ api, connection, follow, fields = () => ({}), kept = async () => {}, now }) {
    super();
    this.#api = api;
    this.#connection = connection;
    this.#fields = fields;
    this.#kept = kept;
    this.#readings = new Readings({
      follow,
      last: async (generation, signal) => (await this.#retry(() => api.generation(generation), signal)).last,
      update: (id, change) => this.#update(id, change),
      written: (id, event, text) => this.#fire('written', { reply: this.#tree.get(id), event, text }),
      ended: (reading, signal) => this.#ended(reading, signal),
      complain: (error, signal) => this.#complain(error, signal),
      now,
    });
  }

  // The reply that is being written.
  get running() {
    return this.messages.find((message) => message.generation && isRunning(message)) ?? null;
  }

  // There is a conversation on the page, or will be in a moment.
  get showing() {
    return this.phase === 'ready' || this.phase === 'loading';
  }

  get sending() {
    return this.#sending !== null;
  }

  // There is something that Stop would stop.
  get busy() {
    return this.sending || this.running !== null;
  }

  // A question can be asked: it is known what it would go below.
  get ready() {
    return !this.busy && this.phase !== 'loading';
  }

  // The other branches that begin where this message stands; see Tree.
  siblings(message) {
    return this.#tree.siblings(message);
  }

  // Resolves to whether that is what is on the page: the reader may have gone elsewhere meanwhile, and come back.
  async open(id) {
    this.#visit.abort();
    this.#visit = new AbortController();
    const { signal } = this.#visit;
    this.#sending = null;
    this.#behind = false;
    this.#readings.clear();
    this.#tree = new Tree();
    this.#isAbout(id, signal);
    Object.assign(this, { phase: id ? 'loading' : 'new', conversation: null, messages: [], problem: null });
    if (id) await this.#read();
    else this.#fire('change');
    return !signal.aborted;
  }

  // Shows what happened elsewhere: in another tab, on another device, or while this page was asleep.
  async refresh() {
    this.#behind = this.#sending !== null;
    if (this.showing && !this.#sending) await this.#read();
  }

  // What Hearth tells of a conversation that has changed.
  async hear({ id }) {
    if (id === this.#id) await this.refresh();
  }

  // Fields of the conversation `id` were changed here: what was read of it before is old.
  changed(id, fields) {
    if (id !== this.#id) return;
    this.#turn++;
    if (this.conversation) this.conversation = { ...this.conversation, ...fields };
  }

  // images: base64, as the API takes them.
  async ask(content, options) {
    const last = this.messages.at(-1);
    const place = last ? { parent: last.id } : {};
    if (this.ready) await this.#send(question(this.messages, content, { ...options, ...place }));
  }

  // Asks something else in the place of `message`, on a branch of its own. Resolves to whether Hearth has it, also
  // where the reader has gone elsewhere meanwhile.
  async edit(message, content, options) {
    const place = this.messages.findIndex(({ id }) => id === message.id);
    if (this.#sending || place < 0) return false;
    return this.#send(question(this.messages.slice(0, place), content, { ...options, parent: message.parent }));
  }

  // Another reply to the question that `reply` answers.
  async tryAgain(reply, { model }) {
    const there = this.messages.some(({ id }) => id === reply.id) && reply.parent;
    if (there && !this.#sending) await this.#send(another(this.messages, reply, { model }));
  }

  // Goes on with a reply that was cut: the same message, a new generation.
  async goOn(reply) {
    const old = this.messages.at(-1);
    if (!this.busy && old?.id === reply.id && canGoOn(old)) await this.#send(continued(this.messages));
  }

  // Reads on with the branch through the message `id`.
  async choose(id) {
    if (this.#sending || !this.#tree.get(id)) return;
    this.#turn++;
    this.#show(this.#tree.leafBelow(id));
    await this.#leaf.choose(this.messages.at(-1).id);
  }

  async stop() {
    if (this.#sending) return this.#stopSending();
    const { id, generation } = this.running ?? {};
    if (!generation) return;
    this.#update(id, (reply) => ({ ...reply, stopping: true }));
    const { signal } = this.#visit;
    await this.#retry(() => this.#api.stop(generation), signal).catch((error) => this.#complain(error, signal));
  }

  // --- sending

  // Shows what is expected at once, and what came of it later.
  async #send({ shown, call, model }) {
    const { signal } = this.#visit;
    const leaf = this.messages.at(-1)?.id;
    let arrived = false;
    this.#turn++;
    this.#sending = { abort: new AbortController(), stop: false };
    Object.assign(this, { messages: shown, problem: null });
    this.#fire('change');
    try {
      const given = either(signal, this.#sending.abort.signal);
      // A question overtakes nothing of what was chosen for it.
      await unless(given, Promise.all([this.#leaf.drop(), this.#kept()]));
      const id = await this.#conversationId(model, given);
      const answer = await this.#retry(() => call(this.#api, id), given);
      arrived = true;
      if (!signal.aborted) this.#arrived(answer);
    } catch (error) {
      if (signal.aborted) return false;
      this.#sending = null;
      this.#show(leaf);
      this.#complain(error, signal);
      this.#fire('refused');
    }
    if (this.#behind) this.refresh();
    return arrived;
  }

  #arrived({ message, reply }) {
    const { stop } = this.#sending;
    this.#sending = null;
    const [asked, expected] = this.messages.slice(-2);
    // With their keys they stay the elements that are on the page already.
    this.#tree.put({ ...message, key: asked.key ?? asked.id });
    this.#tree.put({ ...received(reply, expected), key: expected.key });
    this.#fire('delivered');
    this.#show(reply.id, { fresh: reply.generation });
    if (stop) this.stop();
  }

  // A question on its way can't be called back, it is stopped when it has arrived. With nobody to answer it is given
  // up, and goes back to where it was typed.
  #stopSending() {
    this.#sending.stop = true;
    if (this.#connection.away) return this.#sending.abort.abort();
    this.messages = [...this.messages.slice(0, -1), { ...this.messages.at(-1), stopping: true }];
    this.#fire('change');
  }

  async #conversationId(model, signal) {
    if (!this.conversation) {
      const create = () => this.#api.createConversation({ ...named(model), ...this.#fields() });
      const conversation = await this.#retry(create, signal);
      signal.throwIfAborted();
      this.#isAbout(conversation.id, this.#visit.signal);
      Object.assign(this, { conversation, phase: 'ready' });
      this.#fire('created');
    }
    return this.conversation.id;
  }

  #isAbout(id, signal) {
    this.#id = id;
    this.#read = this.#reader(id, signal);
    this.#leaf = new LeafChoice((leaf) => this.#keepLeaf(id, leaf, signal));
  }

  async #keepLeaf(id, leaf, signal) {
    await this.#retry(() => this.#api.changeConversation(id, { leaf }), signal);
    if (!signal.aborted) this.#turn++;
  }

  // --- reading

  // Answers that overtook each other would show what was, not what is.
  #reader(id, signal) {
    return oneAtATime(async () => {
      if (signal.aborted) return;
      if (this.#sending) this.#behind = true;
      else if (this.showing) await this.#load(id, signal);
    });
  }

  async #load(id, signal) {
    const turn = this.#turn;
    this.#fire('change');
    try {
      const conversation = await this.#retry(() => this.#api.conversation(id), signal);
      if (signal.aborted) return;
      if (turn === this.#turn) this.#take(conversation);
      else if (this.#sending) this.#behind = true;
      else await this.#load(id, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 404) Object.assign(this, { phase: 'missing', conversation: null, messages: [] });
      else if (this.phase === 'loading') this.phase = 'failed';
      this.#complain(error, signal);
    }
  }

  #take(conversation) {
    const known = this.#tree;
    const state = (generation) => this.#readings.state(generation);
    this.#tree = new Tree(conversation.messages.map((one) => merged(known.get(one.id), one, state(one.generation))));
    this.#tree.remember(known);
    Object.assign(this, { conversation, phase: 'ready' });
    this.#show(this.#leaf.wanted ?? conversation.leaf);
  }

  // What is written on this branch is followed, and only that. fresh: a generation that has just begun.
  #show(leaf, { fresh = null } = {}) {
    this.messages = this.#tree.read(leaf);
    const running = this.messages.filter((message) => message.generation && isRunning(message));
    for (const id of this.#readings.keep(running)) this.#tree.put(rewound(this.#tree.get(id)));
    this.#fire('change');
    const { signal } = this.#visit;
    for (const reply of running) this.#readings.begin(reply, signal, { fresh: reply.generation === fresh });
  }

  // Where it was joined and what was left out is told by the message only.
  async #ended({ id, generation }, signal) {
    const reply = this.#tree.get(id);
    if (!isRunning(reply)) this.#fire('finished', { reply });
    try {
      const message = await this.#retry(() => this.#api.message(id), signal);
      // The reply may have gone on meanwhile: then this tells of what was.
      if (signal.aborted || this.#tree.get(id)?.generation !== generation) return;
      const running = this.conversation.running?.filter((generation) => generation !== message.generation);
      this.conversation = { ...this.conversation, running };
      this.#update(id, (shown) => merged(shown, message, this.#readings.state(shown.generation)));
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 404) await this.refresh();
      else this.#complain(error, signal);
    }
  }

  #update(id, change) {
    const message = change(this.#tree.get(id));
    this.#tree.put(message);
    // What is about to go on is shown as that until Hearth has answered.
    const place = this.messages.findLastIndex((one) => one.id === id && one.phase !== 'sending');
    if (place >= 0) this.messages[place] = message;
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
