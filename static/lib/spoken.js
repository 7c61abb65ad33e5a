import { fence } from './markdown/lines.js';

// What is spoken at once ends with a sentence, and is not much longer than this.
const LONG = 400;
const SENTENCE = /[.!?…][)"”’»*_]*\s+|[。！？][”’」』*]*|\n\s*\n/g;

// Cuts a Markdown text that grows into pieces that make sense when they are read out: sentences without their marks,
// and of a code or a table only how long it is. `t` gives the words.
export class Spoken {
  #t;
  #rest = '';
  #text = '';
  #block = null;

  constructor(t) {
    this.#t = t;
  }

  // What can be said after this, in order.
  feed(text) {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop();
    return [...lines.flatMap((line) => this.#line(line)), ...this.#sentences()];
  }

  // What is left when nothing more comes.
  end() {
    const said = this.#rest ? this.#line(this.#rest) : [];
    this.#rest = '';
    return [...said, ...this.#endBlock(), ...this.#flush()];
  }

  #line(line) {
    if (this.#block?.fence) return this.#inCode(line);
    const opening = fence(line.trimStart());
    const row = /^\s*\|.*\|\s*$/.test(line);
    if (row && this.#block) return this.#count(!/^[\s|:-]+$/.test(line));
    const said = this.#endBlock();
    if (opening) return [...said, ...this.#begin({ fence: opening, language: opening.info.split(/\s/)[0], count: 0 })];
    if (row) return [...said, ...this.#begin({ count: 1 })];
    this.#text += `${bare(line)}\n`;
    const whole = line.trim() === '' || /^\s*(?:#|[-*+]\s|\d+[.)]\s)/.test(line);
    return whole ? [...said, ...this.#flush()] : said;
  }

  #inCode(line) {
    const { mark } = this.#block.fence;
    const closes = line.trim().startsWith(mark) && line.trim().replaceAll(mark[0], '') === '';
    return closes ? this.#endBlock() : this.#count(true);
  }

  #begin(block) {
    const said = this.#flush();
    this.#block = block;
    return said;
  }

  #count(counts) {
    if (counts) this.#block.count += 1;
    return [];
  }

  #endBlock() {
    const block = this.#block;
    this.#block = null;
    if (!block) return [];
    const { language, count } = block;
    if (!block.fence) return [this.#t('spoken.table', { count: Math.max(0, count - 1) })];
    return [language ? this.#t('spoken.code_in', { language, count }) : this.#t('spoken.code', { count })];
  }

  // Whole sentences, as soon as there are any.
  #sentences() {
    let end = 0;
    for (const found of this.#text.matchAll(SENTENCE)) end = found.index + found[0].length;
    if (!end && this.#text.length > LONG) end = this.#text.lastIndexOf(' ', LONG) + 1 || LONG;
    const said = this.#text.slice(0, end).trim();
    this.#text = this.#text.slice(end);
    return said ? [tidy(said)] : [];
  }

  #flush() {
    const said = this.#text.trim();
    this.#text = '';
    return said ? [tidy(said)] : [];
  }
}

function tidy(text) {
  return text.replace(/\s+/g, ' ');
}

// A line without the marks of Markdown.
function bare(line) {
  return line
    .replace(/^[\s>]*(?:#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?)?/, '')
    .replace(/^(?:[-*_=]\s*){3,}$/, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\[\^[^\]\s]+\]:?/g, '')
    .replace(/(\*\*\*|\*\*|\*|~~|`+)(?=\S)(.+?)(?<=\S)\1/g, '$2')
    .replace(/(?<![\p{L}\p{N}])(__?)(?=\S)(.+?)(?<=\S)\1(?![\p{L}\p{N}])/gu, '$2')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/<!--.*?-->|<\/?[a-z][^>]*>/gi, '');
}
