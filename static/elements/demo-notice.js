import './copy-command.js';
import { make, send } from './make.js';
import { t } from './words.js';

const PLACE = 'ollama.com/download';
const GET = `https://${PLACE}`;

// Says what the demo model is and, when it is opened, how to get a real one. Sends `demo-steps` then.
class DemoNotice extends HTMLElement {
  #text;
  #steps;
  #command;

  // model: its name, once it is known. command: the one that brings Ollama to this machine, or null.
  show({ model, command }) {
    if (!this.firstChild) this.#build();
    const text = t('demo.text', { model: model ?? t('demo.model') });
    if (this.#text.textContent !== text) this.#text.textContent = text;
    if (command === this.#command) return;
    this.#command = command;
    this.#tell();
  }

  #build() {
    this.#text = make('p');
    this.#steps = make('ol');
    const details = make('details', {}, make('summary', { textContent: t('demo.get') }), this.#steps);
    details.addEventListener('toggle', () => details.open && send(this, 'demo-steps'));
    this.append(this.#text, details);
  }

  #tell() {
    const link = () => make('a', { href: GET, target: '_blank', rel: 'noopener noreferrer', textContent: PLACE });
    const get = this.#command ? make('copy-command', { command: this.#command }) : link();
    this.#steps.replaceChildren(
      make('li', {}, make('p', { textContent: t('demo.step.get') }), get),
      make('li', { textContent: t('demo.step.restart') }),
    );
  }
}

customElements.define('demo-notice', DemoNotice);
