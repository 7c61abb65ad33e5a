import { icon } from './icon.js';
import { make, send, set } from './make.js';
import { t } from './words.js';

// Safari reports the Enter that ends a composition after it, marked only by this code.
const COMPOSING = 229;
const touch = matchMedia('(hover: none) and (pointer: coarse)');

// Where questions are typed. Sends `ask` {content}, `stop`, and `draft` {text} at every change.
class MessageComposer extends HTMLElement {
  #area;
  #button;
  #note;
  #busy = false;

  connectedCallback() {
    this.#area = make('textarea', {
      id: 'question',
      rows: 1,
      placeholder: t('composer.placeholder'),
      ariaLabel: t('composer.label'),
      enterKeyHint: touch.matches ? 'enter' : 'send',
      autocomplete: 'off',
      dir: 'auto',
    });
    this.#button = make('button', { type: 'button', className: 'send', onclick: () => this.#press() });
    this.#note = make('p', { className: 'note', role: 'alert', hidden: true });
    this.#area.addEventListener('input', () => this.#changed());
    this.#area.addEventListener('keydown', (event) => this.#key(event));
    const box = make('div', { className: 'box' }, this.#area, this.#button);
    box.addEventListener('click', ({ target }) => target === box && this.#area.focus());
    this.append(this.#note, box);
    this.#show();
  }

  get value() {
    return this.#area.value;
  }

  // The same text is left alone, with its cursor and a composition that is under way.
  set value(text) {
    if (text === this.value) return;
    this.#area.value = text;
    this.#show();
    this.#fit();
  }

  // Something is being written: the button stops it, and Enter waits.
  set busy(busy) {
    if (busy === this.#busy) return;
    this.#busy = busy;
    this.#show();
  }

  // A sentence about what became of the last question; '' for none.
  set note(text) {
    set(this.#note, { textContent: text, hidden: !text });
  }

  focus() {
    this.#area.focus();
  }

  // Ready to type at once, except on a phone: its keyboard would cover half of the page.
  invite() {
    if (!touch.matches) this.focus();
  }

  #submit() {
    const content = this.value.trim();
    if (content && !this.#busy) send(this, 'ask', { content });
  }

  #press() {
    if (this.#busy) send(this, 'stop');
    else this.#submit();
    // The keyboard of a phone makes way for the reply.
    if (touch.matches) this.#area.blur();
    else this.#area.focus();
  }

  #key(event) {
    const composing = event.isComposing || event.keyCode === COMPOSING;
    const breaks = event.shiftKey || (touch.matches && !event.ctrlKey && !event.metaKey);
    if (event.key !== 'Enter' || composing || breaks) return;
    event.preventDefault();
    this.#submit();
  }

  #changed() {
    this.note = '';
    this.#show();
    this.#fit();
    send(this, 'draft', { text: this.value });
  }

  #show() {
    const label = t(this.#busy ? 'composer.stop' : 'composer.send');
    const name = this.#busy ? 'stop' : 'send';
    this.classList.toggle('busy', this.#busy);
    this.#button.disabled = !this.#busy && !this.value.trim();
    if (this.#button.ariaLabel === label) return;
    set(this.#button, { ariaLabel: label, title: label });
    this.#button.replaceChildren(icon(name));
  }

  // Browsers that don't size a field by its content.
  #fit() {
    if (CSS.supports('field-sizing', 'content')) return;
    this.#area.style.height = 'auto';
    this.#area.style.height = `${this.#area.scrollHeight}px`;
  }
}

customElements.define('message-composer', MessageComposer);
