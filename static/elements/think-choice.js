import { icon } from './icon.js';
import { make, send, set } from './make.js';
import { t } from './words.js';

const levels = { low: 'think.low', medium: 'think.medium', high: 'think.high', max: 'think.max' };

// Whether the model thinks before it answers, or how much; nothing where it can't be told. Sends `think-choice`
// {think}.
class ThinkChoice extends HTMLElement {
  #switch;
  #level;
  #shown = null;

  connectedCallback() {
    if (this.#switch) return;
    const label = make('span', { textContent: t('think.label') });
    this.#switch = make('button', { type: 'button', className: 'quiet-button' }, icon('think'), label);
    this.#switch.addEventListener('click', () => send(this, 'think-choice', { think: this.#shown !== 'on' }));
    const select = make('select', { ariaLabel: t('think.level') });
    select.addEventListener('change', () => send(this, 'think-choice', { think: select.value }));
    this.#level = make('span', { className: 'level' }, icon('think'), select);
    this.hidden = true;
    this.append(this.#switch, this.#level);
  }

  // now: null where there is nothing to choose, `on`, `off`, or a level.
  set now(now) {
    if (now === this.#shown) return;
    this.#shown = now;
    const switched = now === 'on' || now === 'off';
    this.hidden = now === null;
    this.#switch.hidden = !switched;
    this.#level.hidden = switched || now === null;
    set(this.#switch, { ariaPressed: String(now === 'on'), title: t(now === 'on' ? 'think.on' : 'think.off') });
    if (!this.#level.hidden) this.#showLevel(now);
  }

  // `max` is for few models: it is offered only where it was chosen elsewhere.
  #showLevel(now) {
    const select = this.#level.querySelector('select');
    const offered = Object.keys(levels).filter((level) => level !== 'max' || now === 'max');
    const option = (value) => new Option(t(levels[value]), value);
    if (select.length !== offered.length) select.replaceChildren(...offered.map(option));
    select.value = now;
  }
}

customElements.define('think-choice', ThinkChoice);
