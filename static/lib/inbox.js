// Between a callback that brings things and a loop that takes them, in order.
export class Inbox {
  #items = [];
  #closed = null;
  #wake = () => {};

  put(item) {
    this.#items.push(item);
    this.#wake();
  }

  // Ends the loop once it has taken what is there: quietly, or by throwing `error`. The first call counts.
  close(error = null) {
    this.#closed ??= { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      const items = this.#items;
      this.#items = [];
      yield* items;
      if (this.#items.length) continue;
      if (this.#closed?.error) throw this.#closed.error;
      if (this.#closed) return;
      await new Promise((resolve) => (this.#wake = resolve));
    }
  }
}
