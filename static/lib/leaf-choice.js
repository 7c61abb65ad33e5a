// Which branch of a conversation the reader has chosen, until Hearth has it too. Choices that are made while one is on
// its way become one. `keep(leaf)` tells Hearth; a choice that it refuses is forgotten.
export class LeafChoice {
  #keep;
  #wanted = null;
  #telling = null;

  constructor(keep) {
    this.#keep = keep;
  }

  // The leaf that Hearth may not know of yet; null where it knows.
  get wanted() {
    return this.#wanted;
  }

  choose(leaf) {
    this.#wanted = leaf;
    this.#telling ??= this.#tell().finally(() => (this.#telling = null));
    return this.#telling;
  }

  // Something else decides on the branch now. Resolves when no earlier choice can reach Hearth any more.
  async drop() {
    this.#wanted = null;
    await this.#telling;
  }

  async #tell() {
    while (this.#wanted !== null) {
      const leaf = this.#wanted;
      const known = await this.#keep(leaf).then(() => true, () => false);
      if (this.#wanted === leaf || !known) this.#wanted = null;
    }
  }
}
