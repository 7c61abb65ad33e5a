import { make, send } from './make.js';
import { t } from './words.js';

const examples = ['example1', 'example2', 'example3', 'example4'];

// As many presets as fit below the greeting.
const MOST = 6;

// What a new chat begins with: a greeting, the presets there are, and something to try. Sends `example` {text} and
// `preset-choice` {id}.
class EmptyState extends HTMLElement {
  #presets;

  connectedCallback() {
    if (this.firstChild) return;
    this.#presets = make('div', { className: 'presets', role: 'group', ariaLabel: t('preset.begin'), hidden: true });
    this.append(
      make('img', { src: '/static/favicon.svg', alt: '', width: 56, height: 56 }),
      make('h1', { textContent: t(greeting(new Date().getHours())) }),
      make('p', { textContent: t('empty.question') }),
      this.#presets,
      make('div', { className: 'examples' }, ...examples.map((name) => this.#example(name))),
    );
  }

  // chosen: the preset that holds already
  show({ presets, chosen }) {
    const some = presets.slice(0, MOST);
    if (chosen && !some.includes(chosen)) some.splice(-1, 1, chosen);
    const focused = [...this.#presets.children].indexOf(document.activeElement);
    this.#presets.replaceChildren(...some.map((preset) => this.#preset(preset, preset === chosen)));
    this.#presets.hidden = !some.length;
    if (focused >= 0) this.#presets.children[focused]?.focus();
  }

  #preset({ id, name }, pressed) {
    const onclick = () => send(this, 'preset-choice', { id: pressed ? null : id });
    return make('button', { type: 'button', onclick, ariaPressed: String(pressed), textContent: name, dir: 'auto' });
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
