import './pull-progress.js';
import { hostOf } from '../lib/installed.js';
import { ordered } from '../lib/pull-order.js';
import { isRunning } from '../lib/pulls.js';
import { keepingFocus } from './focus.js';
import { ask, deed } from './form.js';
import { make, set } from './make.js';
import { problemWords } from './problem-words.js';
import { t } from './words.js';

// More than these are shown when they are asked for: to update all models makes many.
const FEW = 6;
const SEVERAL = 2;

// What is being fetched, and what was, until it is dismissed. Asks for
//   cancel-pull, resume-pull, dismiss-pull, each {id}; cancel-pulls, dismiss-pulls
class PullList extends HTMLElement {
  #list = make('ul');
  #all = false;
  #more;
  #cancel;
  #dismiss;
  // id → its place in the list
  #items = new Map();

  connectedCallback() {
    this.#build();
  }

  // Also by who shows something in it before it is on the page.
  #build() {
    if (this.#more) return;
    this.#more = make('button', { type: 'button', className: 'quiet-button framed', onclick: () => this.#showAll() });
    this.#cancel = deed(t('pulls.cancel_all'), () => ask(this, 'cancel-pulls'));
    this.#dismiss = deed(t('pulls.dismiss_all'), () => ask(this, 'dismiss-pulls'));
    this.append(this.#list, make('div', { className: 'deeds' }, this.#more, this.#cancel, this.#dismiss));
    for (const name of ['cancel', 'resume', 'dismiss']) {
      this.addEventListener(`pull-${name}`, (event) => this.#do(event, `${name}-pull`));
    }
  }

  // several: whether there is more than one Ollama
  show(pulls, { several }) {
    this.#build();
    const sorted = ordered(pulls);
    const focused = this.contains(document.activeElement);
    const at = [...this.#list.children].findIndex((item) => item.contains(document.activeElement));
    const items = sorted.map((pull) => this.#item(pull, several));
    keepingFocus(() => this.#place(items));
    this.#forget(new Set(pulls.map(({ id }) => id)));
    set(this.#more, { textContent: t('pulls.more', { count: items.length - FEW }) });
    this.#more.hidden = this.#all || items.length <= FEW;
    this.#cancel.hidden = pulls.filter(isRunning).length < SEVERAL;
    this.#dismiss.hidden = pulls.filter((pull) => !isRunning(pull)).length < SEVERAL;
    this.hidden = !pulls.length;
    if (focused && !this.#holdsFocus()) this.#refocus(items[Math.min(at, items.length - 1)]);
  }

  #item({ id, ...pull }, several) {
    if (!this.#items.has(id)) {
      const where = make('p', { className: 'where', hidden: true });
      const problem = make('p', { className: 'problem', role: 'alert', hidden: true });
      this.#items.set(id, make('li', {}, make('pull-progress'), where, problem));
    }
    const item = this.#items.get(id);
    const [progress, where] = item.children;
    progress.pull = { id, ...pull };
    set(where, { textContent: t('models.at', { host: hostOf(pull.server) }), hidden: !several });
    return item;
  }

  #place(items) {
    items.forEach((item, place) => {
      item.hidden = !this.#all && place >= FEW;
      if (this.#list.children[place] !== item) this.#list.insertBefore(item, this.#list.children[place] ?? null);
    });
  }

  #forget(there) {
    for (const [id, item] of this.#items) {
      if (there.has(id)) continue;
      item.remove();
      this.#items.delete(id);
    }
  }

  #showAll() {
    const next = this.#list.children[FEW];
    this.#all = true;
    for (const item of this.#list.children) item.hidden = false;
    this.#more.hidden = true;
    next?.querySelector('button:not([hidden])')?.focus();
  }

  #holdsFocus() {
    return this.contains(document.activeElement) && document.activeElement.checkVisibility();
  }

  // What had the focus is gone: it goes to what took its place, else where another model is asked for.
  #refocus(item) {
    const seen = (place) => [...(place?.querySelectorAll('button') ?? [])].filter((one) => one.checkVisibility());
    (seen(item).at(-1) ?? seen(this)[0] ?? this.parentElement?.querySelector('input'))?.focus();
  }

  async #do(event, type) {
    event.stopPropagation();
    const { id } = event.detail;
    const problem = this.#items.get(id)?.querySelector('.problem');
    if (!problem) return;
    set(problem, { textContent: '', hidden: true });
    await ask(this, type, { id }).catch((error) => {
      set(problem, { textContent: problemWords(error), hidden: false });
    });
  }
}

customElements.define('pull-list', PullList);
