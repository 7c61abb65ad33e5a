import { make, send } from './make.js';
import { t } from './words.js';

const examples = ['example1', 'example2', 'example3', 'example4'];

// What a new chat begins with: a greeting and something to try. Sends `example` {text}.
class EmptyState extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    this.append(
      make('img', { src: '/static/favicon.svg', alt: '', width: 56, height: 56 }),
      make('h1', { textContent: t(greeting(new Date().getHours())) }),
      make('p', { textContent: t('empty.question') }),
      make('div', { className: 'examples' }, ...examples.map((name) => this.#example(name))),
    );
  }

  #example(name) {
    const text = t(`empty.${name}`);
    const title = make('strong', { textContent: t(`empty.${name}.title`) });
    const onclick = () => send(this, 'example', { text });
    return make('button', { type: 'button', onclick }, title, make('span', { textContent: text }));
  }
}

function greeting(hour) {
  if (hour >= 5 && hour < 11) return 'empty.morning';
  return hour >= 18 || hour < 5 ? 'empty.evening' : 'empty.day';
}

customElements.define('empty-state', EmptyState);
