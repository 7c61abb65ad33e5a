import { isObject, time } from './shapes.js';

const DETAILS = /<details type="reasoning"[^>]*>\s*(?:<summary>.*?<\/summary>)?([\s\S]*?)<\/details>\s*/;

// Open WebUI's export: `chat.history.messages` is a tree by id; older files have a list in `chat.messages` only.
export function isOpenWebUI(one) {
  return isObject(one) && isObject(one.chat) && (isObject(one.chat.history) || Array.isArray(one.chat.messages));
}

export function fromOpenWebUI(one) {
  const { chat, pinned } = one;
  const tree = isObject(chat.history?.messages) ? Object.entries(chat.history.messages) : null;
  const said = tree ?? (chat.messages ?? []).map((message, place) => [message?.id ?? `message-${place}`, message]);
  const kept = new Map(said.filter(([, message]) => isObject(message) && isSaid(message)));
  const all = new Map(said);
  const messages = [...kept].map(([id, message], place) => ({
    id,
    ...(tree && { parent: above(all, kept, message.parentId) }),
    ...read(message),
    ...(!tree && place === 0 && { parent: null }),
  }));
  const leaf = above(all, kept, chat.history?.currentId);
  const model = Array.isArray(chat.models) ? chat.models[0] : null;
  const system = chat.params?.system ?? chat.system;
  return {
    ...(one.title || chat.title ? { title: one.title || chat.title } : {}),
    ...(model && { model }),
    ...(system && { system }),
    ...(pinned && { pinned: true }),
    ...time('created_at', one.created_at ?? chat.timestamp),
    ...time('updated_at', one.updated_at),
    ...(leaf && { leaf }),
    messages,
  };
}

function above(all, kept, start) {
  let id = start;
  for (let steps = 0; id && !kept.has(id) && steps <= all.size; steps++) id = all.get(id)?.parentId;
  return kept.has(id) ? id : null;
}

function isSaid({ role, content, files }) {
  return (role === 'user' || role === 'assistant') && (Boolean(textOf(content).trim()) || pictures(files).length > 0);
}

function read({ role, content, model, files, timestamp }) {
  const images = role === 'user' ? pictures(files) : [];
  const [text, thinking] = role === 'assistant' ? thoughts(textOf(content)) : [textOf(content), ''];
  return {
    role,
    content: text,
    ...(thinking && { thinking }),
    ...(images.length && { images }),
    ...(role === 'assistant' && model && { model }),
    ...time('created_at', timestamp),
  };
}

// What was thought stands in the content as a folded part, each line quoted.
function thoughts(text) {
  const found = text.match(DETAILS);
  if (!found) return [text, ''];
  return [text.replace(DETAILS, '').trim(), found[1].replace(/^(?:>|&gt;) ?/gm, '').trim()];
}

function textOf(content) {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map((part) => part?.text ?? '').filter(Boolean).join('\n\n') : '';
}

function pictures(files) {
  const urls = (Array.isArray(files) ? files : []).filter((file) => file?.type === 'image').map(({ url }) => url);
  const found = urls.map((url) => String(url).match(/^data:image\/(?:png|jpeg|webp);base64,(.+)$/)?.[1]);
  return found.filter(Boolean).slice(0, 8);
}
