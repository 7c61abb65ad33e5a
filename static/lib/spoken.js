import { formulaAt } from './markdown/formulas.js';
import { closes, fence } from './markdown/lines.js';
import { whole } from './markdown/settled.js';

// Nobody waits for the end of a sentence that has none: what is longer than this is said in parts.
const LONG = 240;
// Its end, and marks behind it that may belong to it. In Chinese and Japanese no space follows.
const SENTENCE = /(?:[.!?…]["'”’)\]»]*(?=[*_~`]*\s)|[。！？；]["'”’）」』]*)([*_~`]*)(?=[^*_~`"'”’）」』])/g;
// A line that begins with one of these may be something else than text, once it is whole.
const UNDECIDED = /^[ \t]*(?:[`~|$\\<>#=*+[-]|\d|$)/;
// What is read out of a formula as it is written; others would be a spelling test.
const SIMPLE = /^[^\\{}^_&]{1,24}$/;

// Cuts a reply that grows into pieces that make sense when they are read out: sentences without their marks, and of a
// code or a table only how long it is. `t` gives the words.
export class Spoken {
  #t;
  // Of the line that has no end yet, what has not been said.
  #rest = '';
  // The paragraph, as far as it has not been said.
  #text = '';
  // Whether the line is known to be text.
  #within = false;
  #block = null;

  constructor(t) {
    this.#t = t;
  }

  // What can be said after this, in order.
  feed(text) {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop();
    const said = lines.flatMap((line) => this.#line(line));
    if (this.#goesOn(this.#rest)) said.push(...this.#part());
    return said;
  }

  // What is left when nothing more comes.
  end() {
    const said = this.#rest ? this.#line(this.#rest) : [];
    this.#rest = '';
    return [...said, ...this.#endBlock(), ...this.#flush()];
  }

  #goesOn(line) {
    return !this.#block && (this.#within || !UNDECIDED.test(line));
  }

  // Of a line that is still written, the sentences that are whole.
  #part() {
    this.#within = true;
    this.#text += this.#rest;
    this.#rest = '';
    return this.#sentences();
  }

  #line(line) {
    const within = this.#within;
    this.#within = false;
    if (!within && this.#block?.until) return this.#inside(line);
    const begun = within ? null : beginning(line);
    if (begun?.row && this.#block) return this.#count(begun.rows);
    const said = this.#endBlock();
    if (begun) return [...said, ...this.#begin(begun)];
    // A heading or an item is said by itself, and what is behind an empty line too.
    const apart = !within && /^\s*(?:$|#|>|[-*+]\s|\d+[.)]\s)/.test(line);
    if (apart) said.push(...this.#flush());
    this.#text += `${within ? line : bare(line)}\n`;
    return [...said, ...this.#sentences()];
  }

  #begin(block) {
    const said = this.#flush();
    this.#block = block;
    return block.over ? [...said, ...this.#endBlock()] : said;
  }

  #inside(line) {
    return this.#block.until(line) ? this.#endBlock() : this.#count(1);
  }

  #count(lines) {
    this.#block.count += lines;
    return [];
  }

  #endBlock() {
    const block = this.#block;
    this.#block = null;
    return block ? [this.#t(block.name, { language: block.language, count: Math.max(0, block.count) })] : [];
  }

  // Whole sentences, as soon as there are any.
  #sentences() {
    const said = [];
    for (let end = this.#end(); end > 0; end = this.#end()) {
      said.push(this.#plain(this.#text.slice(0, end)));
      this.#text = this.#text.slice(end);
    }
    return said.filter(Boolean);
  }

  // Where the first sentence ends, not within something that would be read out by halves; 0 for nowhere yet.
  #end() {
    for (const found of this.#text.matchAll(SENTENCE)) {
      const end = found.index + found[0].length;
      if (/^\s*\d+\.$/.test(this.#text.slice(0, end))) continue;
      const sentence = [end - found[1].length, end].find((one) => whole(this.#text.slice(0, one)));
      if (sentence) return sentence;
      if (end > LONG) break;
    }
    if (this.#text.length <= LONG) return 0;
    return this.#text.lastIndexOf(' ', LONG) + 1 || LONG;
  }

  #flush() {
    const said = this.#plain(this.#text);
    this.#text = '';
    return said ? [said] : [];
  }

  #plain(text) {
    return unmarked(this.#withoutFormulas(text)).replace(/\s+/g, ' ').trim();
  }

  #withoutFormulas(text) {
    let result = '';
    for (let at = 0; at < text.length;) {
      const found = text[at] === '$' || text[at] === '\\' ? formulaAt(text, at) : null;
      if (found?.end) result += SIMPLE.test(found.tex) ? found.tex : this.#t('spoken.formula');
      else result += text[at];
      at = found?.end ?? at + 1;
    }
    return result;
  }
}

// What is not read out begins on this line, if something does: a code, a table, a formula.
function beginning(line) {
  const rest = line.replace(/^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)?/, '');
  const opening = fence(rest);
  if (opening) {
    const language = opening.info.split(/\s/)[0];
    const name = language ? 'spoken.code_in' : 'spoken.code';
    return { name, language, count: 0, until: (next) => closes(opening, next.trimStart()) };
  }
  // The first row is the head; the line below it is none.
  if (/^\|.*\|\s*$/.test(rest)) return { name: 'spoken.table', count: 0, row: true, rows: /^[\s|:-]+$/.test(rest) ? 0 : 1 };
  const [, sign] = /^(\$\$|\\\[)/.exec(rest) ?? [];
  if (!sign) return null;
  const end = sign === '$$' ? '$$' : '\\]';
  return { name: 'spoken.formula', count: 0, over: rest.includes(end, 2), until: (next) => next.includes(end) || !next.trim() };
}

// A line without the marks that it begins with.
function bare(line) {
  return line
    .replace(/^[\s>]*(?:#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?)?/, '')
    .replace(/^(?:[-*_=]\s*){3,}$/, '')
    .replace(/^\[\^[^\]\s]+\]:\s*/, '');
}

// A text without the marks of Markdown within it.
function unmarked(text) {
  return text
    .replace(/\[\^[^\]\s]+\]/g, '')
    .replace(/!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/<(https?:[^>\s]*)>/g, '$1')
    .replace(/<!--.*?-->|<\/?[a-z][^>]*>/gi, '')
    .replace(/(\*\*\*|\*\*|\*|~~|`+)(?=\S)(.+?)(?<=\S)\1/g, '$2')
    .replace(/(?<![\p{L}\p{N}])(__?)(?=\S)(.+?)(?<=\S)\1(?![\p{L}\p{N}])/gu, '$2')
    .replace(/\*\*|~~|`/g, '')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1');
}
