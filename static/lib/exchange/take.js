const PAGE = 200;
const AT_ONCE = 4;

// All conversations, whole, as parts of the text of a file: never all of them at once in memory as objects. What is
// written in meanwhile moves to the top of the list, so it is read until there is nothing new in it. `told(done)` hears
// how many there are so far.
export async function takeAll(api, told = () => {}) {
  const parts = [];
  const known = new Set();
  const one = async (id) => {
    const found = await api.conversation(id).catch(gone);
    if (!found) return;
    parts.push(`${parts.length ? ',\n' : ''}${JSON.stringify(exported(found))}`);
    told(parts.length);
  };
  for (let fresh = [null]; fresh.length; ) {
    fresh = [...(await allIds(api))].filter((id) => !known.has(id));
    for (const id of fresh) known.add(id);
    for (let at = 0; at < fresh.length; at += AT_ONCE) await Promise.all(fresh.slice(at, at + AT_ONCE).map(one));
  }
  return wrapped(parts);
}

async function allIds(api) {
  const ids = new Set();
  for (let before, more = true; more; ) {
    const page = await api.conversations({ before, limit: PAGE }).catch(gone);
    // The one to go on behind is gone: from the top again.
    if (!page) return allIds(api);
    for (const { id } of page.conversations) ids.add(id);
    before = page.conversations.at(-1)?.id;
    more = page.more && Boolean(before);
  }
  return ids;
}

export function wrapped(parts) {
  return ['{"hearth":1,"conversations":[\n', ...parts, '\n]}\n'];
}

// What is only true at this moment stays out.
export function exported({ running, ...conversation }) {
  return conversation;
}

// Deleted in the meantime. A 404 of another kind is a proxy's that knows of no Hearth just now.
function gone(error) {
  if (error.code === 'not_found') return null;
  throw error;
}
