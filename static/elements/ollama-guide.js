import './copy-command.js';
import { make } from './make.js';
import { t } from './words.js';

// What is missing to chat, and how to get it. problem: `ollama_unreachable`, `no_models` or null.
class OllamaGuide extends HTMLElement {
  #shown = null;

  connectedCallback() {
    this.role = 'status';
  }

  show({ problem, url }) {
    const shown = problem && `${problem} ${url}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.hidden = !problem;
    this.replaceChildren(...(problem ? steps[problem](url) : []));
  }
}

const steps = {
  ollama_unreachable: (url) => [
    make('h2', { textContent: t('guide.unreachable.title') }),
    make('p', { textContent: t('guide.unreachable.text', { url }) }),
    make('copy-command', { command: 'ollama serve' }),
    make('p', {}, `${t('guide.unreachable.get')} `, link('https://ollama.com/download', 'ollama.com/download')),
    watching(),
  ],

  no_models: () => [
    make('h2', { textContent: t('guide.models.title') }),
    make('p', { textContent: t('guide.models.text') }),
    make('copy-command', { command: 'ollama pull llama3.2' }),
    make('p', {}, `${t('guide.models.get')} `, link('https://ollama.com/library', 'ollama.com/library')),
    watching(),
  ],
};

function watching() {
  return make('p', { className: 'watching' }, make('span', { className: 'ember' }), t('guide.watching'));
}

function link(href, textContent) {
  return make('a', { href, textContent, target: '_blank', rel: 'noopener noreferrer' });
}

customElements.define('ollama-guide', OllamaGuide);
