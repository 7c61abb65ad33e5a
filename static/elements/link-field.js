import './copy-button.js';
import { make } from './make.js';

// A text that is to be taken elsewhere: a link, a token.
export function linkField(text, label, copyLabel) {
  const field = make('input', { type: 'text', readOnly: true, value: text, ariaLabel: label, dir: 'ltr' });
  field.addEventListener('focus', () => field.select());
  return make('div', { className: 'link-field' }, field, make('copy-button', { text, label: copyLabel }));
}
