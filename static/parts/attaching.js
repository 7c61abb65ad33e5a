import { language, t } from '../elements/words.js';
import { filesOf } from '../lib/transfer.js';

// What goes along with a question: picked, pasted or dropped, kept until it is sent.
export function attaching({ attachments, draft, shelf, news, page }) {
  const { composer, announcer } = page;
  let refusals = [];

  async function add(files) {
    refusals = [];
    composer.note = '';
    await attachments.add(files);
  }

  function refused(detail) {
    refusals = [...new Set([...refusals, refusal(detail)])];
    composer.note = refusals.slice(0, 3).join('\n');
  }

  document.addEventListener('files', ({ detail }) => add(detail.files));
  document.addEventListener('paste', (event) => {
    const files = filesOf(event.clipboardData);
    const taken = event.defaultPrevented || document.querySelector('dialog[open]');
    if (taken || !files.length || event.target.closest?.('input, textarea, [contenteditable]')) return;
    event.preventDefault();
    add(files);
  });
  composer.addEventListener('long-text', ({ detail }) => {
    refusals = [];
    composer.note = '';
    attachments.addText(detail.text, pastedName(attachments.all));
  });
  composer.addEventListener('detach', ({ detail }) => {
    const { name } = attachments.all.find(({ id }) => id === detail.id) ?? {};
    attachments.remove(detail.id);
    composer.note = '';
    if (name) announcer.say(t('attach.removed', { name }));
  });
  attachments.addEventListener('added', ({ detail: { attachment } }) => {
    announcer.say(t('attach.added', { name: attachment.name }));
  });
  attachments.addEventListener('refused', ({ detail }) => refused(detail));
  // The text that came back from a reload is in the box already; what is attached follows.
  draft.addEventListener('change', () => (composer.value = draft.text));
  news.addEventListener('conversation', ({ detail }) => detail.deleted && draft.forget(detail.id));
  shelf.sweep();
}

function pastedName(all) {
  const count = all.filter(({ pasted }) => pasted).length;
  return t('attach.pasted') + (count ? ` ${count + 1}` : '');
}

const sentences = {
  unreadable: (name) => t('attach.unreadable', { name }),
  bad_picture: (name) => t('attach.bad_picture', { name }),
  gone: (name) => t('attach.gone', { name }),
  too_large: (name) => t('attach.too_large', { name, limit: amount(512, 'kilobyte') }),
  too_long: (name) => t('attach.too_long', { name, limit: amount(1, 'megabyte') }),
  too_many: () => t('attach.too_many'),
};

function refusal({ code, name }) {
  return sentences[code](name);
}

function amount(number, unit) {
  return new Intl.NumberFormat(language, { style: 'unit', unit }).format(number);
}
