import { copy } from '../elements/clipboard.js';
import { make } from '../elements/make.js';
import { t } from '../elements/words.js';
import { branch } from '../lib/branch.js';

const LARGEST = 1024 * 1024 * 1024; // bytes of a file that is read at once

// Conversations that leave as files, and those that come in.
export function exchange({ api, chat, page }) {
  const say = (text, more) => page.toasts.show({ text, ...more });

  // What was asked for with a click, told where it can't be done.
  const doing = (action) => async (event) => {
    try {
      await action(event.detail);
    } catch (error) {
      say(t('exchange.failed', { reason: error.message }));
    }
  };

  document.addEventListener('export-conversation', doing(async ({ conversation: { id }, format, to }) => {
    const file = api.conversation(id).then((conversation) => written(conversation, format));
    if (to === 'clipboard') {
      await copy(file.then(({ text }) => text));
      return say(t('exchange.copied'));
    }
    const { text, name, type } = await file;
    return save([text], name, type);
  }));

  document.addEventListener('export-all', doing(async () => {
    const { takeAll } = await import('../lib/exchange/take.js');
    const progress = say(t('exchange.exporting', { count: 0 }), { ms: Infinity });
    try {
      const parts = await takeAll(api, (count) => progress.say(t('exchange.exporting', { count })));
      save(parts, `hearth-${new Date().toISOString().slice(0, 10)}.json`, 'application/json');
    } finally {
      progress.close();
    }
  }));

  document.addEventListener('import-files', doing(async ({ files }) => {
    for (const file of files) await bringFile(file);
  }));

  async function bringFile(file) {
    const [{ readExport, ExportError }, { bring }] = await Promise.all([
      import('../lib/exchange/read-export.js'),
      import('../lib/exchange/bring.js'),
    ]);
    const name = file.name;
    if (file.size > LARGEST) return say(t('exchange.too_large', { name }));
    let conversations;
    try {
      conversations = readExport(await file.text());
    } catch (error) {
      if (!(error instanceof ExportError)) throw error;
      return say(t(`exchange.${error.code}`, { name }));
    }
    const whole = conversations.length;
    const progress = say(t('exchange.importing', { count: 0, whole }), { ms: Infinity });
    try {
      report(await bring(api, conversations, (count) => progress.say(t('exchange.importing', { count, whole }))));
    } finally {
      progress.close();
    }
    return undefined;
  }

  function report({ brought, refused }) {
    say(t('exchange.imported', { count: brought }));
    if (!refused.length) return;
    const [{ title, message }] = refused;
    say(t('exchange.refused', { count: refused.length, title: title || '–', reason: message }), { ms: 20_000 });
  }

  async function written(conversation, format) {
    const { toMarkdown, fileName } = await import('../lib/exchange/to-markdown.js');
    if (format === 'json') {
      const { exported, wrapped } = await import('../lib/exchange/take.js');
      const text = wrapped([JSON.stringify(exported(conversation))]).join('');
      return { text, name: fileName(conversation.title, 'json'), type: 'application/json' };
    }
    const here = conversation.id === chat.conversation?.id;
    const shown = here ? chat.messages : branch(conversation.messages, conversation.leaf);
    const messages = shown.map((message) => ({ ...message, content: String(message.content) }));
    const words = { you: t('exchange.you'), images: (count) => t('exchange.images', { count }) };
    const text = toMarkdown({ title: conversation.title, messages }, words);
    return { text, name: fileName(conversation.title, 'md'), type: 'text/markdown' };
  }
}

function save(parts, name, type) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  make('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
