import { statusWords } from '../elements/reply-status.js';
import { t } from '../elements/words.js';
import { Speaker } from '../lib/speaker.js';
import { Spoken } from '../lib/spoken.js';

// Tells those who don't see the page what becomes of a reply that is being written; never what was there before.
export function speaking({ chat, page }) {
  const speaker = new Speaker((text) => page.announcer.say(text));
  // generation → {spoken, begun}
  const heard = new Map();
  let status = '';
  let visited = null;

  function tell(generation, pieces) {
    const [first, ...others] = pieces;
    if (first === undefined) return;
    const { begun } = heard.get(generation);
    heard.get(generation).begun = true;
    for (const text of [begun ? first : t('announce.reply', { text: first }), ...others]) speaker.add(text);
  }

  function told(reply) {
    const words = reply.phase === 'thinking' ? t('status.thinking') : statusWords(reply);
    if (words && words !== status) speaker.add(words);
    status = words;
  }

  chat.addEventListener('written', ({ detail: { reply, event, text } }) => {
    const { generation } = reply;
    if (event.type === 'status' || event.type === 'thinking') return told(reply);
    if (!text) return;
    if (!heard.has(generation)) heard.set(generation, { spoken: new Spoken(t), begun: false });
    tell(generation, heard.get(generation).spoken.feed(text));
  });
  chat.addEventListener('finished', ({ detail: { reply } }) => {
    const { generation, state, error } = reply;
    if (heard.has(generation)) tell(generation, heard.get(generation).spoken.end());
    heard.delete(generation);
    if (state === 'stopped') speaker.add(t('end.stopped'));
    else if (error) speaker.add(error.message);
  });
  // The reader goes to another conversation. A new one that gets its address is still the same.
  chat.addEventListener('change', () => {
    const now = chat.conversation?.id ?? null;
    if (visited && visited !== now) speaker.hush();
    visited = now;
  });
}
