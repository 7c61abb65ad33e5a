import './copy-command.js';
import './model-cards.js';
import { memory } from '../lib/first.js';
import { make, send } from './make.js';
import { language, t } from './words.js';

const DOWNLOAD = ['https://ollama.com/download', 'ollama.com/download'];
const LIBRARY = ['https://ollama.com/library', 'ollama.com/library'];

// What is missing to chat, and how to get it. Sends `look-for-ollama`, and what its cards send.
class OllamaGuide extends HTMLElement {
  #status = make('p', { className: 'visually-hidden', role: 'status' });
  #content = make('div', { className: 'guide' });
  #shown = null;
  #facts = null;
  #search = null;
  #cards = null;

  connectedCallback() {
    if (!this.firstChild) this.append(this.#status, this.#content);
  }

  // problem: `ollama_unreachable`, `no_models` or null. manages: whether the reader looks after Ollama. facts, search,
  // found: see lib/first.js. pulls: what is being fetched.
  show({ problem, url, manages, facts, search, found, pulls }) {
    this.#draw({ problem, url, manages, facts });
    if (!problem) return;
    this.#search?.show(search, found);
    this.#cards?.show({ suggestions: facts.suggestions, pulls });
  }

  #draw({ problem, url, manages, facts }) {
    const shown = problem && [problem, url, manages].join(' ');
    if (shown === this.#shown && facts === this.#facts) return;
    const focused = this.contains(document.activeElement);
    [this.#shown, this.#facts, this.#search, this.#cards] = [shown, facts, null, null];
    this.hidden = !problem;
    const [title, ...parts] = problem ? this.#words(problem, { url, manages, facts }) : [''];
    this.#content.replaceChildren(make('h2', { textContent: title }), ...parts);
    // What is missing is read out; how far a download is, is not.
    if (this.#status.textContent !== title) this.#status.textContent = title;
    if (focused) this.querySelector('button, a')?.focus();
  }

  #words(problem, { url, manages, facts }) {
    return problem === 'no_models' ? this.#withoutModel(manages, facts) : this.#without(url, manages, facts);
  }

  // --- no Ollama

  #without(url, manages, facts) {
    if (!manages) return [t('guide.unreachable.title'), paragraph(t('guide.ask_owner')), watching(t('guide.watching'))];
    const looks = facts?.looks;
    const installed = facts?.installed || !looks;
    if (looks) this.#search = new Search(this);
    return [
      t(installed ? 'guide.unreachable.title' : 'guide.missing.title'),
      paragraph(t('guide.what')),
      ...(looks ? getting(facts) : starting(url, facts)),
      watching(t('guide.looking', { url })),
      ...(this.#search?.parts ?? []),
    ];
  }

  // --- no model

  #withoutModel(manages, facts) {
    const waiting = watching(t('guide.watching'));
    if (!manages) return [t('guide.no_model.title'), paragraph(t('guide.no_model.ask_owner')), waiting];
    const cards = facts ? [(this.#cards = make('model-cards')), ...machine(facts)] : [];
    return [
      t('guide.models.title'),
      paragraph(t('guide.models.text')),
      ...cards,
      paragraph(`${t('guide.models.get')} `, link(...LIBRARY)),
      waiting,
    ];
  }
}

// The search on the network: a button, and what came of it.
class Search {
  #button;
  #result;

  constructor(guide) {
    const onclick = () => send(guide, 'look-for-ollama');
    this.#button = make('button', { type: 'button', className: 'look', onclick });
    this.#result = make('p', { role: 'status', className: 'found' });
  }

  get parts() {
    return [this.#button, this.#result];
  }

  show(search, found) {
    const looking = search === 'looking';
    // Not disabled: the focus would be lost.
    this.#button.ariaDisabled = String(looking);
    this.#button.textContent = t(looking ? 'first.looking' : 'first.look');
    const words = results[search]?.(found) ?? '';
    const said = this.#result.textContent;
    if (said !== words) this.#result.textContent = words;
    this.#result.hidden = !words;
    if (!said && words) this.#result.scrollIntoView({ block: 'nearest' });
  }
}

const results = {
  nothing: () => t('first.nothing'),
  failed: () => t('first.failed'),
  found: ([{ url, version }]) => t('first.found', { url, version }),
};

// Not installed anywhere that we know of, or on this machine and not running.
function getting({ installed, container, system, command }) {
  const key = installed ? 'start' : container ? 'container' : system === 'windows' ? 'windows' : 'get';
  const parts = [paragraph(t(`guide.${key}`)), make('copy-command', { command })];
  if (!installed && !container) parts.push(paragraph(`${t('guide.or')} `, link(...DOWNLOAD)));
  return parts;
}

// Hearth was told where it is.
function starting(url, facts) {
  const command = facts?.installed && facts.here ? facts.command : 'ollama serve';
  return [
    paragraph(t('guide.unreachable.text', { url })),
    make('copy-command', { command }),
    paragraph(`${t('guide.unreachable.get')} `, link(...DOWNLOAD)),
  ];
}

// Where the models run, if that is the machine that Hearth is on.
function machine({ here, memory: bytes, gpu }) {
  if (!here || !bytes) return [];
  const values = { memory: memory(bytes, language), gpu: gpu?.name };
  const more = gpu?.memory ? { ...values, gpu_memory: memory(gpu.memory, language) } : values;
  const key = !gpu ? 'first.machine' : gpu.memory ? 'first.machine.gpu_memory' : 'first.machine.gpu';
  return [make('p', { className: 'machine', textContent: t(key, more) })];
}

function watching(words) {
  return make('p', { className: 'watching' }, make('span', { className: 'ember' }), words);
}

function paragraph(...children) {
  return make('p', {}, ...children);
}

function link(href, textContent) {
  return make('a', { href, textContent, target: '_blank', rel: 'noopener noreferrer' });
}

customElements.define('ollama-guide', OllamaGuide);
