import { GrowingText } from '../lib/growing-text.js';
import { Seams } from '../lib/seams.js';
import { make } from './make.js';
import { t } from './words.js';

// A block that is longer than this is closed at its next line break, so that the browser lays out only the last
// block anew when the text grows.
const BLOCK = 1_000;

// Shows a GrowingText as it is, white space kept. What has been shown is never touched again, unless the seams change:
// places, counted in code points, where what follows may not join what is before it. They get a mark.
class PlainText extends HTMLElement {
  #text = new GrowingText();
  #mark = 0;
  #last = null;
  #seams = [];
  #cuts = new Seams([]);

  set seams(seams) {
    if (String(seams) === String(this.#seams)) return;
    this.#seams = seams;
    this.#clear(this.#text);
  }

  set text(text) {
    if (text !== this.#text) this.#clear(text);
    const fresh = text.since(this.#mark);
    this.#mark = text.mark;
    if (fresh) this.#addMarked(fresh);
  }

  #clear(text) {
    this.#text = text;
    this.#mark = 0;
    this.#last = null;
    this.#cuts = new Seams(this.#seams);
    this.replaceChildren();
  }

  #addMarked(text) {
    for (const piece of this.#cuts.cut(text)) {
      if (piece === null) this.#addMark();
      else this.#add(piece);
    }
  }

  #addMark() {
    this.append(make('p', { className: 'seam', textContent: t('message.seam') }));
    this.#last = null;
  }

  #add(text) {
    let rest = text;
    while (rest) {
      this.#last ??= this.#block();
      const end = this.#end(rest);
      this.#last.appendData(rest.slice(0, end));
      rest = rest.slice(end);
      if (this.#full()) this.#last = null;
    }
  }

  // How much of `text` belongs into the open block.
  #end(text) {
    const room = Math.max(0, BLOCK - this.#last.length);
    const newline = text.indexOf('\n', room);
    return newline < 0 ? text.length : newline + 1;
  }

  #full() {
    return this.#last.length > BLOCK && this.#last.data.endsWith('\n');
  }

  #block() {
    const node = document.createTextNode('');
    this.append(make('div', { dir: 'auto' }, node));
    return node;
  }
}

customElements.define('plain-text', PlainText);
