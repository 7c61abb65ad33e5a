import { icon } from './icon.js';
import { make, send, set } from './make.js';
import { t } from './words.js';

// Opens the settings of the chat; a dot says that it has some of its own. Sends `open-chat-settings`.
class SettingsButton extends HTMLElement {
  #button;

  connectedCallback() {
    if (this.#button) return;
    const properties = { type: 'button', className: 'quiet-button', ariaHasPopup: 'dialog' };
    this.#button = make('button', properties, icon('sliders'));
    this.#button.addEventListener('click', () => send(this, 'open-chat-settings'));
    this.append(this.#button);
    this.show({ own: false, problem: false });
  }

  show({ own, problem }) {
    const words = t(problem ? 'settings.open.problem' : own ? 'settings.open.own' : 'settings.open');
    set(this.#button, { ariaLabel: words, title: words });
    this.classList.toggle('own', own);
    this.classList.toggle('problem', problem);
  }
}

customElements.define('settings-button', SettingsButton);
