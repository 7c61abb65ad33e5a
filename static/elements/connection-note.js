import { make, set } from './make.js';
import { t } from './words.js';

// Lines break and are back in a moment: only what lasts longer than this is worth a word.
const PATIENCE = 800;

class ConnectionNote extends HTMLElement {
  #timer = null;

  connectedCallback() {
    set(this, { role: 'status', hidden: true });
    this.append(make('span', { className: 'ember' }), make('span', { className: 'words' }));
  }

  set away(away) {
    if (away === Boolean(this.#timer)) return;
    clearTimeout(this.#timer);
    this.#timer = away ? setTimeout(() => this.#show(true), PATIENCE) : null;
    if (!away) this.#show(false);
  }

  #show(away) {
    this.hidden = !away;
    this.querySelector('.words').textContent = away ? t('connection.away') : '';
  }
}

customElements.define('connection-note', ConnectionNote);
