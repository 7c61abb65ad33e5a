import { question } from './question.js';
import { requestId } from './request-id.js';
import { Shelf } from './shelf.js';
import { Soon } from './soon.js';

// What is being typed and attached in the conversation on the page, and what was sent but may not have arrived. Both
// are kept until Hearth has the question, over a reload too, and a question keeps its request id: asking it again
// after a lost answer asks nothing twice.
//
// The tab's own storage comes first (two tabs don't mix what they type); the lasting one is for a tab that a phone
// throws away. Either may be full or forbidden: typing goes on without. The attachments themselves are on the shelf,
// by their ids. Fires
//   open      the reader has gone to another conversation
//   change    the text or the attachments are not what they were, other than by typing
//   settled   it is known what became of what was sent before
//   fetched   what was attached before the page was left is there again
export class Draft extends EventTarget {
  text = '';

  #storages;
  #shelf;
  #conversation = null;
  #ids = [];
  #known = new Map();
  // The shelf has not answered yet.
  #fetching = false;
  // {text, ids, request, length}
  #sent = null;
  // The question that came back, for as long as nothing in it is changed.
  #again = null;
  #soon = new Soon(() => this.#write());

  constructor(storages, shelf = new Shelf(null)) {
    super();
    this.#storages = storages;
    this.#shelf = shelf;
  }

  get attachments() {
    return this.#ids.map((id) => this.#known.get(id)).filter(Boolean);
  }

  get ids() {
    return this.#ids;
  }

  // Something that is attached isn't there again yet.
  get fetching() {
    return this.#ids.some((id) => !this.#known.has(id));
  }

  // What would be sent now.
  get question() {
    return question(this.text, this.attachments);
  }

  open(conversation) {
    this.flush();
    this.#conversation = conversation;
    const kept = this.#read(this.#key);
    this.text = kept?.text ?? '';
    this.#ids = kept?.attachments ?? [];
    this.#sent = kept?.sent ?? null;
    this.#again = null;
    this.#known = new Map();
    this.#fetch();
    this.#fire('open');
  }

  // A question that was sent before the page was closed: it has arrived, or it is given back to be sent again.
  settle(last) {
    if (this.#sent && last && arrived(this.#sent, last)) this.delivered();
    else this.refused();
    this.#fire('settled');
  }

  typed(text) {
    this.text = text;
    this.#soon.typed(text);
  }

  // The page is being left.
  flush() {
    this.#soon.flush();
  }

  attach(attachment) {
    this.#shelf.put(attachment);
    this.#known.set(attachment.id, attachment);
    this.#ids = [...this.#ids, attachment.id];
    this.#changed();
  }

  detach(id) {
    this.#shelf.remove([id]);
    this.#ids = this.#ids.filter((one) => one !== id);
    this.#changed();
  }

  // Takes what there is. Returns the question, and the request id to ask it with.
  take() {
    const taken = this.question;
    const ids = this.attachments.map(({ id }) => id);
    const sent = { text: this.text.trim(), ids, length: taken.content.length };
    this.text = '';
    this.#ids = this.#ids.filter((id) => !ids.includes(id));
    return { ...taken, request: this.#send(sent) };
  }

  // A question that was not typed: what is being typed stays.
  aside(text) {
    const asked = question(text, []);
    return { ...asked, request: this.#send({ text: asked.content, ids: [], length: asked.content.length }) };
  }

  // The first question has made a conversation.
  moved(conversation) {
    this.#store(this.#key, null);
    this.#conversation = conversation;
    this.#soon.now();
  }

  delivered() {
    if (!this.#sent) return;
    this.#shelf.remove(this.#sent.ids);
    this.#sent = this.#again = null;
    this.#soon.now();
  }

  refused() {
    if (!this.#sent) return;
    this.#again = this.#sent;
    this.text = [this.#sent.text, this.text].filter(Boolean).join('\n\n');
    this.#ids = this.#there([...this.#sent.ids, ...this.#ids]);
    this.#sent = null;
    this.#changed();
  }

  // The conversation is no more.
  forget(conversation) {
    const kept = this.#read(key(conversation));
    this.#shelf.remove([...(kept?.attachments ?? []), ...(kept?.sent?.ids ?? [])]);
    this.#store(key(conversation), null);
  }

  #send(sent) {
    const request = same(this.#again, sent) ? this.#again.request : requestId();
    this.#sent = { ...sent, request };
    this.#changed();
    return request;
  }

  // What the shelf doesn't have any more is gone.
  async #fetch() {
    const wanted = [...this.#ids, ...(this.#sent?.ids ?? [])];
    const known = this.#known;
    this.#fetching = wanted.length > 0;
    if (!this.#fetching) return;
    const found = await this.#shelf.get(wanted);
    if (known !== this.#known) return;
    for (const attachment of found) known.set(attachment.id, attachment);
    this.#fetching = false;
    this.#ids = this.#there(this.#ids);
    this.#changed();
    this.#fire('fetched');
  }

  // Of these, those that are there or may still come.
  #there(ids) {
    return this.#fetching ? ids : ids.filter((id) => this.#known.has(id));
  }

  get #key() {
    return key(this.#conversation);
  }

  #read(name) {
    const texts = this.#storages.map((storage) => attempt(() => storage.getItem(name)));
    const kept = texts.find(Boolean);
    return kept ? attempt(() => JSON.parse(kept)) : null;
  }

  #write() {
    const { text } = this;
    const something = text || this.#ids.length || this.#sent;
    const kept = { text, attachments: this.#ids, sent: this.#sent };
    this.#store(this.#key, something ? JSON.stringify(kept) : null);
  }

  #store(name, value) {
    for (const storage of this.#storages) {
      attempt(() => (value ? storage.setItem(name, value) : storage.removeItem(name)));
    }
  }

  #changed() {
    this.#soon.now();
    this.#fire('change');
  }

  #fire(type) {
    this.dispatchEvent(new Event(type));
  }
}

function key(conversation) {
  return `hearth.draft.${conversation ?? 'new'}`;
}

function same(one, other) {
  return one?.text === other.text && one.ids.join() === other.ids.join();
}

// The files in it are told by its length: they may not be there to compare.
function arrived({ text, length }, { content }) {
  return content.startsWith(text) && content.length === length;
}

function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}
