import './model-cards.js';
import './model-get.js';
import './model-row.js';
import './pull-list.js';
import { byName, hostOf, MANY, onDisk } from '../lib/installed.js';
import { sameModel, searched, size } from '../lib/models.js';
import { isRunning } from '../lib/pulls.js';
import { ask, deed } from './form.js';
import { make, send, set } from './make.js';
import { sheet } from './sheet.js';
import { language, t } from './words.js';

// The models of the house, for who looks after them: to get others, and what is there. Asks for
//   update-models, whose outcome is how many are looked at; and what its parts ask for. Sends `models-closed`.
class ModelsSheet extends HTMLElement {
  #dialog = null;
  #parts = null;
  // name → its row
  #rows = new Map();
  #state = null;
  #suggested = [];

  get opened() {
    return Boolean(this.#dialog?.open);
  }

  open() {
    this.#parts ??= this.#build();
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  // models and servers: those of GET /api/models; known: whether that was ever answered; problem: that of OllamaWatch,
  // away: Hearth itself; url: where Ollama is looked for; pulls: of GET /api/pulls; suggestions: of GET /api/first
  show(state) {
    this.#state = state;
    const { get, pulls } = this.#parts;
    const { models, servers, known } = state;
    const empty = known && !models.length && state.problem !== 'ollama_unreachable';
    this.#notice(state);
    get.servers = servers;
    this.#cards(empty, state);
    const listed = empty ? this.#unsuggested(state.pulls) : state.pulls;
    pulls.show(listed, { several: servers.length > 1 });
    this.#drawRows();
    this.#servers(servers);
  }

  // Said to everybody: what came of something whose place is gone.
  say(words) {
    this.#parts.said.textContent = words;
  }

  #build() {
    const parts = {
      notice: make('p', { className: 'notice', role: 'status', hidden: true }),
      get: make('model-get'),
      pulls: make('pull-list', { hidden: true }),
      said: make('p', { className: 'said hint', role: 'status' }),
      empty: make('div', { className: 'empty', hidden: true }),
      cards: make('model-cards'),
      total: make('h3'),
      update: deed(t('models.update_all'), () => this.#update()),
      filter: make('input', { type: 'search', placeholder: t('models.filter'), ariaLabel: t('models.filter') }),
      list: make('ul', { className: 'rows' }),
      none: make('p', { className: 'hint', role: 'status' }),
      servers: make('div', { className: 'servers', hidden: true }),
    };
    set(parts.filter, { autocomplete: 'off', spellcheck: false, dir: 'auto' });
    parts.filter.addEventListener('input', () => this.#drawRows());
    parts.empty.append(make('p', { textContent: t('models.empty') }), parts.cards);
    parts.head = make('div', { className: 'head' }, parts.total, parts.update);
    const { notice, get, pulls, said, empty, head, filter, list, none, servers } = parts;
    this.#dialog = sheet(t('models.title'), notice, get, pulls, said, empty, head, filter, list, none, servers);
    this.#dialog.addEventListener('close', () => send(this, 'models-closed'));
    this.append(this.#dialog);
    return parts;
  }

  // Ollama is away, or Hearth is: what is shown is what was known.
  #notice({ problem, away, url, known, models }) {
    const { notice } = this.#parts;
    const words = away
      ? t('problem.away')
      : problem === 'ollama_unreachable'
        ? t(models.length ? 'models.away' : 'models.away.unknown', { host: hostOf(url ?? '') })
        : known ? '' : t('models.reading');
    set(notice, { textContent: words, hidden: !words });
    notice.classList.toggle('wrong', away || problem === 'ollama_unreachable');
  }

  #cards(empty, { suggestions, pulls }) {
    const { empty: place, cards } = this.#parts;
    place.hidden = !empty;
    cards.hidden = !suggestions?.length;
    if (!empty || !suggestions?.length) return;
    this.#suggested = suggestions;
    cards.show({ suggestions, pulls });
  }

  // A card shows its own pull.
  #unsuggested(pulls) {
    return pulls.filter(({ model }) => !this.#suggested.some((one) => sameModel(one.model, model)));
  }

  #drawRows() {
    const { models, servers } = this.#state;
    const { filter, list, none, head, total, update } = this.#parts;
    head.hidden = !models.length;
    set(total, { textContent: t('models.total', { count: models.length, size: size(onDisk(models), language) }) });
    update.hidden = this.#state.pulls.filter(isRunning).length >= models.length && models.length > 0;
    filter.hidden = models.length < MANY;
    const shown = byName(searched(models, filter.hidden ? '' : filter.value));
    set(none, { textContent: models.length && !shown.length ? t('models.none') : '' });
    const items = shown.map((model) => this.#row(model, servers.length).parentElement);
    const gone = [...list.children].filter((item) => !items.includes(item));
    const at = gone.findIndex(hadFocus);
    const place = at < 0 ? -1 : [...list.children].indexOf(gone[at]);
    for (const item of gone) item.remove();
    items.forEach((item, index) => {
      if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
    });
    this.#forget(models);
    if (place >= 0) this.#refocus(items, place);
  }

  #row(model, servers) {
    const { name } = model;
    if (!this.#rows.has(name)) {
      const row = make('model-row', { copied: (copy) => this.say(t('models.copied', { name: copy })) });
      make('li', {}, row);
      this.#rows.set(name, row);
    }
    const row = this.#rows.get(name);
    row.show(model, servers);
    return row;
  }

  // Those that were only filtered away are kept as they are.
  #forget(models) {
    const there = new Set(models.map(({ name }) => name));
    for (const name of this.#rows.keys()) if (!there.has(name)) this.#rows.delete(name);
  }

  #refocus(items, place) {
    const next = items[Math.min(place, items.length - 1)]?.firstElementChild;
    (next ?? this.#parts.get.querySelector('input')).focus();
  }

  #servers(servers) {
    const { servers: place } = this.#parts;
    place.hidden = servers.length < 2;
    const lines = servers.map(({ url, reachable, version }) => {
      const host = hostOf(url);
      if (!reachable) return make('li', { className: 'wrong', textContent: t('models.server.away', { host }) });
      return make('li', { textContent: t('models.server', { host, version: version ?? '' }) });
    });
    const told = lines.map(({ textContent }) => textContent).join('\n');
    if (place.dataset.told === told || place.hidden) return;
    place.dataset.told = told;
    place.replaceChildren(make('h3', { textContent: t('models.servers') }), make('ul', {}, ...lines));
  }

  async #update() {
    const count = await ask(this, 'update-models');
    this.say(t('models.updating', { count }));
  }
}

// Or had it a moment ago: the button that deletes it is disabled while that is done.
function hadFocus(item) {
  const asked = document.activeElement === document.body && item.querySelector('.question:not([hidden])');
  return Boolean(asked) || item.contains(document.activeElement);
}

customElements.define('models-sheet', ModelsSheet);
