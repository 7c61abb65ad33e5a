import { isRunning } from './reply.js';

// The messages of a conversation, with all their branches. Messages are never changed in place: a newer one is `put`.
export class Tree {
  #messages = new Map();
  // parent → ids of the messages below it, the oldest first
  #below = new Map();
  // message → the leaf that was read last when it was on the way there
  #seen = new Map();
  // the messages on the way to one that is being written, on whichever branch
  #running = new Set();

  constructor(messages = []) {
    for (const message of messages) this.put(message);
  }

  get(id) {
    return this.#messages.get(id) ?? null;
  }

  // What holds for a message that is known already stays: its place among its siblings.
  put(message) {
    if (!this.#messages.has(message.id)) this.#list(message.parent).push(message.id);
    this.#messages.set(message.id, message);
  }

  // The messages from the beginning down to `leaf`, in the order they are read.
  path(leaf) {
    const path = [];
    let message = this.get(leaf) ?? [...this.#messages.values()].at(-1);
    while (message && path.length <= this.#messages.size) {
      path.push(message);
      message = this.get(message.parent);
    }
    return path.reverse().filter(({ role }) => role === 'user' || role === 'assistant');
  }

  // The same, and from now on this is the way back down for each message above `leaf`.
  read(leaf) {
    const path = this.path(leaf);
    for (const { id } of path) this.#seen.set(id, path.at(-1).id);
    this.#running = this.#waysTo(isRunning);
    return path;
  }

  // Takes over what was read from the same tree as it was known before.
  remember(older) {
    for (const [id, leaf] of older.#seen) if (this.get(id) && this.get(leaf)) this.#seen.set(id, leaf);
  }

  // The messages that stand in this one's place on other branches, itself among them: {ids, place, running}, where
  // `running` tells whether anything is being written on one of the others. null where it is the only one.
  siblings({ id, parent }) {
    const ids = this.get(id) ? this.#list(parent) : [];
    if (ids.length < 2) return null;
    return { ids, place: ids.indexOf(id), running: ids.some((one) => one !== id && this.#running.has(one)) };
  }

  // Where to read on from `id`: at the leaf that was read last below it, else at the newest.
  leafBelow(id) {
    const places = new Map([...this.#messages.keys()].map((one, place) => [one, place]));
    const all = this.#all(this.#seen.get(id) ?? id);
    return all.reduce((newest, one) => (places.get(one) > places.get(newest) ? one : newest));
  }

  #all(id) {
    const found = [id];
    for (const one of found) found.push(...this.#list(one));
    return found;
  }

  #waysTo(such) {
    const found = new Set();
    for (const message of this.#messages.values()) {
      if (!such(message)) continue;
      for (let one = message; one && !found.has(one.id); one = this.get(one.parent)) found.add(one.id);
    }
    return found;
  }

  #list(parent) {
    const key = parent ?? null;
    if (!this.#below.has(key)) this.#below.set(key, []);
    return this.#below.get(key);
  }
}

// The messages of one branch, out of all of a conversation.
export function branch(messages, leaf) {
  return new Tree(messages).path(leaf);
}
