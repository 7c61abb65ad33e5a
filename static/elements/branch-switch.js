import { icon } from './icon.js';
import { make, send, set } from './make.js';
import { t } from './words.js';

// Which of several branches is read, and the way to the others. Sends `choose-branch` {message}.
class BranchSwitch extends HTMLElement {
  #siblings = null;
  #parts = null;

  // {ids, place, running}; null where there is one branch only.
  set siblings(siblings) {
    this.#siblings = siblings;
    this.hidden = !siblings;
    if (siblings) this.#show((this.#parts ??= this.#build()));
  }

  #build() {
    const back = button('back', t('branch.back'), () => this.#go(-1));
    const next = button('fold', t('branch.next'), () => this.#go(1));
    const count = make('span', { ariaHidden: 'true' });
    const words = make('span', { className: 'visually-hidden' });
    const ember = make('span', { className: 'ember' });
    set(this, { role: 'group', ariaLabel: t('branch.label') });
    this.append(back, make('span', { className: 'place' }, count, words, ember), next);
    return { back, next, count, words, ember };
  }

  #show({ back, next, count, words, ember }) {
    const { ids, place, running } = this.#siblings;
    const values = { place: place + 1, count: ids.length };
    set(count, { textContent: `${values.place}/${values.count}` });
    set(words, { textContent: t('branch.place', values) + (running ? ` ${t('branch.running')}` : '') });
    set(ember, { hidden: !running, title: t('branch.running') });
    // One that has the focus keeps it, and stays in the order of keys.
    set(back, { ariaDisabled: String(place === 0) });
    set(next, { ariaDisabled: String(place === ids.length - 1) });
  }

  #go(by) {
    const { ids, place } = this.#siblings;
    const message = ids[place + by];
    if (message) send(this, 'choose-branch', { message, forward: by > 0 });
  }

  // The element of another branch is another one: the focus goes there with the reader.
  take(forward) {
    const { back, next } = this.#parts ?? {};
    (forward ? next : back)?.focus();
  }
}

function button(picture, label, onclick) {
  const properties = { type: 'button', className: `quiet-button ${picture}`, ariaLabel: label, title: label, onclick };
  return make('button', properties, icon(picture));
}

customElements.define('branch-switch', BranchSwitch);
