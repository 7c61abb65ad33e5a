import { make } from './make.js';
import { t } from './words.js';

class UserMessage extends HTMLElement {
  #shown = null;

  set message({ content }) {
    if (content === this.#shown) return;
    this.#shown = content;
    const heading = make('h2', { className: 'visually-hidden', textContent: t('message.you') });
    this.replaceChildren(heading, make('div', { className: 'bubble', dir: 'auto', textContent: content }));
  }
}

customElements.define('user-message', UserMessage);
