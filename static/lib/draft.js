import { requestId } from './request-id.js';

// What is being typed in the conversation on the page, and what was sent but may not have arrived. Both are kept
// until Hearth has the question, over a reload too, and a question keeps its request id: asking it again after a
// lost answer asks nothing twice.
//
// The tab's own storage comes first (two tabs don't mix what they type); the lasting one is for a tab that a phone
// throws away. Either may be full or forbidden: typing goes on without.
export class Draft {
  text = '';

  #storages;
  #conversation = null;
  #sent = null;
  // The request id of a text that came back, for as long as nothing in it is changed.
  #again = null;

  constructor(storages) {
    this.#storages = storages;
  }

  open(conversation) {
    this.#conversation = conversation;
    const kept = this.#read();
    this.text = kept?.text ?? '';
    this.#sent = kept?.sent ?? null;
    this.#again = null;
  }

  // A question that was sent before the page was closed: it has arrived, or it is given back to be sent again.
  settle(lastQuestion) {
    if (this.#sent?.content === lastQuestion?.trim()) this.delivered();
    else this.refused();
  }

  typed(text) {
    this.text = text;
    this.#write();
  }

  // Returns the request id to ask with.
  asked(content) {
    const request = this.#again?.content === content ? this.#again.request : requestId();
    this.#sent = { content, request };
    this.typed('');
    return request;
  }

  // The first question has made a conversation.
  moved(conversation) {
    for (const storage of this.#storages) attempt(() => storage.removeItem(this.#key));
    this.#conversation = conversation;
    this.#write();
  }

  delivered() {
    this.#sent = this.#again = null;
    this.#write();
  }

  refused() {
    if (!this.#sent) return;
    this.#again = this.#sent;
    this.text = [this.#sent.content, this.text].filter(Boolean).join('\n\n');
    this.#sent = null;
    this.#write();
  }

  get #key() {
    return `hearth.draft.${this.#conversation ?? 'new'}`;
  }

  #read() {
    const texts = this.#storages.map((storage) => attempt(() => storage.getItem(this.#key)));
    const kept = texts.find(Boolean);
    return kept ? attempt(() => JSON.parse(kept)) : null;
  }

  #write() {
    const kept = this.text || this.#sent ? JSON.stringify({ text: this.text, sent: this.#sent }) : null;
    for (const storage of this.#storages) {
      attempt(() => (kept ? storage.setItem(this.#key, kept) : storage.removeItem(this.#key)));
    }
  }
}

function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}
