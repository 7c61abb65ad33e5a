import { imageType } from '../lib/asked.js';
import { size } from '../lib/question.js';
import { icon } from './icon.js';
import { make, send } from './make.js';
import { fileSize, t } from './words.js';

// What went along with a question, as it is shown there.

// A picture that opens large.
export function pictureButton(image, place, count) {
  const source = `data:${imageType(image)};base64,${image}`;
  const label = count > 1 ? t('message.picture_of', { place: place + 1, count }) : t('message.picture');
  const picture = make('img', { src: source, alt: label, loading: 'lazy', decoding: 'async' });
  const button = make('button', { type: 'button', className: 'picture', title: t('message.picture_open') }, picture);
  button.onclick = () => send(button, 'open-picture', { source, label });
  return button;
}

// A file, folded; its text is laid out once it is wanted.
export function attachedFile({ name, text }) {
  const label = make('span', { className: 'name', dir: 'auto', textContent: name });
  const details = make('span', { className: 'details', textContent: fileSize(size(text)) });
  const content = make('pre', { dir: 'auto', tabIndex: 0, role: 'group', ariaLabel: name });
  const fold = make('details', { className: 'file' }, make('summary', {}, icon('file'), label, details), content);
  fold.addEventListener('toggle', () => fold.open && (content.textContent = text));
  return fold;
}
