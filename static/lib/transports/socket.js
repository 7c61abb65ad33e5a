import { SocketLine } from './socket-line.js';
import { Watchdog } from './watchdog.js';

const OPENING = 3_000;
// A browser doesn't show a socket's pings to the page, so a silent socket may be a dead one. Following again from
// the last number costs next to nothing.
const SILENCE = 45_000;

// Reads any number of generations over one WebSocket, which is opened when first needed.
export class SocketTransport {
  #create;
  #opening;
  #silence;
  #line = null;

  constructor({ create, opening = OPENING, silence = SILENCE }) {
    this.#create = create;
    this.#opening = opening;
    this.#silence = silence;
  }

  // Yields the events behind number `after`; returns when nothing is left, throws LineCut when the line breaks.
  async *read(generation, after, { signal, opened = () => {} } = {}) {
    const line = this.#current();
    await line.opened;
    signal?.throwIfAborted();
    opened();
    const inbox = line.inbox(generation);
    const leave = () => inbox.close(signal.reason);
    const watchdog = new Watchdog(this.#silence, () => line.cut({ ours: true }));
    signal?.addEventListener('abort', leave);
    let ended = false;
    try {
      line.say({ type: 'follow', generation, after });
      for await (const frame of inbox) {
        watchdog.heard();
        ended = isEnd(frame);
        if (ended) return;
        yield frame;
      }
    } finally {
      watchdog.stop();
      signal?.removeEventListener('abort', leave);
      line.leave(generation, inbox);
      if (!ended) line.say({ type: 'unfollow', generation });
    }
  }

  // Breaks the line, so that whoever follows opens a new one: after sleep or a change of network.
  renew() {
    this.#line?.cut({ ours: true });
  }

  #current() {
    if (!this.#line || this.#line.broken) this.#line = new SocketLine(this.#create, this.#opening);
    return this.#line;
  }
}

// Nothing is left, or the generation is unknown. An error without a number is about the follow, not from the model.
function isEnd(frame) {
  return frame.type === 'end' || frame.id === undefined;
}
