const PAGE = 200;
const AT_ONCE = 4;

// All conversations, whole, as parts of the text of a file: never all of them at once in memory as objects.
// `told(done)` hears how many there are so far.
export async function takeAll(api, told = () => {}) {
  const parts = [];
  const one = async ({ id }) => {
    const found = await api.conversation(id).catch(gone);
    if (!found) return;
    parts.push(`${parts.length ? ',\n' : ''}${JSON.stringify(exported(found))}`);
    told(parts.length);
  };
  for (let before, more = true; more; ) {
    const page = await api.conversations({ before, limit: PAGE });
    for (let at = 0; at < page.conversations.length; at += AT_ONCE) {
      await Promise.all(page.conversations.slice(at, at + AT_ONCE).map(one));
    }
    before = page.conversations.at(-1)?.id;
    more = page.more && Boolean(before);
  }
  return wrapped(parts);
}

export function wrapped(parts) {
  return ['{"hearth":1,"conversations":[\n', ...parts, '\n]}\n'];
}

// What is only true at this moment stays out.
export function exported({ running, ...conversation }) {
  return conversation;
}

// Deleted in the meantime.
function gone(error) {
  if (error.status === 404) return null;
  throw error;
}
