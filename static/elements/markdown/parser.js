import { Parser } from '../../lib/markdown/parser.js';

// The parser's library is loaded when the first Markdown is to be shown.
class Loading {
  parser = null;
  #loading = null;

  load() {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load() {
    try {
      const { Marked } = await import('../../vendor/marked.js');
      this.parser = new Parser(Marked);
    } catch {
      this.#loading = null; // the next Markdown tries again
    }
    return this.parser;
  }
}

export const loading = new Loading();
