import { shortName, size } from '../lib/models.js';
import { icon } from './icon.js';
import { make, send, set } from './make.js';
import { language, t } from './words.js';

// A button that tells the model, and a listbox to choose another. Sends `model-choice` {name}.
class ModelPicker extends HTMLElement {
  #button;
  #label;
  #list;
  #models = [];
  #chosen = null;
  #active = 0;

  connectedCallback() {
    this.#label = make('span', { className: 'name' });
    this.#list = make('ul', { id: 'models', role: 'listbox', popover: 'auto', tabIndex: -1 });
    this.#list.ariaLabel = t('model.label');
    this.#button = make('button', { type: 'button', disabled: true, ariaHasPopup: 'listbox', ariaExpanded: 'false' });
    set(this.#button, { 'aria-controls': 'models' });
    this.#button.append(make('span', { className: 'visually-hidden', textContent: t('model.label') }), this.#label);
    this.#button.append(icon('choose'));
    this.#button.popoverTargetElement = this.#list;
    this.#button.addEventListener('keydown', (event) => this.#buttonKey(event));
    this.#list.addEventListener('keydown', (event) => this.#listKey(event));
    this.#list.addEventListener('click', ({ target }) => this.#pick(target.closest('li')));
    this.#list.addEventListener('toggle', ({ newState }) => this.#toggled(newState === 'open'));
    this.append(this.#button, this.#list);
  }

  show({ models, chosen, known }) {
    if (models === this.#models && chosen === this.#chosen && known) return;
    this.#models = models;
    this.#chosen = chosen;
    this.#button.disabled = models.length === 0;
    this.#label.textContent = known && !chosen ? t('model.none') : shortName(chosen ?? '');
    this.#list.replaceChildren(...models.map((model, place) => option(model, place, model.name === chosen)));
  }

  #toggled(open) {
    this.#button.ariaExpanded = String(open);
    if (!open) return;
    this.#list.style.left = `${this.#button.getBoundingClientRect().left}px`;
    this.#list.focus();
    this.#activate(Math.max(0, this.#models.findIndex(({ name }) => name === this.#chosen)));
  }

  #activate(place) {
    this.#active = Math.min(Math.max(place, 0), this.#models.length - 1);
    for (const item of this.#list.children) item.classList.remove('active');
    const item = this.#list.children[this.#active];
    item.classList.add('active');
    item.scrollIntoView({ block: 'nearest' });
    this.#list.setAttribute('aria-activedescendant', item.id);
  }

  #pick(item) {
    if (!item) return;
    this.#list.hidePopover();
    send(this, 'model-choice', { name: item.dataset.name });
  }

  #buttonKey(event) {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    this.#list.showPopover({ source: this.#button });
  }

  #listKey(event) {
    const moves = { ArrowDown: this.#active + 1, ArrowUp: this.#active - 1, Home: 0, End: Infinity };
    if (event.key in moves) this.#activate(moves[event.key]);
    else if (event.key === 'Enter' || event.key === ' ') this.#pick(this.#list.children[this.#active]);
    else if (event.key === 'Tab') return this.#list.hidePopover();
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) this.#jump(event.key.toLowerCase());
    else return;
    event.preventDefault();
  }

  // The next model whose name begins with the letter that was typed.
  #jump(letter) {
    const places = this.#models.map((_, place) => (this.#active + 1 + place) % this.#models.length);
    const found = places.find((place) => this.#models[place].name.toLowerCase().startsWith(letter));
    if (found !== undefined) this.#activate(found);
  }
}

function option(model, place, selected) {
  const name = make('span', { className: 'name', textContent: shortName(model.name) });
  const details = make('span', { className: 'details', textContent: facts(model).join(' · ') });
  const item = make('li', { role: 'option', id: `model-${place}`, ariaSelected: String(selected) }, name, details);
  if (model.running) name.append(make('span', { className: 'ember', title: t('model.running') }));
  if (selected) item.append(icon('check'));
  item.dataset.name = model.name;
  return item;
}

function facts({ parameter_size: parameters, size: bytes, capabilities, running }) {
  return [
    parameters,
    bytes && size(bytes, language),
    capabilities?.includes('thinking') && t('model.thinking'),
    capabilities?.includes('vision') && t('model.vision'),
    running && t('model.running'),
  ].filter(Boolean);
}

customElements.define('model-picker', ModelPicker);
