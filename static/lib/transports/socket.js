import { CHANGES, SocketLine } from './socket-line.js';
import { Watchdog } from './watchdog.js';

const OPENING = 3_000;
// A browser doesn't show a socket's pings to the page, so a silent socket may be a dead one. Following again from
// the last number costs next to nothing.
const SILENCE = 45_000;
// How long events may be on their way to who has left already.
const UNDER_WAY = 2_000;

// Reads any number of generations over one WebSocket, which is opened when first needed.
export class SocketTransport {
  #create;
  #opening;
  #silence;
  #now;
  #line = null;
  // generation → when its events were left on this line
  #left = new Map();

  constructor({ create, opening = OPENING, silence = SILENCE, now = () => performance.now() }) {
    this.#create = create;
    this.#now = now;
    this.#opening = opening;
    this.#silence = silence;
  }

  // Yields the events behind number `after`; returns when nothing is left, throws LineCut when the line breaks.
  async *read(generation, after, { signal, opened = () => {} } = {}) {
    // Events of the earlier following could not be told from those of this one.
    if (this.#now() - this.#left.get(generation) < UNDER_WAY) this.renew();
    const line = this.#current();
    const watchdog = new Watchdog(this.#silence, () => line.cut({ ours: true }));
    let ended = false;
    const begin = () => {
      opened();
      line.say({ type: 'follow', generation, after });
    };
    try {
      for await (const frame of received(line, generation, signal, begin)) {
        watchdog.heard();
        ended = isEnd(frame);
        if (ended) return;
        yield frame;
      }
    } finally {
      watchdog.stop();
      if (!ended) this.#leave(line, generation);
    }
  }

  // Yields what is told of conversations that change, until it is left; throws LineCut when the line breaks.
  async *changes({ signal, opened }) {
    yield* received(this.#current(), CHANGES, signal, opened);
  }

  // Breaks the line, so that whoever follows opens a new one: after sleep or a change of network.
  renew() {
    this.#line?.cut({ ours: true });
  }

  #current() {
    if (!this.#line || this.#line.broken) {
      this.#line = new SocketLine(this.#create, this.#opening);
      this.#left.clear();
    }
    return this.#line;
  }

  #leave(line, generation) {
    line.say({ type: 'unfollow', generation });
    if (line === this.#line) this.#left.set(generation, this.#now());
  }
}

async function* received(line, what, signal, begin) {
  const inbox = line.inbox(what);
  const leave = () => inbox.close(signal.reason);
  signal?.addEventListener('abort', leave);
  try {
    await line.opened;
    signal?.throwIfAborted();
    begin();
    yield* inbox;
  } finally {
    signal?.removeEventListener('abort', leave);
    line.leave(what, inbox);
  }
}

// Nothing is left, or the generation is unknown. An error without a number is about the follow, not from the model.
function isEnd(frame) {
  return frame.type === 'end' || frame.id === undefined;
}
