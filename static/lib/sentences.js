// A longer piece is cut between words: nobody waits for the end of a sentence that has none.
const LONGEST = 240;
const END = /[.!?…:]["'”’)\]*_]*\s|[。！？；：]["'”’）」』]*|\n/g;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

// Cuts a growing reply into pieces to be read out: sentences, without the marks of Markdown; of code only how long it
// is, as `code(lines)` says it.
export class Sentences {
  #code;
  #rest = '';
  #fence = null;
  #lines = 0;

  constructor({ code }) {
    this.#code = code;
  }

  feed(text) {
    this.#rest += text;
    return this.#cut(false);
  }

  end() {
    return this.#cut(true);
  }

  #cut(last) {
    const pieces = [];
    for (let end = this.#end(last); end > 0; end = this.#end(last)) {
      const piece = this.#piece(this.#rest.slice(0, end));
      this.#rest = this.#rest.slice(end);
      if (piece) pieces.push(piece);
    }
    if (last && this.#fence) pieces.push(this.#close());
    return pieces;
  }

  // How much of what is there is a piece; 0 for none yet.
  #end(last) {
    const rest = this.#rest;
    // What may be a fence is a line.
    if (this.#fence || FENCE.test(rest)) return rest.indexOf('\n') + 1 || (last ? rest.length : 0);
    END.lastIndex = 0;
    if (END.test(rest)) return END.lastIndex;
    if (last) return rest.length;
    return rest.length > LONGEST ? rest.lastIndexOf(' ') + 1 : 0;
  }

  #piece(text) {
    const fence = FENCE.exec(text)?.[1];
    if (this.#fence) {
      if (fence?.startsWith(this.#fence)) return this.#close();
      this.#lines++;
      return '';
    }
    if (!fence) return spoken(text);
    this.#fence = fence;
    this.#lines = 0;
    return '';
  }

  #close() {
    this.#fence = null;
    return this.#code(this.#lines);
  }
}

function spoken(text) {
  return text
    .replace(/!?\[([^\]]*)\]\([^)\s]*\)/g, '$1')
    .replace(/^\s*(?:#{1,6}|>|[-*+]|\|[-:| ]+\|?$)\s*/, '')
    .replace(/\*\*|__|`|\|/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
