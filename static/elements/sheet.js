import { icon } from './icon.js';
import { make } from './make.js';
import { t } from './words.js';

let sheets = 0;

// A dialog with a title and a button that closes it: in the middle of a wide page, from the bottom of a phone's. It
// closes by Escape and by a click beside it too, and gives the focus back to where it was.
export function sheet(title, ...content) {
  const heading = make('h2', { id: `sheet-${++sheets}`, textContent: title });
  const words = t('sheet.close');
  const properties = { type: 'button', className: 'quiet-button', ariaLabel: words, title: words };
  const close = make('button', properties, icon('close'));
  const dialog = make('dialog', { className: 'sheet', 'aria-labelledby': heading.id });
  close.addEventListener('click', () => dialog.close());
  // The dialog's own area is what is beside its content: a press that began within (selecting text) doesn't count.
  let beside = false;
  dialog.addEventListener('pointerdown', ({ target }) => (beside = target === dialog));
  dialog.addEventListener('click', ({ target }) => target === dialog && beside && dialog.close());
  dialog.append(make('div', { className: 'sheet-box' }, make('header', {}, heading, close), ...content));
  return dialog;
}

// Other content for a sheet. Its head stays where it is, or the focus that came to its button would go.
export function refill(dialog, ...content) {
  const box = dialog.querySelector('.sheet-box');
  while (box.lastElementChild !== box.firstElementChild) box.lastElementChild.remove();
  box.append(...content);
}
