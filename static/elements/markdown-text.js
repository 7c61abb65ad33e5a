import { Pace } from '../lib/code/pace.js';
import { GrowingText } from '../lib/growing-text.js';
import { MarkdownDocument } from '../lib/markdown/document.js';
import { treeText } from '../lib/markdown/plain.js';
import { Seams } from '../lib/seams.js';
import './code-block.js';
import { make } from './make.js';
import { Nodes } from './markdown/nodes.js';
import { loading } from './markdown/parser.js';
import { Past } from './markdown/past.js';
import './math-formula.js';
import './plain-text.js';
import { t } from './words.js';

const FRAME = 16;
// A long text is read in slices, and the page lives on between them.
const SLICE = 2_000;
const BUDGET = 30;

const words = {
  'markdown.table': () => t('markdown.table'),
  'markdown.done': () => t('markdown.done'),
  'markdown.to_do': () => t('markdown.to_do'),
  'markdown.picture': (values) => t('markdown.picture', values),
  'markdown.note': (values) => t('markdown.note', values),
  'markdown.notes': () => t('markdown.notes'),
  'markdown.back': () => t('markdown.back'),
};

// Shows a GrowingText as Markdown. While it is `live`, more is to come: what may still become something else waits,
// and what is finished is never touched again. `seams` are places, counted in code points, where what follows may not
// join what is before it; they get a mark. Without the parser's library the text is shown as it is.
class MarkdownText extends HTMLElement {
  static #count = 0;

  #text = new GrowingText();
  #mark = 0;
  #live = false;
  #seams = [];
  #document = null;
  #nodes = new Nodes(this);
  #cuts = null;
  #pieces = [];
  #plain = null;
  #pace = new Pace();
  #drawn = 0;
  #asked = false;
  #timer = null;
  #past = new Past(this);
  #prefix = `message-${++MarkdownText.#count}`;

  set text(text) {
    if (text !== this.#text) this.#begin(text);
    this.#ask();
  }

  set live(live) {
    if (live === this.#live) return;
    this.#live = live;
    this.#ask();
  }

  set seams(seams) {
    if (String(seams) === String(this.#seams)) return;
    this.#seams = seams;
    this.#begin(this.#text);
    this.#ask();
  }

  // The text without its marks.
  get plain() {
    return this.#document ? treeText(this.#document.root) : String(this.#text);
  }

  connectedCallback() {
    this.addEventListener('click', (event) => this.#jump(event));
    this.#ask();
  }

  disconnectedCallback() {
    this.#timer = clearTimeout(this.#timer);
  }

  #begin(text) {
    this.#text = text;
    this.#mark = 0;
    this.#past.begin();
    this.#document = null;
    this.#pieces = [];
  }

  // Several changes at once are one drawing.
  #ask() {
    if (this.#asked) return;
    this.#asked = true;
    queueMicrotask(() => {
      this.#asked = false;
      this.#draw();
    });
  }

  #draw() {
    // A reply that is only expected needs no parser, and Hearth may be away.
    if (!this.isConnected || (this.#text.empty && !this.firstChild)) return;
    const wait = this.#live ? Math.max(this.#pace.wait, this.#drawn + FRAME - performance.now()) : 0;
    if (!loading.parser) this.#drawPlain();
    else if (wait <= 0) this.#pace.run(() => this.#drawMarkdown());
    else this.#later(wait);
  }

  #later(wait) {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#draw();
    }, wait);
  }

  #drawPlain() {
    loading.load().then((parser) => parser && this.#ask());
    this.#plain ??= make('plain-text');
    if (!this.#plain.isConnected) this.replaceChildren(this.#plain);
    this.#plain.seams = this.#seams;
    this.#plain.text = this.#text;
  }

  #drawMarkdown() {
    const began = performance.now();
    const first = this.#document === null;
    if (first) this.#read();
    this.#plain = null;
    this.#pieces.push(...this.#cuts.cut(this.#text.since(this.#mark)));
    this.#mark = this.#text.mark;
    while (this.#pieces.length && performance.now() - began < BUDGET) this.#feed();
    const whole = this.#pieces.length === 0;
    const live = this.#live || !whole;
    this.#document.show(live);
    this.#nodes.show(this.#document.root, { anew: first || !live });
    this.#drawn = performance.now();
    if (!whole) this.#later(0);
    if (live) this.#past.mark(this.#document.root.settled);
  }

  #read() {
    this.#document = new MarkdownDocument(loading.parser, {
      prefix: this.#prefix,
      words: (key, values) => words[key](values),
    });
    this.#cuts = new Seams(this.#seams);
  }

  #feed() {
    const piece = this.#pieces.shift();
    if (piece === null) {
      this.#document.breakWith(seam());
      return;
    }
    const end = sliceEnd(piece);
    this.#document.feed(piece.slice(0, end));
    if (end < piece.length) this.#pieces.unshift(piece.slice(end));
  }

  // Links within the message lead to a footnote and back, and leave the page's address alone.
  #jump(event) {
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    event.preventDefault();
    const href = link.getAttribute('href');
    const back = link.getAttribute('role') === 'doc-backlink';
    const target = this.querySelector(back ? `a[role="doc-noteref"][href="${href}"]` : `[id="${href.slice(1)}"]`);
    target?.focus();
    target?.scrollIntoView({ block: 'nearest' });
  }
}

function seam() {
  return { name: 'p', properties: { className: 'seam' }, children: [t('message.seam')] };
}

// Not between the halves of a character.
function sliceEnd(text) {
  return /[\ud800-\udbff]/.test(text[SLICE - 1] ?? '') ? SLICE - 1 : SLICE;
}

customElements.define('markdown-text', MarkdownText);
