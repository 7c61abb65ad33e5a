import { choose, installed, lastModel } from './models.js';

// Which model is asked: the one picked for the conversation on the page, else the one it was carried on with, else
// the one that was picked last anywhere. Fires `change`.
export class ModelChoice extends EventTarget {
  #kept;
  #picked = null;

  constructor(kept) {
    super();
    this.#kept = kept;
  }

  // lasting: new chats begin with it too.
  pick(name, { lasting = true } = {}) {
    this.#picked = name;
    if (lasting) this.#kept.write(name);
    this.dispatchEvent(new Event('change'));
  }

  // The reader goes to another conversation.
  forget() {
    this.#picked = null;
  }

  current({ conversation, messages }, { models, standard }) {
    return choose(models, [this.#picked, lastModel(conversation, messages), this.#kept.read()], standard);
  }

  // The model that the conversation was carried on with, where it isn't there any more and another takes its place.
  missing({ conversation, messages }, { models }) {
    const last = lastModel(conversation, messages);
    if (!last || !models.length || installed(models, this.#picked) || installed(models, last)) return null;
    return last;
  }
}
