// One value that outlives the page, where the browser allows it.
export class Kept {
  #storage;
  #key;

  constructor(storage, key) {
    this.#storage = storage;
    this.#key = `hearth.${key}`;
  }

  read() {
    try {
      return this.#storage.getItem(this.#key);
    } catch {
      return null;
    }
  }

  write(value) {
    try {
      this.#storage.setItem(this.#key, value);
    } catch {
      // Full, or forbidden: the choice holds until the page is closed.
    }
  }
}
