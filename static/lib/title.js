const LONGEST = 80;

// What a conversation is called: its title, or how its first question begins.
export function title({ conversation, messages }) {
  const question = messages.find(({ role }) => role === 'user')?.content;
  return conversation?.title || question?.trim().slice(0, LONGEST) || '';
}
