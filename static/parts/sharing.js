import { listed } from '../lib/title.js';
import { answers } from './answers.js';
import { later } from './later.js';

// Links to conversations: the sheet where they are made and ended, and a sign on the page while there are some.
export function sharing({ chat, library, session, sharing: links, news, page }) {
  const sheet = document.querySelector('share-sheet');

  function draw() {
    const id = chat.conversation?.id ?? null;
    page.chatMenu.shared = id !== null && links.of(id).length > 0;
    if (sheet.conversation) sheet.shares = links.of(sheet.conversation.id);
  }

  // Down to a message that was chosen, or to the last there is.
  function last(conversation) {
    if (conversation.id !== chat.conversation?.id) return conversation.leaf;
    return chat.messages.findLast(({ sending }) => !sending)?.id ?? conversation.leaf;
  }

  function show({ conversation, message, down }) {
    sheet.open({ conversation, message, down, guarded: session.auth !== 'none' });
    sheet.shares = links.of(conversation.id);
    links.refresh();
  }

  const bring = () => import('../elements/share-sheet.js').then(() => show);
  const open = later(page, bring);
  // What is shared is what was on the page then, also where the sheet takes its time to come.
  document.addEventListener('share-conversation', ({ detail }) => {
    const conversation = detail.conversation ?? listed({ chat, library });
    if (!conversation) return;
    open({ detail: { conversation, message: detail.message ?? last(conversation), down: Boolean(detail.message) } });
  });
  answers(sheet, {
    'create-share': ({ conversation, message, sign_in }) => links.add(conversation, { message, sign_in }),
    'end-share': ({ id }) => links.end(id),
  });

  for (const source of [chat, links]) source.addEventListener('change', draw);
  news.addEventListener('opened', () => links.refresh());
}
