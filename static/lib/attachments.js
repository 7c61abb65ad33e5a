import { isBinary, isPicture, textOf } from './file-content.js';
import { LARGEST_FILE, MOST_PICTURES, problemWith, question, size } from './question.js';
import { requestId } from './request-id.js';

const HEAD = 4096;

// What is being attached to the draft: files are read, judged and made ready here. Fires
//   change
//   added {attachment}
//   refused {code, name}    codes: `unreadable`, `gone`, `bad_picture`, `too_large`, and those of problemWith
export class Attachments extends EventTarget {
  // What the draft has, and what is still being made ready: {id, kind: 'pending', name}.
  all = [];

  #draft;
  #prepare;
  #pending = [];

  // prepare: makes {type, data, bytes} of a picture, as the API takes it, or throws.
  constructor({ draft, prepare }) {
    super();
    this.#draft = draft;
    this.#prepare = prepare;
    draft.addEventListener('change', () => this.#change());
    draft.addEventListener('open', () => this.#change((this.#pending = [])));
  }

  // One after the other: a phone has no room for several large pictures at once.
  async add(files) {
    const fresh = Array.from(files, (file) => ({ id: requestId(), kind: 'pending', name: file.name, file }));
    this.#pending = [...this.#pending, ...fresh];
    this.#change();
    for (const { id, file } of fresh) {
      if (this.#waits(id)) await this.#read(id, file);
    }
  }

  addText(text, name) {
    this.#attach({ id: requestId(), kind: 'text', name, bytes: size(text), text, pasted: true });
  }

  // Something is still being made ready, or fetched.
  get pending() {
    return this.#pending.length > 0 || this.#draft.fetching;
  }

  // Of all that goes along, also of what isn't there yet; in an order that doesn't tell what is ready first.
  get ids() {
    return [...this.#draft.ids, ...this.#pending.map(({ id }) => id)].sort();
  }

  remove(id) {
    this.#forget(id);
    this.#draft.detach(id);
  }

  async #read(id, file) {
    try {
      const content = await this.#content(file);
      // Taken away meanwhile, or the reader has gone to another conversation.
      if (!this.#waits(id)) return;
      this.#forget(id);
      this.#attach({ id, name: file.name, ...content });
    } catch (problem) {
      const code = problem instanceof Unfit ? problem.message : 'gone';
      if (this.#waits(id)) this.#fire('refused', { code, name: file.name });
      this.#forget(id);
    }
    this.#change();
  }

  async #content(file) {
    const head = await bytesOf(file.slice(0, HEAD));
    if (isPicture(head)) return { kind: 'picture', ...(await this.#picture(file)) };
    if (isBinary(head)) throw new Unfit('unreadable');
    // UTF-16 takes up to twice the room.
    if (file.size > 2 * LARGEST_FILE + 2) throw new Unfit('too_large');
    const text = textOf(await bytesOf(file));
    if (text === null) throw new Unfit('unreadable');
    if (size(text) > LARGEST_FILE) throw new Unfit('too_large');
    return { kind: 'text', bytes: size(text), text, pasted: false };
  }

  async #picture(file) {
    if (this.#draft.question.images.length >= MOST_PICTURES) throw new Unfit('too_many');
    try {
      return await this.#prepare(file);
    } catch {
      throw new Unfit('bad_picture');
    }
  }

  #attach(attachment) {
    const code = problemWith(question(this.#draft.text, [...this.#draft.attachments, attachment]));
    if (code) return this.#fire('refused', { code, name: attachment.name });
    this.#draft.attach(attachment);
    this.#fire('added', { attachment });
  }

  #waits(id) {
    return this.#pending.some((one) => one.id === id);
  }

  #forget(id) {
    this.#pending = this.#pending.filter((one) => one.id !== id);
  }

  #change() {
    this.all = [...this.#draft.attachments, ...this.#pending];
    this.#fire('change');
  }

  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

class Unfit extends Error {}

async function bytesOf(blob) {
  return new Uint8Array(await blob.arrayBuffer());
}
