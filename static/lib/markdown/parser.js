import { friendly, mayBegin } from './cjk.js';
import { formulaAt } from './formulas.js';

// What can be nested how deep, and how much work one piece may make: marked takes time with the square of what can
// begin or end emphasis within a paragraph. What is beyond is shown as it is written.
const DEPTH = 40;
const WORK = 8e6;
const SMALL = 2_000;
const PARTS = /\n[ \t>]*\n|\n(?=[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]|\|))/;
const FAR = 2_000;

const FORMULA_START = /\$|\\[([]/;

// Reads pieces of Markdown into marked's tokens, with formulas and footnotes. Of marked only the lexer is used: its
// HTML is never made.
export class Parser {
  #marked;

  constructor(Marked) {
    this.#marked = new Marked({ gfm: true, breaks: true, extensions: [blockFormula, formula, noteReference] });
    this.#marked.use({ hooks: { emStrongMask: (source) => friendly(masked(source)) }, tokenizer: { emStrong, del } });
  }

  // `links` holds the definitions of references, and is given those that the source has. Null if it asks too much.
  parse(source, links) {
    if (tooHard(source)) return null;
    const lexer = new this.#marked.Lexer(this.#marked.defaults);
    lexer.tokens.links = links;
    try {
      return lexer.lex(source);
    } catch (error) {
      if (error instanceof RangeError) return null; // too deep for the stack
      throw error;
    }
  }
}

const blockFormula = {
  name: 'blockFormula',
  level: 'block',
  start: (source) => place(source.search(/\n {0,3}(?:\$\$|\\\[)/), 1),
  tokenizer(source) {
    const lead = /^ {0,3}(?=\$\$|\\\[)/.exec(source)?.[0];
    if (lead === undefined) return undefined;
    const found = formulaAt(source, lead.length);
    const rest = found && !found.open && /^[ \t]*(?:\n|$)/.exec(source.slice(found.end));
    return rest ? { type: 'formula', raw: source.slice(0, found.end) + rest[0], ...found } : undefined;
  },
};

const formula = {
  name: 'formula',
  level: 'inline',
  // Plain text ends at a backslash anyway.
  start: (source) => place(source.indexOf('$'), 0),
  tokenizer(source, tokens) {
    if (source[0] !== '$' && source[0] !== '\\') return undefined;
    // What is before it is in the tokens before it.
    const before = tokens.at(-1)?.raw.at(-1) ?? '';
    const found = formulaAt(before + source.slice(0, FAR), before.length);
    if (!found || found.open) return undefined;
    return { type: 'formula', raw: source.slice(0, found.end - before.length), ...found };
  },
};

const noteReference = {
  name: 'noteReference',
  level: 'inline',
  tokenizer(source) {
    const found = /^\[\^([^\]\s]+)\]/.exec(source);
    return found ? { type: 'noteReference', raw: found[0], label: found[1] } : undefined;
  },
};

function emStrong(source, mask, before) {
  return original(this).emStrong.call(this, source, mask, mayBegin(source, before) ? '' : before);
}

function del(source, mask, before) {
  return original(this).del.call(this, source, mask, mayBegin(source, before) ? '' : before);
}

function original(tokenizer) {
  return Object.getPrototypeOf(tokenizer);
}

function place(found, more) {
  return found < 0 ? undefined : found + more;
}

// Stars and underscores within formulas emphasise nothing.
function masked(source) {
  if (!FORMULA_START.test(source)) return source;
  let result = '';
  for (let at = 0; at < source.length;) {
    const found = source[at] === '$' || source[at] === '\\' ? formulaAt(source, at) : null;
    const end = found?.end ?? at + 1;
    result += found?.end ? 'a'.repeat(end - at) : source[at];
    at = end;
  }
  return result;
}

function tooHard(source) {
  if (source.length > SMALL && source.split(PARTS).some((part) => work(part) > WORK)) return true;
  return source.split('\n').some(deep);
}

function work(text) {
  return (text.match(/[\\$`[\]<&*_~!]/g)?.length ?? 0) * text.length;
}

function deep(line) {
  const marks = /^(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])))*/.exec(line)[0];
  if (/^[ \t]{120,}(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])/.test(line)) return true;
  return marks.length > DEPTH && marks.replace(/[^>*+.)-]/g, '').length > DEPTH;
}
