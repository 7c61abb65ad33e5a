import { ask, deedAsked, Fault, Field, Form } from './form.js';
import { make } from './make.js';
import { t } from './words.js';

// What one changes of one's own account; `element` is what asks for it:
//   rename-account {name}, change-password {old, new}, delete-account {password}

export function nameForm(element, { name }) {
  const field = new Field({ label: t('account.name'), value: name, maxLength: 64, autocomplete: 'username' });
  const { element: form } = new Form({
    fields: { name: field },
    label: t('form.save'),
    done: t('form.saved'),
    look: 'quiet-button framed',
    places: { bad_name: 'name', name_taken: 'name' },
    run: async (values) => {
      if (!values.name.trim()) throw new Fault('bad_name', '');
      await ask(element, 'rename-account', { name: values.name.trim() });
    },
  });
  return form;
}

export function passwordForm(element, { name }) {
  const old = password(t('account.password.old'), 'current-password');
  const fresh = password(t('account.password.new'), 'new-password', t('account.password.hint'));
  // For the browser's own list of passwords: whose it is.
  const whose = make('input', { type: 'text', value: name, autocomplete: 'username', hidden: true, readOnly: true });
  const form = new Form({
    fields: { old, new: fresh },
    label: t('account.password.change'),
    done: t('account.password.done'),
    places: { wrong_password: 'old', bad_password: 'new', too_many: 'old' },
    more: [whose],
    run: async (passwords) => {
      await ask(element, 'change-password', passwords);
      form.clear();
    },
  });
  return form.element;
}

// last: nobody else owns the house, so this one has to stay.
export function leaveForm(element, { has_password: hasPassword }, last) {
  const words = make('p', { textContent: t(last ? 'account.leave.last' : 'account.leave.words') });
  if (last) return [words];
  const leave = ({ password: typed = '' } = {}) => ask(element, 'delete-account', { password: typed });
  const [label, question] = [t('account.leave'), t('account.leave.question')];
  if (!hasPassword) return [words, deedAsked(label, question, label, () => leave())];
  const form = new Form({
    fields: { password: password(t('account.leave.password'), 'current-password') },
    label,
    look: 'quiet-button framed danger',
    places: { wrong_password: 'password', too_many: 'password' },
    run: leave,
  });
  return [words, form.element];
}

function password(label, autocomplete, hint) {
  return new Field({ label, hint, type: 'password', autocomplete, maxLength: 1000 });
}
