// The conversations in which a reply has ended that the reader hasn't seen.
export class Unread {
  #ids;
  #kept;

  constructor(kept) {
    this.#kept = kept;
    this.#ids = new Set((kept.read() ?? '').split(' ').filter(Boolean));
  }

  has(id) {
    return this.#ids.has(id);
  }

  add(id) {
    this.#ids.add(id);
    this.#write();
  }

  delete(id) {
    if (this.#ids.delete(id)) this.#write();
  }

  #write() {
    this.#kept.write([...this.#ids].join(' '));
  }
}
