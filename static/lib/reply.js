import { GrowingText } from './growing-text.js';

// An assistant message as the page shows it: the message of the API, its texts as GrowingTexts, and where the
// generation that writes it stands. Times are milliseconds of this page's clock, or null where the page was not
// there to see: then no seconds are shown rather than wrong ones.
export function asReply(message) {
  return {
    ...message,
    content: new GrowingText(message.content),
    thinking: new GrowingText(message.thinking ?? ''),
    phase: null,
    position: null,
    since: null,
    thinkingSince: null,
    thoughtFor: thinkingTime(message.stats),
    reason: message.stats?.done_reason ?? null,
  };
}

// The same message before its first event. Its events begin with what is written already; that stays where it is on
// the page (`shown`), and is passed over when it comes again.
export function rewound(reply, shown = reply) {
  const { content, thinking, thoughtFor } = shown;
  return { ...reply, content: content.rewind(), thinking: thinking.rewind(), thoughtFor, state: 'queued' };
}

// A message that Hearth tells of, as it is shown. What is written already of a reply that goes on stays where it is on
// the page (`shown`).
export function received(message, shown) {
  if (message.role !== 'assistant') return message;
  const reply = asReply(message);
  return isRunning(message) ? rewound(reply, shown) : reply;
}

// The same, where it is on the page already, and stays as it is where Hearth has nothing newer to tell. followed:
// whether its generation is being followed (true), or was to its end (false).
export function merged(shown, message, followed) {
  if (!shown) return received(message);
  const same = shown.state === message.state;
  // A generation that has ended doesn't begin again: the message was read before its end.
  const older = isRunning(message) && !isRunning(shown);
  if (shown.generation === message.generation && (followed || same || older)) return annotated(shown, message);
  return { ...received(message, shown), key: shown.key };
}

// What is shown while Hearth is asked to go on with a reply.
export function aboutToGoOn(reply) {
  const before = { state: 'queued', phase: 'sending', error: null, reason: null, stopping: false };
  return { ...reply, ...before, key: reply.key ?? reply.id };
}

// There is something to go on with.
export function canGoOn({ state, content, thinking }) {
  return (state === 'stopped' || state === 'interrupted') && !(content.empty && thinking.empty);
}

// What its events don't tell of a reply, but its message does.
export function annotated(reply, { seams, context }) {
  const same = JSON.stringify([reply.seams, reply.context]) === JSON.stringify([seams, context]);
  return same ? reply : { ...reply, seams, context };
}

// What is shown while a question is on its way: the question, and the reply that it will get.
export function sentQuestion(request, content, images = []) {
  const id = `question-${request}`;
  return { id, key: id, role: 'user', content, images, state: null, sending: true };
}

export function expectedReply(request, model) {
  const id = `reply-${request}`;
  return { ...asReply({ id, role: 'assistant', content: '', state: 'queued', model }), key: id, phase: 'sending' };
}

export function isRunning(message) {
  return message.state === 'queued' || message.state === 'running';
}

// The reply after one more event. The texts grow in place: they are long, and everything else is small.
export function applied(reply, event, at) {
  return changes[event.type]?.(reply, event, at) ?? reply;
}

const changes = {
  status(reply, { phase, position = null, model = reply.model }, at) {
    const since = phase === reply.phase ? reply.since : at;
    const state = phase === 'queued' ? 'queued' : 'running';
    return { ...reply, ...thoughtThrough(reply, at), state, phase, position, model, since };
  },

  thinking(reply, { text }, at) {
    const fresh = reply.thinking.append(text);
    if (reply.phase === 'thinking') return { ...reply };
    const thinkingSince = reply.thinkingSince ?? (fresh ? at : null);
    return { ...reply, state: 'running', phase: 'thinking', thinkingSince };
  },

  content(reply, { text }, at) {
    const fresh = reply.content.append(text);
    return { ...reply, ...thoughtThrough(reply, fresh ? at : null), state: 'running', phase: 'writing' };
  },

  done(reply, { reason, stats }, at) {
    const state = reason === 'stopped' ? 'stopped' : 'done';
    const { thoughtFor } = thoughtThrough(reply, at);
    return { ...reply, thoughtFor: thoughtFor ?? thinkingTime(stats), state, phase: null, reason, stats, error: null };
  },

  error(reply, { code, message, retryable }, at) {
    const state = code === 'interrupted' || code === 'broken_stream' ? 'interrupted' : 'failed';
    return { ...reply, ...thoughtThrough(reply, at), state, phase: null, error: { code, message, retryable } };
  },
};

// Hearth tells it in nanoseconds.
function thinkingTime(stats) {
  const duration = stats?.thinking_duration;
  return duration === undefined ? null : duration / 1e6;
}

function thoughtThrough({ phase, thinkingSince, thoughtFor }, at) {
  const over = phase === 'thinking' && thinkingSince !== null && at !== null;
  return { thoughtFor: over ? at - thinkingSince : thoughtFor };
}
