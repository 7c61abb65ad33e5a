import { choose, lastModel } from './models.js';

// Which model is asked: the one picked for the conversation on the page, else the one it was carried on with, else
// the one that was picked last anywhere. Fires `change`.
export class ModelChoice extends EventTarget {
  #kept;
  #picked = null;

  constructor(kept) {
    super();
    this.#kept = kept;
  }

  pick(name) {
    this.#picked = name;
    this.#kept.write(name);
    this.dispatchEvent(new Event('change'));
  }

  // The reader goes to another conversation.
  forget() {
    this.#picked = null;
  }

  current({ conversation, messages }, { models, standard }) {
    return choose(models, [this.#picked, lastModel(conversation, messages), this.#kept.read()], standard);
  }
}
