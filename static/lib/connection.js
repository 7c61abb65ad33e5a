import { backoff } from './backoff.js';
import { ApiError, ConnectionError } from './errors.js';

// Whether Hearth can be reached, as far as the page's own calls have noticed; and the one place where the page
// waits before it tries again. Fires `change`.
export class Connection extends EventTarget {
  #away = false;
  #pauses = new Set();
  #delay;

  constructor({ delay = backoff } = {}) {
    super();
    this.#delay = delay;
  }

  get away() {
    return this.#away;
  }

  lost() {
    this.#set(true);
  }

  // Hearth has answered: whoever waits for it tries again now.
  found() {
    if (!this.#away) return;
    this.#set(false);
    this.wake();
  }

  // The network came back, or the reader did: whoever waits tries again now.
  wake() {
    for (const end of [...this.#pauses]) end();
  }

  // Waits before attempt number `attempt`: until the time is over, `wake`, or an abort.
  pause(attempt, signal) {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#pauses.delete(end);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, this.#delay(attempt));
      this.#pauses.add(end);
      signal?.addEventListener('abort', end);
      if (signal?.aborted) end();
    });
  }

  // Does `action` until Hearth has answered it, be it with a no.
  async retry(action, signal) {
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await action();
        this.found();
        return answer;
      } catch (error) {
        if (error instanceof ApiError) this.found();
        if (!(error instanceof ConnectionError) || signal?.aborted) throw error;
        this.lost();
      }
      await this.pause(attempt, signal);
      signal?.throwIfAborted();
    }
  }

  #set(away) {
    if (this.#away === away) return;
    this.#away = away;
    this.dispatchEvent(new Event('change'));
  }
}
