import { LineCut } from '../errors.js';
import { Inbox } from '../inbox.js';

const PROTOCOL = 'hearth.v1';
const OPEN = 1;

// In place of a generation: what changes elsewhere, which every socket is told without asking.
export const CHANGES = Symbol('changes');

// One WebSocket from its opening to its end, and an inbox for each generation that is read over it. It is closed when
// nobody reads over it any more.
export class SocketLine {
  #socket;
  #heard = false;
  #inboxes = new Map();
  #fail;

  // Resolves once frames can be sent; rejects with LineCut where that is not so within `patience` milliseconds.
  opened;
  broken = false;

  constructor(create, patience) {
    this.#socket = create(PROTOCOL);
    this.opened = new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#socket.onopen = () => resolve();
    });
    const late = setTimeout(() => this.cut(), patience);
    this.opened.catch(() => {}).finally(() => clearTimeout(late));
    this.#socket.onmessage = ({ data }) => this.#receive(data);
    this.#socket.onclose = () => this.cut();
  }

  // A later reader of the same generation takes the earlier one's place.
  inbox(generation) {
    const inbox = new Inbox();
    this.#inboxes.set(generation, inbox);
    return inbox;
  }

  leave(generation, inbox) {
    if (this.#inboxes.get(generation) === inbox) this.#inboxes.delete(generation);
    if (this.#inboxes.size === 0) this.cut({ ours: true });
  }

  say(frame) {
    if (this.#socket.readyState === OPEN) this.#socket.send(JSON.stringify(frame));
  }

  cut({ ours = false } = {}) {
    if (this.broken) return;
    this.broken = true;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    const error = new LineCut({ heard: this.#heard, ours });
    this.#fail(error);
    for (const inbox of this.#inboxes.values()) inbox.close(error);
  }

  #receive(data) {
    this.#heard = true;
    const frame = parsed(data);
    if (!frame) this.cut();
    else this.#inboxes.get(frame.generation ?? CHANGES)?.put(frame);
  }
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
