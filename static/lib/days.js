// Conversations, the newest first, in sections by the calendar's days: {key, kind, since, conversations}
//
// kind: `today`, `yesterday`, `week` (the 7 days before), `days` (the 30 before), `month` (that of `since`)
export function byDay(conversations, now = new Date()) {
  const day = (back) => new Date(now.getFullYear(), now.getMonth(), now.getDate() - back);
  const recent = [
    { kind: 'today', since: day(0) },
    { kind: 'yesterday', since: day(1) },
    { kind: 'week', since: day(7) },
    { kind: 'days', since: day(30) },
  ];
  const sections = new Map();
  for (const conversation of conversations) {
    const time = new Date(conversation.updated_at);
    const { kind, since } = recent.find((one) => time >= one.since) ?? monthOf(time);
    const key = kind === 'month' ? `${since.getFullYear()}-${since.getMonth() + 1}` : kind;
    if (!sections.has(key)) sections.set(key, { key, kind, since, conversations: [] });
    sections.get(key).conversations.push(conversation);
  }
  return [...sections.values()];
}

// How long it is until the sections are others, in milliseconds.
export function untilTomorrow(now = new Date()) {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1) - now;
}

function monthOf(time) {
  return { kind: 'month', since: new Date(time.getFullYear(), time.getMonth(), 1) };
}
