const LONGEST = 80;

// The conversation on the page as it stands in the list, which hears first of another title; null where there is none.
export function listed({ chat, library }) {
  return library.get(chat.conversation?.id) ?? chat.conversation;
}

// What it is called: its title, or how its first question begins.
export function title({ chat, library }) {
  const question = chat.messages.find(({ role }) => role === 'user')?.content;
  return listed({ chat, library })?.title || question?.trim().slice(0, LONGEST) || '';
}
