import { fullness } from '../lib/facts.js';
import { make, send, set } from './make.js';
import { language, t } from './words.js';

// How full the model's context is, once that is worth knowing. Sends `open-reply-facts` {reply}.
class ContextMeter extends HTMLElement {
  #parts = null;
  #reply = null;

  set reply(reply) {
    this.#reply = reply;
    const full = fullness(reply);
    this.hidden = !full?.level;
    if (!this.hidden) this.#show(full);
  }

  #show({ used, size, share, level }) {
    const { button, bar, words } = (this.#parts ??= this.#build());
    const values = { used: compact(used), size: compact(size) };
    set(words, { textContent: t('context.short', values) });
    set(button, { className: `quiet-button ${level}`, ariaLabel: t('context.label', values), title: titles[level]() });
    bar.style.inlineSize = `${share * 100}%`;
  }

  #build() {
    const bar = make('span', { className: 'fill' });
    const words = make('span');
    const meter = make('span', { className: 'bar', ariaHidden: 'true' }, bar);
    const button = make('button', { type: 'button' }, meter, words);
    button.onclick = () => send(this, 'open-reply-facts', { reply: this.#reply });
    this.append(button);
    return { button, bar, words };
  }
}

const titles = {
  half: () => t('context.half'),
  nearly: () => t('context.nearly'),
};

function compact(tokens) {
  return new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 }).format(tokens);
}

customElements.define('context-meter', ContextMeter);
