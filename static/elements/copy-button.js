import { copy } from './clipboard.js';
import { icon } from './icon.js';
import { make } from './make.js';
import { t } from './words.js';

const SHOWN = 2_000;

// Copies `text` (a string, or a function that gives it).
class CopyButton extends HTMLElement {
  text = '';
  label = t('message.copy');
  #button;

  connectedCallback() {
    if (this.#button) return;
    this.#button = make('button', { type: 'button', className: 'quiet-button', onclick: () => this.#copy() });
    this.append(this.#button);
    this.#show('copy', this.label);
  }

  async #copy() {
    await copy(String(typeof this.text === 'function' ? this.text() : this.text));
    this.#show('check', t('message.copied'));
    setTimeout(() => this.#show('copy', this.label), SHOWN);
  }

  #show(name, label) {
    this.#button.replaceChildren(icon(name));
    this.#button.ariaLabel = this.#button.title = label;
  }
}

customElements.define('copy-button', CopyButton);
