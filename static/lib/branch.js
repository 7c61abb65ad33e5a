// The messages from the beginning of a conversation's tree down to its leaf, in the order they are read.
export function branch(messages, leaf) {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const path = [];
  let message = byId.get(leaf) ?? messages.at(-1);
  while (message && path.length <= messages.length) {
    path.unshift(message);
    message = byId.get(message.parent);
  }
  return path.filter(({ role }) => role === 'user' || role === 'assistant');
}
