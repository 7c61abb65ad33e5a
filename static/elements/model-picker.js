import { searched, shortName } from '../lib/models.js';
import { icon } from './icon.js';
import { make, send, set } from './make.js';
import { modelOption } from './model-option.js';
import { isComposing, touch } from './typing.js';
import { t } from './words.js';

// From this many models on there is a field to search them.
const MANY = 6;

// A button that tells the model, and a list to choose another. Sends `model-choice` {name}; `models-wanted` when it
// opens: what is in memory changes all the time; and `open-models`, where one looks after them.
class ModelPicker extends HTMLElement {
  #button;
  #label;
  #instead;
  #sheet;
  #search;
  #list;
  #note;
  #manage;
  #state = { models: [], chosen: null, standard: null, missing: null, manages: false };
  #shown = [];
  // model → what its place in the list was made of, and that place
  #items = new Map();
  #active = null;

  connectedCallback() {
    if (this.#button) return;
    this.#label = make('span', { className: 'name' });
    this.#instead = make('span', { className: 'instead', hidden: true });
    this.#list = make('ul', { id: 'models', role: 'listbox', tabIndex: -1, ariaLabel: t('model.label') });
    this.#search = make('input', { type: 'text', role: 'combobox', autocomplete: 'off', spellcheck: false });
    set(this.#search, { placeholder: t('model.search'), ariaLabel: t('model.search'), enterKeyHint: 'done' });
    set(this.#search, { 'aria-controls': 'models', ariaExpanded: 'true', ariaAutoComplete: 'list' });
    this.#note = make('p', { className: 'nothing', role: 'status' });
    this.#sheet = make('div', { className: 'choices', id: 'model-sheet', popover: 'auto' });
    const words = make('span', { textContent: t('model.manage') });
    this.#manage = make('button', { type: 'button', className: 'manage', hidden: true }, icon('settings'), words);
    this.#sheet.append(this.#search, this.#list, this.#note, this.#manage);
    this.#button = make('button', { type: 'button', disabled: true, ariaHasPopup: 'listbox', ariaExpanded: 'false' });
    set(this.#button, { 'aria-controls': 'models' });
    this.#button.append(make('span', { className: 'visually-hidden', textContent: t('model.label') }), this.#label);
    this.#button.append(this.#instead, icon('choose'));
    this.#button.popoverTargetElement = this.#sheet;
    this.#listen();
    this.append(this.#button, this.#sheet);
  }

  // standard: the server's default; missing: a model that isn't there any more, which the chosen one stands in for;
  // manages: whether the reader looks after the models.
  show({ models, chosen, known, standard = null, missing = null, manages = false }) {
    const state = { models, chosen, standard, missing, manages };
    if (known && Object.keys(state).every((name) => state[name] === this.#state[name])) return;
    this.#state = state;
    this.#button.disabled = models.length === 0;
    this.#manage.hidden = !manages;
    this.#label.textContent = known && !chosen ? t('model.none') : shortName(chosen ?? '');
    const instead = missing ? t('model.instead', { model: shortName(missing) }) : '';
    set(this.#instead, { textContent: instead, hidden: !missing });
    this.#button.title = missing ? t('model.missing', { model: shortName(missing) }) : '';
    if (this.#open) this.#fill();
  }

  open() {
    if (this.#button.disabled) return;
    this.#sheet.showPopover();
    // At once, for who types on: the event that tells of the opening comes later.
    this.#field.focus();
  }

  get #open() {
    return this.#button.ariaExpanded === 'true';
  }

  #listen() {
    this.#button.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
      event.preventDefault();
      this.open();
    });
    this.#search.addEventListener('keydown', (event) => this.#key(event));
    this.#list.addEventListener('keydown', (event) => this.#key(event) || this.#letter(event));
    this.#search.addEventListener('input', () => {
      this.#fill();
      this.#activate(this.#shown[0]?.name ?? null);
    });
    this.#list.addEventListener('click', ({ target }) => this.#pick(target.closest('li')?.dataset.name));
    this.#manage.addEventListener('keydown', (event) => this.#leave(event));
    this.#manage.addEventListener('click', () => {
      this.#sheet.hidePopover();
      send(this, 'open-models');
    });
    this.#sheet.addEventListener('beforetoggle', ({ newState }) => newState === 'open' && this.#prepare());
    this.#sheet.addEventListener('toggle', ({ newState }) => this.#toggled(newState === 'open'));
  }

  // Before it is shown, so that it comes up whole.
  #prepare() {
    this.#search.value = '';
    this.#search.hidden = this.#state.models.length < MANY;
    this.#sheet.style.setProperty('--start', `${this.#button.getBoundingClientRect().left}px`);
    this.#fill();
  }

  #toggled(open) {
    this.#button.ariaExpanded = String(open);
    if (!open) return;
    this.#field.focus();
    if (!this.#search.value) this.#activate(this.#state.chosen);
    send(this, 'models-wanted');
  }

  // Where the keys go, and what tells which model is the active one.
  get #field() {
    return this.#search.hidden || touch.matches ? this.#list : this.#search;
  }

