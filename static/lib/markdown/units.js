import { decoded } from './entities.js';
import * as line from './lines.js';
import { Indented, Text } from './paragraphs.js';

// A message is read as units: what can be parsed by itself, whatever comes behind it. A unit says of each further line
// whether it `takes` it; the first that it doesn't take begins the next unit. Its `lines` are what is to be parsed.

export function unitFor(first, behind = null) {
  const fence = line.fence(first);
  if (fence) return new Fence(fence);
  const bullet = line.bullet(first);
  if (bullet) return new Item(bullet);
  const note = line.note(first);
  if (note) return new Note(note);
  if (behind?.full) return new Text(first.trimStart(), true);
  return line.indent(first) < 4 ? new Text(first) : new Indented(first);
}

// One item of a list, without its marker.
export class Item {
  kind = 'item';
  lines;
  bullet;
  task = null;
  #fence = null;

  constructor(bullet) {
    this.bullet = bullet;
    this.lines = [bullet.text];
    this.#attend(bullet.text);
  }

  takes(next) {
    if (line.blank(next)) return true;
    if (line.indent(next) >= this.bullet.content) return !this.#empty || this.lines.length === 1;
    if (line.bullet(next) || this.gap || this.#empty || this.#fence) return false;
    if (line.fence(next) || line.heading(next) || line.quote(next) || line.tag(next) || line.rule(next)) return false;
    return !line.note(next) && !this.#endsWhole;
  }

  add(next) {
    const text = this.inside(next);
    this.lines.push(text);
    this.#attend(text);
  }

  inside(partial) {
    return line.dedented(partial, this.bullet.content);
  }

  // Whether an empty line is its last.
  get gap() {
    return this.lines.length > 1 && line.blank(this.lines.at(-1));
  }

  // Whether this marker is of the same list.
  sameList({ type }) {
    return type === this.bullet.type;
  }

  get #empty() {
    return this.lines.every(line.blank);
  }

  // What is not indented goes on with a paragraph only.
  get #endsWhole() {
    const last = this.lines.at(-1).replace(/^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*/, '');
    return line.fence(last) !== null || line.heading(last) || line.rule(last) || line.indent(this.lines.at(-1)) >= 4;
  }

  #attend(text) {
    const rest = text.replace(/^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*/, '');
    if (!this.#fence) this.#fence = line.fence(rest);
    else if (line.closes(this.#fence, rest)) this.#fence = null;
  }
}

// The definition of a footnote.
export class Note {
  kind = 'note';
  label;
  lines;

  constructor({ label, text }) {
    this.label = label;
    this.lines = [text];
  }

  takes(next) {
    if (line.blank(next) || line.indent(next) >= 4) return true;
    if (line.blank(this.lines.at(-1)) && this.lines.length > 1) return false;
    if (line.definition(next) || line.fence(next) || line.heading(next)) return false;
    return !line.rule(next) && !line.interrupts(next);
  }

  add(next) {
    this.lines.push(this.inside(next));
  }

  inside(partial) {
    return line.dedented(partial, 4);
  }
}

// The rows of a table; what is before them is its `head`.
export class Table {
  kind = 'table';
  lines = [];
  head;

  constructor(header, delimiter) {
    this.head = `${header}\n${delimiter}\n`;
  }

  takes(next) {
    if (line.blank(next) || line.indent(next) >= 4) return false;
    const other = line.rule(next) || line.heading(next) || line.quote(next) || line.fence(next) || line.note(next);
    return !other && !line.bullet(next) && !line.tag(next);
  }

  add(next) {
    this.lines.push(next);
  }

  inside(partial) {
    return partial;
  }
}

// A fenced code. What has come of it is in `pieces`, and only grows.
export class Fence {
  kind = 'fence';
  lines = [];
  language;
  pieces = [];
  #fence;
  #closed = false;
  #begun = false;
  #written = 0;

  constructor(fence) {
    this.#fence = fence;
    this.language = decoded(fence.info).split(/\s/)[0].replace(/\\([!-/:-@[-`{-~])/g, '$1');
  }

  takes() {
    return !this.#closed;
  }

  add(next) {
    if (line.closes(this.#fence, next)) {
      this.#closed = true;
      return;
    }
    this.#write(this.#inner(next));
    this.#written = 0;
    this.#begun = true;
  }

  // Whether the last line closed it.
  get closed() {
    return this.#closed;
  }

  // As much of a line that isn't whole as can't be the closing fence any more. Returns the rest.
  grow(partial) {
    const sign = this.#fence.mark[0];
    const rest = partial.trim();
    const may = rest === sign.repeat(rest.length) && line.indent(partial) < 4 && this.#written === 0;
    if (may) return line.closes(this.#fence, partial) ? '' : this.#lineBreak(this.#inner(partial));
    this.#write(this.#inner(partial));
    return '';
  }

  #write(text) {
    const fresh = text.slice(this.#written);
    if (this.#begun && this.#written === 0) this.pieces.push('\n');
    if (fresh) this.pieces.push(fresh);
    this.#written = text.length;
  }

  #lineBreak(text) {
    return text && this.#begun ? `\n${text}` : text;
  }

  #inner(text) {
    return this.#fence.indent ? line.dedented(text, this.#fence.indent) : text;
  }
}
