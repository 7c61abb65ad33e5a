import { Colouring } from '../lib/code/colouring.js';
import { load } from '../lib/code/grammar.js';
import { languageOf } from '../lib/code/languages.js';
import { Pace } from '../lib/code/pace.js';
import { GrowingText } from '../lib/growing-text.js';
import { CodeLines } from './code-lines.js';
import './copy-button.js';
import { icon } from './icon.js';
import { make, set } from './make.js';
import { t } from './words.js';

// A code to read, to copy and to save. `language` is a fence's first word; `code` replaces what is there, `write` adds
// to it, and while it is `open` more is to come. The colours come later, and never hold up the text.
class CodeBlock extends HTMLElement {
  #language = languageOf('');
  #text = new GrowingText();
  #open = false;
  #parts = null;
  #waiting = []; // finished lines, as long as what colours them is not loaded
  #colouring = null;
  #pace = new Pace();
  #timer = null;
  #watch = new ResizeObserver(() => this.#fit());

  get language() {
    return this.#language.word;
  }

  set language(word) {
    if (word === this.#language.word) return;
    this.#language = languageOf(word);
    this.code = this.code;
  }

  get code() {
    return String(this.#text);
  }

  set code(code) {
    this.#text = new GrowingText();
    this.#waiting = [];
    this.#colouring = null;
    this.#built.lines.clear();
    this.#name();
    this.#grow(code);
  }

  get open() {
    return this.#open;
  }

  set open(open) {
    if (open === this.#open) return;
    this.#open = open;
    if (open) this.code = this.code;
    else this.#end();
  }

  write(text) {
    if (this.#open) this.#grow(text);
    else this.code += text;
  }

  connectedCallback() {
    const { pre, code } = this.#built;
    this.#watch.observe(pre);
    this.#watch.observe(code);
    this.#colour();
  }

  disconnectedCallback() {
    this.#watch.disconnect();
    this.#timer = clearTimeout(this.#timer);
  }

  #grow(text) {
    this.#text.append(text);
    this.#take(this.#built.lines.append(text));
    if (!this.#open) this.#end();
    else this.#colour();
  }

  #end() {
    this.#take(this.#built.lines.end());
    this.#colouring?.end();
    this.#colour();
  }

  // --- colours

  #take(lines) {
    if (this.#colouring) lines.forEach((line) => this.#colouring.add(line));
    else if (this.#language.grammar) this.#waiting.push(...lines);
  }

  #colour() {
    if (!this.isConnected || this.#timer) return;
    if (!this.#colouring && this.#waiting.length) this.#load();
    else if (this.#colouring?.waiting) this.#timer = setTimeout(() => this.#step(), this.#pace.wait);
  }

  async #load() {
    const language = this.#language;
    const highlight = await load(language.grammar).catch(() => null); // without it the code stays plain
    if (!highlight || this.#colouring || language !== this.#language) return;
    this.#colouring = new Colouring(highlight);
    this.#take(this.#waiting.splice(0));
    this.#colour();
  }

  #step() {
    this.#timer = null;
    if (this.#colouring?.waiting) this.#pace.run(() => this.#parts.lines.paint(this.#colouring.step()));
    this.#colour();
  }

  // --- parts

  get #built() {
    this.#parts ??= this.#build();
    return this.#parts;
  }

  #build() {
    const label = make('span', { className: 'language' });
    const wrap = button('wrap', t('code.wrap'), () => this.#wrap());
    wrap.hidden = true;
    wrap.ariaPressed = 'false';
    const save = button('save', t('code.save'), () => this.#save());
    const copy = make('copy-button', { label: t('code.copy'), text: () => this.code });
    const code = make('code');
    const pre = make('pre', { dir: 'ltr', translate: false }, code);
    this.append(make('div', { className: 'head' }, label, wrap, save, copy), pre);
    return { label, wrap, pre, code, lines: new CodeLines(code) };
  }

  #name() {
    const { label } = this.#language;
    set(this.#parts.label, { textContent: label || t('code.label') });
    this.#parts.pre.ariaLabel = label ? t('code.named', { language: label }) : t('code.label');
  }

  // Only what scrolls can be reached by the keyboard, and has something to wrap.
  #fit() {
    const { pre, wrap } = this.#parts;
    const scrolls = pre.scrollWidth > pre.clientWidth;
    wrap.hidden = !scrolls && !pre.classList.contains('wrapped');
    if (scrolls) set(pre, { tabIndex: 0, role: 'region' });
    else for (const name of ['tabindex', 'role']) pre.removeAttribute(name);
  }

  #wrap() {
    const { pre, wrap } = this.#parts;
    wrap.ariaPressed = String(pre.classList.toggle('wrapped'));
    this.#fit();
  }

  #save() {
    const href = URL.createObjectURL(new Blob([this.code], { type: 'text/plain' }));
    make('a', { href, download: `code.${this.#language.ending}` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  }
}

function button(picture, label, onclick) {
  const properties = { type: 'button', className: 'quiet-button', title: label, ariaLabel: label, onclick };
  return make('button', properties, icon(picture));
}

customElements.define('code-block', CodeBlock);
