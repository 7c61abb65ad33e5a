import { copy } from '../elements/clipboard.js';
import { t } from '../elements/words.js';
import { requestId } from '../lib/request-id.js';

// The messages: what can be done with each of them.
export function replies({ chat, ollama, choice, edits, page }) {
  const { menu, facts, viewer, follower, announcer, composer } = page;
  const model = () => choice.current(chat, ollama);

  function tryAgain(reply, name = model()) {
    follower.toEnd();
    announcer.say(t('announce.writing'));
    chat.tryAgain(reply, { model: name });
    composer.invite();
  }

  // What was pressed goes while a reply is being written; the way to stop it is where the focus goes.
  function goOn(reply) {
    chat.goOn(reply);
    composer.invite();
  }

  document.addEventListener('try-again', ({ detail }) => tryAgain(detail.reply, detail.model));
  document.addEventListener('go-on', ({ detail }) => goOn(detail.reply));
  document.addEventListener('choose-branch', ({ detail }) => chat.choose(detail.message));
  document.addEventListener('open-reply-menu', ({ detail: { button, ...detail } }) => {
    menu.open(button, { ...detail, models: ollama.models });
  });
  document.addEventListener('open-reply-facts', ({ detail }) => facts.show(detail.reply));
  document.addEventListener('open-picture', ({ detail }) => viewer.show(detail));
  document.addEventListener('copy-plain', async ({ detail }) => {
    announcer.say(await copy(detail.text).then(() => t('message.copied'), ({ message }) => message));
  });
  chat.addEventListener('finished', ({ detail: { reply } }) => reply.error && ollama.check());

  editing({ chat, model, edits, page });
}

// A question that is changed in its place. What was typed stays there until Hearth has it.
function editing({ chat, model, edits, page }) {
  const { messages, follower, announcer, composer } = page;
  let sent = null;

  async function send(message, content) {
    if (chat.sending) return;
    // Sent again after a refusal with nothing changed, it asks nothing twice.
    const same = sent?.message === message.id && sent.content === content;
    const { request } = (sent = { message: message.id, content, request: same ? sent.request : requestId() });
    follower.toEnd();
    announcer.say(t('announce.writing'));
    const sending = chat.edit(message, content, { model: model(), request, images: message.images });
    composer.invite();
    if (!(await sending)) return;
    edits.delete(message.id);
    if (sent?.request === request) sent = null;
  }

  document.addEventListener('edit-typed', ({ detail }) => edits.typed(detail.message.id, detail.text));
  document.addEventListener('edit-given-up', ({ detail }) => edits.delete(detail.message.id));
  document.addEventListener('edit-message', ({ detail }) => send(detail.message, detail.content));
  document.addEventListener('edit-last', () => {
    const last = chat.messages.findLast(({ role, sending }) => role === 'user' && !sending);
    if (last) messages.edit(last);
  });
  window.addEventListener('pagehide', () => edits.flush());
  document.addEventListener('visibilitychange', () => document.hidden && edits.flush());
}
