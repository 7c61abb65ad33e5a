import { icon } from './icon.js';
import { make } from './make.js';
import { t } from './words.js';

// A picture as large as the page. Escape, or a press anywhere, leads back.
class PictureViewer extends HTMLElement {
  show({ source, label }) {
    const properties = { type: 'button', className: 'quiet-button', ariaLabel: t('sheet.close') };
    const close = make('button', properties, icon('close'));
    const dialog = make('dialog', { ariaLabel: label }, make('img', { src: source, alt: label }), close);
    dialog.addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => dialog.remove());
    this.append(dialog);
    dialog.showModal();
  }
}

customElements.define('picture-viewer', PictureViewer);
