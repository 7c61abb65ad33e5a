// Asks for another reply to `question`, and gives it. The call carries no request id: when it is made again because its
// answer got lost, it looks first whether the reply is there.
export function anotherReply(question, old, fields) {
  let made = false;
  return async (api, conversation) => {
    if (made) {
      const { messages, leaf } = await api.conversation(conversation);
      const reply = messages.find(({ id }) => id === leaf);
      if (reply?.parent === question.id && reply.id !== old.id) return reply;
    }
    made = true;
    return (await api.replyAgain(question.id, fields)).reply;
  };
}
