import { make, set } from './make.js';
import { duration, t } from './words.js';

// What a reply is waiting for, in words. Nothing while the model writes or thinks: that can be seen.
class ReplyStatus extends HTMLElement {
  #words;
  #seconds;

  connectedCallback() {
    if (this.#words) return;
    this.#words = make('span');
    this.#seconds = make('span', { ariaHidden: 'true' });
    this.append(make('span', { className: 'ember' }), make('p', {}, this.#words, this.#seconds));
  }

  set reply(reply) {
    const words = statusWords(reply);
    this.hidden = words === null;
    set(this.#words, { textContent: words ?? '' });
    set(this.#seconds, { textContent: waited(reply) });
  }
}

export function statusWords({ phase, position, stopping }) {
  if (stopping) return t('status.stopping');
  if (phase === 'writing' || phase === 'thinking') return null;
  if (phase === 'queued') return position ? t('status.queued', { count: position }) : t('status.waiting');
  if (phase === 'loading') return t('status.loading');
  if (phase === 'reading') return t('status.reading');
  return '';
}

function waited({ phase, since, stopping }) {
  if (phase !== 'loading' || since === null || stopping) return '';
  return ` ${duration(performance.now() - since)}`;
}

customElements.define('reply-status', ReplyStatus);
