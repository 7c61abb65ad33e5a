import { filesOf, holdsFiles } from '../lib/transfer.js';
import { icon } from './icon.js';
import { make, send } from './make.js';
import { t } from './words.js';

// Covers the page while files are dragged over it. Sends `files` {files}. While a dialog is open, files that are
// dropped are no question; nor do they take the page's place.
class DropZone extends HTMLElement {
  connectedCallback() {
    this.hidden = true;
    this.append(make('div', {}, icon('picture'), make('p', { textContent: t('attach.drop') })));
    const listen = (type, act) => {
      document.addEventListener(type, (event) => holdsFiles(event.dataTransfer) && act(event));
    };
    listen('dragenter', () => (this.hidden = Boolean(document.querySelector('dialog[open]'))));
    listen('dragover', (event) => this.#over(event));
    listen('drop', (event) => this.#drop(event));
    // It lies over everything else: to leave it is to leave the page.
    this.addEventListener('dragleave', () => (this.hidden = true));
  }

  #over(event) {
    event.preventDefault();
    event.dataTransfer.dropEffect = this.hidden ? 'none' : 'copy';
  }

  #drop(event) {
    event.preventDefault();
    if (this.hidden) return;
    this.hidden = true;
    send(this, 'files', { files: filesOf(event.dataTransfer) });
  }
}

customElements.define('drop-zone', DropZone);
