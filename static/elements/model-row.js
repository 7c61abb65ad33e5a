import { freeing, hostOf, placeOf, runningAt } from '../lib/installed.js';
import { shortName, size } from '../lib/models.js';
import { refocus } from './focus.js';
import { ask, deed, deedAsked, fold } from './form.js';
import { make, set } from './make.js';
import { allAbilities, memoryInFull } from './model-account.js';
import { modelCopy } from './model-copy.js';
import { modelDetails } from './model-details.js';
import { facts } from './model-words.js';
import { problemWords } from './problem-words.js';
import { language, t } from './words.js';

// How long a model is to stay in memory, as `keep_alive` takes it.
const STAYS = [['5m', 'stay.5m'], ['1h', 'stay.1h'], [-1, 'models.stay.unloaded']];

// One model that is there; unfolded, what it is made of, and what can be done with it. Asks for
//   load-model {name, server, keepAlive}; unload-model {name, server}, whose outcome is how it still is in memory;
//   read-model {name, server}, whose outcome are its details; copy-model {name, from, system?, parameters?, server};
//   delete-model {name, server}; get-model {name, server}: what is newer of it
class ModelRow extends HTMLElement {
  #model = null;
  #parts = null;
  // The Ollama that was chosen, where several have it.
  #chosen = null;
  #copied;

