import * as line from './lines.js';
import { whole } from './settled.js';

// A paragraph that is longer than this goes on in another, so that what it costs stays bounded.
const LONG = 6_000;
const LONGEST = 3 * LONG;
const SENTENCE = /(?:[.!?…][)"”’»]?\s+|[。！？][”’」』]?)(?=\S)/g;

// A paragraph, or anything else that ends at an empty line: a heading, a quote, HTML, a formula.
export class Text {
  kind = 'text';
  lines = [];
  // The lines at its beginning that nothing behind them can change.
  solid = 0;
  // Whether it goes on with the paragraph before it.
  continues;
  #type = 'paragraph';
  #until = null;
  #size = 0;
  #looked = LONG;
  #ends = false;

  constructor(first, continues = false) {
    this.continues = continues;
    if (line.heading(first)) this.#type = 'heading';
    else if (line.quote(first)) this.#type = 'quote';
    else if (line.tag(first)) this.#type = 'html';
    this.add(first);
  }

  takes(next) {
    if (this.#until) return !this.#until.formula || !line.blank(next);
    if (this.#type === 'heading' || line.blank(next)) return false;
    if (this.#type === 'html') return true;
    if (line.fence(next) || line.heading(next) || line.note(next) || line.interrupts(next)) return false;
    return !this.full;
  }

  add(next) {
    this.lines.push(next);
    this.#size += next.length + 1;
    this.#look();
    if (this.#until?.test(next)) this.#close();
    else this.#until ??= beginning(next, this.lines.length - 1);
  }

  #close() {
    this.#until = null;
    this.solid = this.lines.length;
  }

  inside(partial) {
    return partial;
  }

  // The header of the table that this line makes of the last line, if it does.
  tableWith(next) {
    const last = this.lines.at(-1);
    return !this.#until && this.#type === 'paragraph' && line.delimits(next, last) ? last : null;
  }

  // Long enough, and nothing in it is open.
  get full() {
    return this.paragraph && this.#ends;
  }

  // Looking costs as much as there is: it happens a few times only.
  #look() {
    if (this.#size < this.#looked) return;
    this.#looked += LONG / 2;
    this.#ends = this.#size > LONGEST || whole(this.lines.join('\n'));
  }

  // Shown as it is written.
  get verbatim() {
    return this.#type === 'html' || Boolean(this.#until && !this.#until.formula);
  }

  // The lines in front of a formula that isn't closed, if there is one.
  get beforeFormula() {
    return this.#until?.formula ? this.lines.slice(0, this.#until.place) : null;
  }

  get paragraph() {
    return this.#type === 'paragraph' && !this.#until;
  }

  static long(text) {
    return text.length > LONG;
  }

  // Where a line without end is to be cut, -1 if it isn't to be. What comes behind doesn't change it.
  static cut(text) {
    for (let at = LONG; at < LONGEST && at < text.length; at += LONG / 2) {
      SENTENCE.lastIndex = at;
      const end = SENTENCE.test(text) ? SENTENCE.lastIndex : LONGEST;
      if (end < LONGEST && whole(text.slice(0, end))) return end;
    }
    if (text.length < LONGEST) return -1;
    const space = text.slice(0, LONGEST).lastIndexOf(' ');
    if (space > LONG) return space + 1;
    return /[\ud800-\udbff]/.test(text[LONGEST - 1]) ? LONGEST - 1 : LONGEST;
  }
}

function beginning(text, place) {
  const formula = line.formulaUntil(text);
  return formula ? Object.assign(new RegExp(formula.source), { formula: true, place }) : line.heldUntil(text);
}

export class Indented {
  kind = 'text';
  continues = false;
  lines = [];

  constructor(first) {
    this.add(first);
  }

  takes(next) {
    return line.blank(next) || line.indent(next) >= 4;
  }

  add(next) {
    this.lines.push(next);
  }

  inside(partial) {
    return partial;
  }
}
