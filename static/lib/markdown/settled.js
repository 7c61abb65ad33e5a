import { formulaAt } from './formulas.js';

// How far ahead the end of something is waited for. What is longer is taken for text.
const LABEL = 500;
const ADDRESS = 2_000;
const TAG = 120;
// As much as this is no emphasis.
const MOST = 20;

const ENDS = { $$: '$$', '\\(': '\\)', '\\[': '\\]' };

const SPECIAL = /[\\$`[<&*_~]|!$/g;
const SPACE = /\s/;
const WORD = /[\p{L}\p{N}]/u;
// Scripts that put spaces between words: others emphasise in the middle of a text.
const SPACED = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/u;

// A paragraph that is still being written, as it can be shown now: what is emphasised or code is closed for the time
// being, and what may still become a link, an image, a formula or a tag waits.
export function settled(text) {
  const { end, open } = new Scan(text);
  let shown = text.slice(0, end).trimEnd();
  while (open.length && open.at(-1).end >= shown.length) shown = shown.slice(0, open.pop().place).trimEnd();
  if (open.length > MOST) return shown;
  return shown + open.reverse().map(({ closing }) => closing).join('');
}

// Whether nothing is open at the end of the text, so that what follows can stand by itself.
export function whole(text) {
  const { end, open } = new Scan(text);
  return end === text.length && open.length === 0;
}

class Scan {
  // Emphasis and code that have begun, and not ended: {place, end, closing}.
  open = [];
  // Up to here it can be shown.
  end = 0;
  #text;
  #place = 0;
  // Where the next bracket of each kind is, as far as it was looked for.
  #next = {};

  constructor(text) {
    this.#text = text;
    this.end = text.length;
    while (this.#place < this.end) {
      SPECIAL.lastIndex = this.#place;
      this.#place = SPECIAL.exec(text)?.index ?? text.length;
      if (this.#place < this.end) this.#step();
    }
  }

  #step() {
    const character = this.#text[this.#place];
    if (character === '\\') this.#escape();
    else if (character === '$') this.#formula();
    else if (character === '`') this.#code();
    else if (character === '[') this.#link();
    else if (character === '<') this.#tag();
    else if (character === '&') this.#entity();
    else if (character === '!') this.#picture();
    else this.#emphasis();
  }

  #wait(place = this.#place) {
    this.end = place;
  }

  #escape() {
    const next = this.#text[this.#place + 1];
    if (next === undefined) this.#wait();
    else if (next === '(' || next === '[') this.#formula();
    else this.#place += 2;
  }

  #formula() {
    const found = this.#formulaIsFar() ? null : formulaAt(this.#text, this.#place);
    if (found?.open) this.#wait();
    else this.#place = found?.end ?? this.#place + (/^(?:\$\$|\\)/.test(this.#text.slice(this.#place)) ? 2 : 1);
  }

  #formulaIsFar() {
    const end = ENDS[this.#text.slice(this.#place, this.#place + 2)];
    if (!end || this.#text.length - this.#place < ADDRESS) return false;
    return this.#nextOf(end, this.#place + 2) - this.#place > ADDRESS;
  }

  #code() {
    const mark = this.#run();
    const begin = this.#place + mark.length;
    const close = this.#closingRun(begin, mark);
    if (close >= 0) {
      this.#place = close;
      return;
    }
    // Some of the closing mark may be there.
    const end = begin + this.#text.slice(begin).replace(/[`\s]+$/, '').length;
    if (end > begin) {
      this.open.push({ place: this.#place, end: begin, closing: mark });
      this.#place = end;
      this.#wait(end);
    } else {
      this.#wait();
    }
  }

  #closingRun(begin, mark) {
    const runs = /`+/g;
    runs.lastIndex = begin;
    for (let found = runs.exec(this.#text); found; found = runs.exec(this.#text)) {
      if (found[0].length === mark.length) return runs.lastIndex;
    }
    return -1;
  }

  #link() {
    const begin = this.#place - (this.#text[this.#place - 1] === '!' ? 1 : 0);
    const label = this.#closing('[', ']', this.#place, LABEL);
    if (label === null) this.#wait(begin);
    else if (label < 0) this.#place += 1;
    else if (this.#text[label] === undefined) this.#wait(begin);
    else if (this.#text[label] === '(') this.#target('(', ')', begin, label, ADDRESS);
    else if (this.#text[label] === '[') this.#target('[', ']', begin, label, LABEL);
    else this.#place += 1;
  }

  // It may begin a picture.
  #picture() {
    if (/^\s?$/.test(this.#before())) this.#wait();
    else this.#place += 1;
  }

  #target(opening, closing, begin, place, far) {
    const end = this.#closing(opening, closing, place, far);
    if (end === null) this.#wait(begin);
    else this.#place = end < 0 ? place : end;
  }

  // The place behind the bracket that closes the one at `place`; null while it may still come, -1 if it doesn't.
  #closing(opening, closing, place, far) {
    if (this.#nextOf(closing, place) - place > far) return this.#text.length - place > far ? -1 : null;
    let depth = 0;
    for (let at = place; at < this.#text.length; at++) {
      const character = this.#text[at];
      if (at - place > far || (character === '\n' && /^\n[ \t]*\n/.test(this.#text.slice(at, at + 40)))) return -1;
      if (character === '\\') at += 1;
      else if (character === opening) depth += 1;
      else if (character === closing && --depth === 0) return at + 1;
    }
    return this.#text.length - place > far ? -1 : null;
  }

  #nextOf(bracket, place) {
    if (!(this.#next[bracket] >= place)) {
      const found = this.#text.indexOf(bracket, place);
      this.#next[bracket] = found < 0 ? Infinity : found;
    }
    return this.#next[bracket];
  }

  #tag() {
    const rest = this.#text.slice(this.#place, this.#place + ADDRESS);
    if (rest !== '<' && !/^<[A-Za-z/!?]/.test(rest)) {
      this.#place += 1;
      return;
    }
    const comment = rest.startsWith('<!--');
    const end = rest.indexOf(comment ? '-->' : '>');
    if (end >= 0) this.#passTag(rest.slice(0, end + 1));
    else if (rest.length > (comment ? ADDRESS - 1 : TAG)) this.#place += 1;
    else this.#wait();
  }

  #passTag(tag) {
    const end = this.#place + tag.length;
    const [, slash, name] = /^<(\/?)(sub|sup|kbd)>$/i.exec(tag) ?? [];
    const closing = `</${name}>`;
    if (slash) this.open = this.open.filter((one) => one.closing !== closing);
    else if (name) this.open.push({ place: this.#place, end, closing });
    this.#place = end;
  }

  #entity() {
    if (/^&#?\w{0,31}$/.test(this.#text.slice(this.#place, this.#place + 40))) this.#wait();
    else this.#place += 1;
  }

  #emphasis() {
    const mark = this.#run();
    const before = this.#before();
    const after = this.#text.slice(this.#place + mark.length, this.#place + mark.length + 1);
    const rest = this.#text.slice(this.#place + mark.length);
    if (!rest) {
      this.#wait();
      return;
    }
    const opens = !SPACE.test(after) && mayOpen(mark, before);
    const closes = before !== '' && !SPACE.test(before) && !(mark[0] === '_' && WORD.test(after));
    if (!(closes && this.#close(mark)) && opens && this.open.length <= MOST) {
      const end = this.#place + mark.length;
      this.open.push({ place: this.#place, end, closing: mark });
    }
    this.#place += mark.length;
  }

  #close(mark) {
    const place = this.open.findLastIndex(({ closing }) => closing[0] === mark[0]);
    if (place < 0) return false;
    const { closing } = this.open[place];
    this.open.length = place;
    // Of `***`, `**` or `*` can be closed first.
    const left = closing.length - mark.length;
    if (left > 0) this.open.push({ place: this.#place, end: 0, closing: closing.slice(0, left) });
    return true;
  }

  #run() {
    const character = this.#text[this.#place];
    let end = this.#place;
    while (this.#text[end] === character) end += 1;
    return this.#text.slice(this.#place, end);
  }

  #before() {
    return Array.from(this.#text.slice(Math.max(0, this.#place - 2), this.#place)).at(-1) ?? '';
  }
}

// One star within a word or a sum, and one tilde before a number, are mostly no emphasis: shown as such before their
// ends are there, they would flicker.
function mayOpen(mark, before) {
  if (mark === '~') return false;
  if (mark[0] === '_') return !WORD.test(before);
  return mark.length > 1 || !SPACED.test(before);
}
