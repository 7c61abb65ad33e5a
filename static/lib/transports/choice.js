const CUTS = 3;
const WITHIN = 60_000;
const STAY = 300_000;

// Which transport to read with. The socket, until it proves unusable here: a proxy that strips the upgrade, or cuts
// it again and again. Then the event stream, and the socket gets another chance after a while. When neither can be
// opened it is Hearth that is away, and nothing was learnt about the socket.
export class TransportChoice {
  #socket;
  #eventStream;
  #forced;
  #now;
  #cuts = [];
  #fallenBackAt = null;

  constructor({ socket, eventStream, forced = null, now = () => performance.now() }) {
    this.#socket = socket;
    this.#eventStream = eventStream;
    this.#forced = { ws: socket, sse: eventStream }[forced];
    this.#now = now;
  }

  get current() {
    if (this.#forced) return this.#forced;
    if (this.#fallenBackAt !== null && this.#now() - this.#fallenBackAt > STAY) this.#fallenBackAt = null;
    return this.#fallenBackAt === null ? this.#socket : this.#eventStream;
  }

  // A line broke. Returns whether it is worth trying again at once.
  cut(transport, { heard, ours }) {
    if (ours) return true;
    if (this.#forced) return false;
    if (transport === this.#eventStream) {
      if (!heard) this.#fallenBackAt = null;
      return false;
    }
    if (heard && !this.#tooOften()) return false;
    this.#fallenBackAt = this.#now();
    return true;
  }

  renew() {
    this.#socket.renew();
    this.#eventStream.renew();
  }

  #tooOften() {
    const now = this.#now();
    this.#cuts = [...this.#cuts.filter((at) => now - at < WITHIN), now];
    return this.#cuts.length >= CUTS;
  }
}
