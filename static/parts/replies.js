import { t } from '../elements/words.js';

// The messages: the buttons below them, and what is told of a reply once it is there.
export function replies({ chat, ollama, choice, page }) {
  const model = () => choice.current(chat, ollama);

  document.addEventListener('try-again', ({ detail }) => chat.tryAgain(detail.reply, { model: model() }));
  document.addEventListener('go-on', ({ detail }) => chat.goOn(detail.reply));
  chat.addEventListener('finished', ({ detail: { reply } }) => {
    page.announcer.say(t('announce.reply', { text: String(reply.content) || reply.error?.message || '' }));
    if (reply.error) ollama.check();
  });
}
