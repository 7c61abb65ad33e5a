import './copy-button.js';
import { make } from './make.js';
import { t } from './words.js';

// A command for a terminal, to read and to copy.
class CopyCommand extends HTMLElement {
  command = '';

  connectedCallback() {
    if (this.firstChild) return;
    const button = make('copy-button', { text: this.command, label: t('command.copy') });
    this.append(make('code', { textContent: this.command }), button);
  }
}

customElements.define('copy-command', CopyCommand);