  // copied: called with the name of a copy that was made
  constructor() {
    super();
    this.addEventListener('copy-model', ({ detail }) => (detail.server ??= this.#place));
  }

  set copied(copied) {
    this.#copied = copied;
  }

  // servers: how many Ollamas there are
  show(model, servers) {
    this.#model = model;
    this.#parts ??= this.#build();
    const { name, abilities, what, where, memory } = this.#parts;
    set(name, { textContent: shortName(model.name) });
    const words = allAbilities(model);
    if (abilities.textContent !== words.join('')) {
      abilities.replaceChildren(...words.map((textContent) => make('span', { className: 'mark', textContent })));
    }
    set(what, { textContent: facts(model).join(' · ') });
    const hosts = model.servers?.map(hostOf).join(', ');
    set(where, { textContent: t('models.at', { host: hosts }), hidden: servers < 2 || !hosts });
    const told = model.running ? this.#memoryWords(model) : '';
    set(memory.lastChild, { textContent: told });
    memory.hidden = !told;
    // It is open a moment before it says so.
    if (!this.#parts.keep) return;
    this.#drawPlaces();
    this.#drawContent();
  }

  focus() {
    this.querySelector('summary')?.focus();
  }

  get #place() {
    return placeOf(this.#model, this.#chosen);
  }

  #memoryWords({ running, servers = [] }) {
    const words = memoryInFull(running);
    return servers.length > 1 ? `${words} · ${hostOf(running.server)}` : words;
  }

  #build() {
    const parts = {
      name: make('strong', { dir: 'ltr' }),
      abilities: make('span', { className: 'marks' }),
      what: make('span', { className: 'facts' }),
      where: make('span', { className: 'facts' }),
      memory: make('span', { className: 'memory' }, make('i', { className: 'ember' }), make('span')),
      content: make('div', { className: 'content' }),
    };
    const title = make('span', { className: 'title' }, parts.name, parts.abilities);
    const summary = make('summary', {}, make('span', { className: 'words' }, title, parts.what, parts.where, parts.memory));
    parts.details = make('details', { className: 'model' }, summary, parts.content);
    parts.details.addEventListener('toggle', () => parts.details.open && this.#open());
    this.append(parts.details);
    return parts;
  }

  #open() {
    if (!this.#parts.keep) this.#buildContent();
    this.#drawContent();
    this.#read();
  }

  #buildContent() {
    const { content } = this.#parts;
    const label = make('span', { className: 'label' });
    const stays = STAYS.map(([keepAlive, words]) => deed(t(words), () => this.#load(keepAlive)));
    const unload = deed(t('models.unload'), () => this.#unload());
    const keep = make('div', { className: 'keep', role: 'group' }, label, ...stays, unload);
    const said = make('p', { className: 'said hint', role: 'status' });
    const about = make('div', { className: 'about' });
    const remove = make('div', { className: 'remove' });
    const update = deed(t('models.update'), () => this.#ask('get-model'));
    update.hidden = true;
    const deeds = make('div', { className: 'deeds' }, update, remove);
    this.#buildPlaces();
    Object.assign(this.#parts, { keep, label, unload, said, about, update, remove });
    content.append(this.#parts.places, keep, said, about, deeds);
    this.#drawPlaces();
  }

  // Where several have it, one of them is meant.
  #buildPlaces() {
    const at = make('select');
    at.addEventListener('change', () => {
      this.#chosen = at.value;
      this.#drawContent();
      this.#read();
    });
    const places = make('label', { className: 'pair' }, make('span', { textContent: t('models.place') }), at);
    Object.assign(this.#parts, { places, at });
  }

  // Those that have it come and go.
  #drawPlaces() {
    const { places, at, details } = this.#parts;
    const { servers = [] } = this.#model;
    if (at.dataset.told === String(servers)) return;
    at.dataset.told = String(servers);
    at.replaceChildren(...servers.map((url) => new Option(hostOf(url), url)));
    at.value = this.#place;
    places.hidden = servers.length < 2;
    if (details.open) this.#read();
  }

  #drawContent() {
    const { keep, label, unload } = this.#parts;
    const loaded = runningAt(this.#model, this.#place) !== null;
    const words = t(loaded ? 'models.keep' : 'models.load');
    set(label, { textContent: words });
    set(keep, { ariaLabel: words });
    unload.hidden = !loaded;
  }

  async #read() {
    const { about, update, remove } = this.#parts;
    const place = this.#place;
    const asked = `${place} ${this.#model.digest}`;
    if (about.dataset.asked === asked) return;
    about.dataset.asked = asked;
    about.replaceChildren(make('p', { className: 'hint', textContent: t('models.reading') }));
    // What it would ask is about what was read before.
    remove.replaceChildren();
    const details = await this.#ask('read-model').catch((error) => ({ error }));
    if (about.dataset.asked !== asked) return;
    // Another look may find what this one did not.
    if (details.error) delete about.dataset.asked;
    about.replaceChildren(...(details.error ? this.#unread(details.error) : this.#readOut(details)));
    // What the library has under the name of a copy is another model, which would take its place.
    update.hidden = Boolean(details.copy_of);
    remove.replaceChildren(this.#removal(details, place));
  }

  #unread(error) {
    return [make('p', { className: 'problem', role: 'alert', textContent: problemWords(error) })];
  }

  #readOut(details) {
    const copy = fold(t('models.copy'));
    copy.append(...modelCopy(this, details, (name) => {
      copy.open = false;
      this.#copied?.(name);
    }));
    return [...modelDetails(details), copy];
  }

  #removal(details, place) {
    const { servers = [] } = this.#model;
    const question = deletion({ ...details, size: this.#model.size, name: this.#model.name });
    const where = servers.length > 1 ? ` ${t('models.delete.where', { host: hostOf(place) })}` : '';
    return deedAsked(t('models.delete'), question + where, t('models.delete.yes'), () => this.#ask('delete-model', { server: place }));
  }

  async #load(keepAlive) {
    const { said } = this.#parts;
    const loaded = runningAt(this.#model, this.#place) !== null;
    set(said, { textContent: loaded ? '' : t('models.loading') });
    try {
      await this.#ask('load-model', { keepAlive });
    } finally {
      set(said, { textContent: '' });
    }
  }

  // One that is at work goes when it is done.
  async #unload() {
    const { said } = this.#parts;
    set(said, { textContent: '' });
    const { running } = await this.#ask('unload-model');
    if (running) set(said, { textContent: t('models.unload.later') });
    else refocus(this.querySelector('.keep button'));
  }

  #ask(type, detail = {}) {
    return ask(this, type, { name: this.#model.name, server: this.#place, ...detail });
  }
}

// What is asked before a model goes.
function deletion({ error, name, frees, size: bytes, shared_with: others }) {
  const values = { name: shortName(name), others: others?.map(shortName).join(', ') };
  if (error) return t('models.delete.unknown', { ...values, size: size(bytes, language) });
  const how = freeing({ frees, shared_with: others });
  return t(questions[how], { ...values, size: size(frees, language) });
}

const questions = {
  all: 'models.delete.all',
  part: 'models.delete.part',
  nothing: 'models.delete.nothing',
};

customElements.define('model-row', ModelRow);
