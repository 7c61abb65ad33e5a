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
    const text = String(typeof this.text === 'function' ? this.text() : this.text);
    const refused = await copy(text).then(() => null, ({ message }) => message);
    this.#show(refused ? 'close' : 'check', refused ?? t('message.copied'));
    setTimeout(() => this.#show('copy', this.label), SHOWN);
  }

  #show(name, label) {
    this.#button.replaceChildren(icon(name));
    this.#button.ariaLabel = this.#button.title = label;
  }
}

customElements.define('copy-button', CopyButton);
