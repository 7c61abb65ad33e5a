import { anotherReply } from './another-reply.js';
import { goingOn } from './going-on.js';
import { aboutToGoOn, expectedReply, sentQuestion } from './reply.js';
import { requestId } from './request-id.js';

// What can be asked of Hearth: `shown` is the branch as it is read while the call is under way, `call(api, id)` has it
// done in the conversation `id`, as often as it takes, and gives {message, reply}.

// above: the messages it goes below. parent: of a branch of its own; null for one that begins anew.
export function question(above, content, { model, parent, request = requestId(), images = [] }) {
  const asked = { ...named(model), content, request_id: request };
  if (parent !== undefined) asked.parent = parent;
  if (images.length) asked.images = images;
  return {
    model,
    shown: [...above, sentQuestion(request, content, images), expectedReply(request, model)],
    call: (api, id) => api.ask(id, asked),
  };
}

export function another(messages, reply, { model }) {
  const place = messages.findIndex(({ id }) => id === reply.parent);
  const message = messages[place];
  const once = anotherReply(message, reply, named(model));
  return {
    shown: [...messages.slice(0, place + 1), expectedReply(requestId(), model)],
    call: async (api, id) => ({ message, reply: await once(api, id) }),
  };
}

// Goes on with the last of the messages.
export function continued(messages) {
  const [message, old] = messages.slice(-2);
  return {
    shown: [...messages.slice(0, -1), aboutToGoOn(old)],
    call: async (api) => ({ message, reply: await goingOn(api, old) }),
  };
}

// Without a name Hearth takes its own default.
export function named(model) {
  return model ? { model } : {};
}