  // Places in the list whose model says the same as before stay the elements they are.
  #fill() {
    const { models, chosen, standard, missing } = this.#state;
    this.#shown = searched(models, this.#search.value);
    const marks = ({ name }) => ({ selected: name === chosen, standard: name === standard });
    const places = this.#shown.map((model) => this.#item(model, marks(model)));
    if (missing && !this.#search.value) places.unshift(gone(missing));
    const there = this.#list.children;
    const same = there.length === places.length && places.every((one, at) => one === there[at]);
    if (!same) this.#list.replaceChildren(...places);
    set(this.#note, { textContent: this.#shown.length ? '' : t('model.nothing') });
    if (this.#open) this.#activate(this.#active, { still: true });
  }

  #item(model, marks) {
    const made = JSON.stringify([model, marks]);
    if (this.#items.get(model.name)?.made !== made) {
      this.#items.set(model.name, { made, element: modelOption(model, marks) });
    }
    return this.#items.get(model.name).element;
  }

  // still: the reader hasn't moved, so nothing is scrolled.
  #activate(name, { still = false } = {}) {
    const element = this.#items.get(name)?.element ?? null;
    const item = element?.isConnected ? element : null;
    this.#active = item ? name : null;
    for (const one of this.#list.querySelectorAll('.active')) if (one !== item) one.classList.remove('active');
    item?.classList.add('active');
    if (!still) item?.scrollIntoView({ block: 'nearest' });
    for (const field of [this.#search, this.#list]) {
      if (item) field.setAttribute('aria-activedescendant', item.id);
      else field.removeAttribute('aria-activedescendant');
    }
  }

  #pick(name) {
    if (!name) return;
    this.#sheet.hidePopover();
    send(this, 'model-choice', { name });
  }

  // Whether the key was one for moving and choosing.
  #key(event) {
    if (isComposing(event) || event.ctrlKey || event.metaKey || event.altKey) return false;
    const at = this.#shown.findIndex(({ name }) => name === this.#active);
    const searching = event.currentTarget === this.#search;
    const moves = { ArrowDown: at + 1, ArrowUp: at < 0 ? Infinity : at - 1, PageDown: at + 8, PageUp: at - 8 };
    if (!searching) Object.assign(moves, { Home: 0, End: Infinity });
    if (event.key in moves) this.#move(moves[event.key]);
    else if (event.key === 'Enter' || (event.key === ' ' && !searching)) this.#pick(this.#active);
    else if (event.key === 'Tab' && (event.shiftKey || this.#manage.hidden)) this.#sheet.hidePopover();
    else return false;
    if (event.key !== 'Tab') event.preventDefault();
    return true;
  }

  // From the button below the list.
  #leave({ key, shiftKey }) {
    if (key === 'ArrowUp') this.#field.focus();
    else if (key === 'Tab' && !shiftKey) this.#sheet.hidePopover();
  }

  #move(place) {
    this.#activate(this.#shown[Math.min(Math.max(place, 0), this.#shown.length - 1)]?.name ?? null);
  }

  // The next model whose name begins with the letter that was typed.
  #letter(event) {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const letter = event.key.toLowerCase();
    const at = this.#shown.findIndex(({ name }) => name === this.#active);
    const next = [...this.#shown.slice(at + 1), ...this.#shown.slice(0, at + 1)];
    const found = next.find(({ name }) => name.toLowerCase().startsWith(letter));
    if (found) this.#activate(found.name);
  }
}

function gone(name) {
  const words = make('span', { className: 'details', textContent: t('model.gone') });
  const item = make('li', { role: 'option', ariaDisabled: 'true', ariaSelected: 'false', className: 'gone' });
  item.append(make('span', { className: 'name', textContent: shortName(name), dir: 'auto' }), words);
  return item;
}

customElements.define('model-picker', ModelPicker);
