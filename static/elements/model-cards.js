import './pull-progress.js';
import { memory } from '../lib/first.js';
import { sameModel, size } from '../lib/models.js';
import { isRunning } from '../lib/pulls.js';
import { icon } from './icon.js';
import { make, send } from './make.js';
import { language, t } from './words.js';

const fits = { true: 'first.fits', false: 'first.too_large' };

// Models to begin with, each a card to press; one that is being fetched shows how far it is, and below them so does
// one that was begun elsewhere. Sends `pull-begin` {model}.
class ModelCards extends HTMLElement {
  #list = make('ul');
  #others = make('ul', { className: 'others', hidden: true });
  #suggestions = null;

  connectedCallback() {
    if (!this.firstChild) this.append(this.#list, this.#others);
  }

  // suggestions: those of GET /api/first; pulls: of GET /api/pulls
  show({ suggestions, pulls }) {
    if (suggestions !== this.#suggestions) this.#list.replaceChildren(...suggestions.map((one) => this.#item(one)));
    this.#suggestions = suggestions;
    for (const item of this.#list.children) this.#update(item, pulls);
    const known = ({ model }) => suggestions.some((one) => sameModel(one.model, model));
    this.#showOthers(pulls.filter((pull) => isRunning(pull) && !known(pull)));
  }

  #showOthers(pulls) {
    while (this.#others.children.length > pulls.length) this.#others.lastChild.remove();
    while (this.#others.children.length < pulls.length) this.#others.append(make('li', {}, make('pull-progress')));
    for (const [place, pull] of pulls.entries()) this.#others.children[place].firstChild.pull = pull;
    this.#others.hidden = !pulls.length;
  }

  #item(suggestion) {
    const { model, note, needs, fits: fitting } = suggestion;
    const download = t('first.size', { size: size(suggestion.size, language) });
    const facts = [download, t('first.needs', { memory: memory(needs, language) })].join(' · ');
    const fit = fits[fitting] ? make('span', { className: fitting ? 'fits' : 'fits not' }, t(fits[fitting])) : '';
    const words = [
      make('strong', { textContent: model, dir: 'ltr' }),
      make('span', { textContent: t(`first.note.${note}`) }),
      make('span', { className: 'facts' }, make('span', { textContent: facts }), fit),
    ];
    const onclick = () => send(this, 'pull-begin', { model });
    const button = make('button', { type: 'button', onclick }, icon('save'), make('span', {}, ...words));
    return Object.assign(make('li', {}, button), { model });
  }

  // The focus goes from the card to its progress and back.
  #update(item, pulls) {
    const pull = pulls.filter(({ model }) => sameModel(model, item.model)).at(-1);
    const [button, progress] = item.children;
    const focused = item.contains(document.activeElement);
    const shown = pull && pull.state !== 'done';
    button.hidden = Boolean(shown);
    if (shown && progress) progress.pull = pull;
    else if (shown) item.append(make('pull-progress', { pull }));
    else progress?.remove();
    if (focused && !item.contains(document.activeElement)) focusable(item)?.focus();
  }
}

function focusable(item) {
  return [...item.querySelectorAll('button')].find((button) => button.checkVisibility());
}

customElements.define('model-cards', ModelCards);
