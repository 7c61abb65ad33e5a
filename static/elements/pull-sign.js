import { shortName } from '../lib/models.js';
import { isRunning, overall } from '../lib/pulls.js';
import { icon } from './icon.js';
import { make, send, set } from './make.js';
import { percent, t } from './words.js';

// Says quietly that models are being fetched, and how far that is. Sends `open-models`.
class PullSign extends HTMLElement {
  #button;
  #part;

  connectedCallback() {
    this.#build();
  }

  // Also by who shows something in it before it is on the page.
  #build() {
    if (this.#button) return;
    this.#part = make('span');
    const properties = { type: 'button', className: 'quiet-button', ariaHasPopup: 'dialog' };
    this.#button = make('button', properties, icon('save'), this.#part);
    this.#button.addEventListener('click', () => send(this, 'open-models'));
    this.append(this.#button);
  }

  show(pulls) {
    this.#build();
    const now = overall(pulls);
    this.hidden = !now;
    if (!now) return;
    const shown = now.part === null ? '' : percent(now.part);
    const one = now.count === 1 ? shortName(pulls.find(isRunning).model) : null;
    const what = one ? t('pulls.sign.one', { name: one }) : t('pulls.sign', { count: now.count });
    const words = [what, shown].filter(Boolean).join(' · ');
    set(this.#part, { textContent: shown || '…' });
    set(this.#button, { ariaLabel: words, title: words });
  }
}

customElements.define('pull-sign', PullSign);
