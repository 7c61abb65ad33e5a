// Has Hearth go on with the reply `old`, and gives it as it is then. A refusal may mean that it goes on already: the
// answer of an earlier call got lost, or another tab was quicker.
export async function goingOn(api, old) {
  try {
    return (await api.goOn(old.id)).reply;
  } catch (error) {
    if (error.status !== 400) throw error;
    const { messages } = await api.conversation(old.conversation);
    const reply = messages.find(({ id }) => id === old.id);
    if (!reply || reply.generation === old.generation) throw error;
    return reply;
  }
}
