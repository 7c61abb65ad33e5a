import { growing, node } from './tree.js';

// The footnotes of one message: numbered as they are first referred to, shown at its end. As long as the message is
// written, a reference whose definition is still to come has its number; in the end it is a link, or text.
export class Notes {
  #prefix;
  #words;
  #numbers = new Map();
  #defined = new Map();
  #by = new Map();
  #final = false;

  // `prefix` makes the ids of this message its own.
  constructor({ prefix, words }) {
    this.#prefix = prefix;
    this.#words = words;
  }

  get count() {
    return this.#defined.size;
  }

  // The first definition of a label counts. It can be given anew, when more of it has come.
  define(unit, blocks) {
    const { label } = unit;
    if (this.#by.get(label) && this.#by.get(label) !== unit) return;
    this.#by.set(label, unit);
    this.#defined.set(label, blocks);
  }

  // From now on only what has a definition has a number.
  settle() {
    this.#final = true;
    const labels = [...this.#numbers.keys()].filter((label) => this.#defined.has(label));
    this.#numbers = new Map(labels.map((label, place) => [label, place + 1]));
  }

  unsettle() {
    this.#final = false;
  }

  reference(label) {
    const known = this.#defined.has(label);
    if (this.#final && !known) return `[^${label}]`;
    const number = this.#number(label);
    const properties = {
      href: `#${this.#id(number)}`,
      role: 'doc-noteref',
      ariaLabel: this.#words('markdown.note', { number }),
    };
    return node('sup', { className: 'note' }, [known ? node('a', properties, [String(number)]) : String(number)]);
  }

  // The notes at the end; `open` are those that are still being written: {unit, blocks}.
  section(open = []) {
    const defined = new Map(this.#defined);
    for (const { unit, blocks } of open) {
      if ((this.#by.get(unit.label) ?? unit) === unit) defined.set(unit.label, blocks);
    }
    if (!defined.size) return null;
    const labels = [...defined.keys()].sort((a, b) => this.#number(a) - this.#number(b));
    const list = growing('ol');
    list.children.push(...labels.map((label) => this.#note(this.#number(label), defined.get(label))));
    return node('section', { className: 'notes', role: 'doc-endnotes', ariaLabel: this.#words('markdown.notes') }, [list]);
  }

  #note(number, blocks) {
    const back = node('a', { href: `#${this.#id(number)}`, role: 'doc-backlink', ariaLabel: this.#words('markdown.back') }, ['↩']);
    const last = blocks.at(-1);
    const children = last?.name === 'p' ? [...blocks.slice(0, -1), node('p', {}, [...last.children, ' ', back])] : [...blocks, node('p', {}, [back])];
    return node('li', { id: this.#id(number), tabindex: -1, value: number }, children);
  }

  // Notes that nothing refers to come last.
  #number(label) {
    if (!this.#numbers.has(label)) this.#numbers.set(label, this.#numbers.size + 1);
    return this.#numbers.get(label);
  }

  #id(number) {
    return `${this.#prefix}-note-${number}`;
  }
}
