import { make, set } from './make.js';
import { isComposing } from './typing.js';
import { t } from './words.js';

// A field for another title, in the place of the old one. Enter and leaving it keep what was typed, Escape doesn't:
// then `done` is called once, with the new title or null, and whether it was by a key.
export function titleField(title, done) {
  const field = make('input', { type: 'text', className: 'title-field', value: title ?? '', maxLength: 300 });
  set(field, { dir: 'auto', ariaLabel: t('library.rename'), placeholder: t('library.untitled'), enterKeyHint: 'done' });
  const leave = (keep, byKey) => {
    field.removeEventListener('blur', blurred);
    const typed = field.value.trim();
    done(keep && typed !== (title ?? '') ? typed : null, byKey);
  };
  const blurred = () => leave(true, false);
  field.addEventListener('blur', blurred);
  field.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (isComposing(event) || (event.key !== 'Enter' && event.key !== 'Escape')) return;
    event.preventDefault();
    leave(event.key === 'Enter', true);
  });
  return field;
}
