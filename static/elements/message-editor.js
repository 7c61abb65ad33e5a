import { make, send } from './make.js';
import { fitHeight, isComposing, touch } from './typing.js';
import { t } from './words.js';

// A question while it is being changed. Sends `editor-typed` {text}, `editor-send` {text} and `editor-cancel`.
class MessageEditor extends HTMLElement {
  // Whether it may be sent without any text: something else goes along.
  optional = false;
  #area;
  #send;

  connectedCallback() {
    if (this.#area) return;
    this.#area = make('textarea', { rows: 1, ariaLabel: t('edit.label'), dir: 'auto', autocomplete: 'off' });
    this.#area.enterKeyHint = touch.matches ? 'enter' : 'send';
    this.#area.addEventListener('input', () => {
      this.#changed();
      send(this, 'editor-typed', { text: this.text });
    });
    this.#area.addEventListener('keydown', (event) => this.#key(event));
    const cancel = make('button', { type: 'button', className: 'quiet-button', textContent: t('edit.cancel') });
    cancel.onclick = () => send(this, 'editor-cancel');
    this.#send = make('button', { type: 'button', className: 'main-button', textContent: t('edit.send') });
    this.#send.onclick = () => this.#submit();
    this.append(this.#area, make('div', { className: 'buttons' }, cancel, this.#send));
  }

  get text() {
    return this.#area.value;
  }

  set text(text) {
    this.#area.value = text;
    this.#changed();
  }

  focus() {
    this.#area.focus();
    this.#area.setSelectionRange(this.text.length, this.text.length);
    this.scrollIntoView({ block: 'nearest' });
  }

  #submit() {
    if (!this.#send.disabled) send(this, 'editor-send', { text: this.text });
  }

  #key(event) {
    if (isComposing(event)) return;
    const breaks = event.shiftKey || (touch.matches && !event.ctrlKey && !event.metaKey);
    if (event.key === 'Escape') send(this, 'editor-cancel');
    else if (event.key === 'Enter' && !breaks) this.#submit();
    else return;
    event.preventDefault();
  }

  #changed() {
    this.#send.disabled = !this.optional && !this.text.trim();
    fitHeight(this.#area);
  }
}

customElements.define('message-editor', MessageEditor);
