const STORE = 'attachments';
const KEPT = 30 * 24 * 60 * 60 * 1000;
const PATIENCE = 5_000;

// Keeps attachments in the browser's database, by their ids, until they are sent or taken away. Where it is
// forbidden, full or broken, attachments live as long as the page.
export class Shelf {
  #databases;
  #now;

  constructor(databases, now = () => Date.now()) {
    this.#databases = databases;
    this.#now = now;
  }

  put(attachment) {
    return this.#do('readwrite', (store) => store.put({ ...attachment, at: this.#now() }));
  }

  // Those that are there.
  async get(ids) {
    const found = await Promise.all(ids.map((id) => this.#do('readonly', (store) => store.get(id))));
    return found.filter(Boolean);
  }

  async remove(ids) {
    if (ids.length) await this.#do('readwrite', (store) => ids.map((id) => store.delete(id)).at(-1));
  }

  async clear() {
    await this.#do('readwrite', (store) => store.clear());
  }

  // What nobody came back for.
  async sweep() {
    const old = () => IDBKeyRange.upperBound(this.#now() - KEPT);
    const ids = await this.#do('readonly', (store) => store.index('at').getAllKeys(old()));
    await this.remove(ids ?? []);
  }

  // Opened anew each time: phones close what is left open while they sleep.
  async #do(mode, action) {
    let database = null;
    try {
      database = await this.#open();
      const transaction = database.transaction(STORE, mode);
      const request = action(transaction.objectStore(STORE));
      await finished(transaction);
      return request.result;
    } catch {
      return null;
    } finally {
      database?.close();
    }
  }

  // Some browsers never answer on a bad day.
  #open() {
    return new Promise((resolve, reject) => {
      const request = this.#databases.open('hearth', 1);
      const timer = setTimeout(reject, PATIENCE);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(STORE, { keyPath: 'id' }).createIndex('at', 'at');
      };
      request.onsuccess = () => {
        clearTimeout(timer);
        resolve(request.result);
      };
      request.onerror = request.onblocked = () => {
        clearTimeout(timer);
        reject(request.error);
      };
    });
  }
}

function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}
