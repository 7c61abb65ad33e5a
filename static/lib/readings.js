import { either } from './either.js';
import { applied } from './reply.js';

// Follows the generations of the replies that are on the page.
//
//   follow(generation, after, signal)   its events
//   last(generation, signal)            the number of its last event
//   update(message, change)             changes the reply as it is shown
//   written(message, event, text)       an event has come that is news; text: what it added to the content
//   ended({id, generation}, signal)     nothing more will come of this generation of the message
export class Readings {
  #hooks;
  // generation → {message, abort} while it is followed, null once it was to its end
  #known = new Map();

  constructor({ now = () => performance.now(), ...hooks }) {
    this.#hooks = { now, ...hooks };
  }

  // Whether a generation is being followed (true), was to its end (false), or neither (null).
  state(generation) {
    if (!this.#known.has(generation)) return null;
    return this.#known.get(generation) !== null;
  }

  // Events up to the last one of now are old news, unless the generation is `fresh`: what they say did not happen
  // while the page was looking.
  async begin({ id, generation }, visit, { fresh }) {
    if (this.#known.has(generation)) return;
    const abort = new AbortController();
    this.#known.set(generation, { message: id, abort });
    const signal = either(visit, abort.signal);
    const last = fresh ? 0 : await this.#hooks.last(generation, signal).catch(() => 0);
    if (!signal.aborted) await this.#read(id, generation, last, signal);
    if (signal.aborted) return;
    this.#known.set(generation, null);
    await this.#hooks.ended({ id, generation }, visit);
  }

  // Lets go of all but these replies, and returns the ids of those that were being followed.
  keep(replies) {
    const wanted = new Set(replies.map(({ generation }) => generation));
    const left = [...this.#known].filter(([generation, reading]) => reading && !wanted.has(generation));
    for (const [generation, { abort }] of left) {
      abort.abort();
      this.#known.delete(generation);
    }
    return left.map(([, { message }]) => message);
  }

  clear() {
    this.#known.clear();
  }

  async #read(id, generation, last, signal) {
    const { follow, update, written, now, complain } = this.#hooks;
    try {
      for await (const event of follow(generation, 0, signal)) {
        if (signal.aborted) return;
        const fresh = event.id > last;
        let text = '';
        update(id, (reply) => {
          const { mark } = reply.content;
          const changed = applied(reply, event, fresh ? now() : null);
          text = changed.content.since(mark);
          return changed;
        });
        if (fresh) written(id, event, text);
      }
    } catch (error) {
      complain(error, signal);
    }
  }
}
