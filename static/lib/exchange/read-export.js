import { fromChatGPT, isChatGPT } from './from-chatgpt.js';
import { fromOpenWebUI, isOpenWebUI } from './from-open-webui.js';
import { isObject } from './shapes.js';

// So much is brought to Hearth at once, in characters of JSON; it takes 64 MiB.
const BATCH = 16 * 1024 * 1024;
const MOST = 500;

// Which of a file's bytes tell that it is no text: ChatGPT sends its export as a zip.
const ZIP = 'PK\u0003\u0004';

// The conversations in the text of an export, as POST /api/imports takes them. Throws an ExportError {code}:
// `zip`, `not_json` or `unknown`.
export function readExport(text) {
  if (text.startsWith(ZIP)) throw new ExportError('zip');
  const found = parsed(text);
  if (isObject(found) && isHearth(found)) return (found.conversations ?? [found]).map(fromHearth);
  const all = Array.isArray(found) ? found : [found];
  const read = all.map(one).filter(Boolean);
  if (all.length && !read.length) throw new ExportError('unknown');
  return read;
}

export class ExportError extends Error {
  constructor(code) {
    super(code);
    this.name = 'ExportError';
    this.code = code;
  }
}

// In parts of a size that Hearth takes at once.
export function batches(conversations, most = BATCH) {
  const parts = [];
  let room = 0;
  for (const conversation of conversations) {
    const size = JSON.stringify(conversation).length;
    if (size > room || parts.at(-1).length >= MOST) {
      parts.push([]);
      room = most;
    }
    parts.at(-1).push(conversation);
    room -= size;
  }
  return parts;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new ExportError('not_json');
  }
}

function isHearth(found) {
  return found.hearth !== undefined || (Array.isArray(found.messages) && 'leaf' in found);
}

// The list of conversations says what it found; it's no part of what a conversation is.
function fromHearth({ snippet, ...conversation }) {
  return conversation;
}

function one(conversation) {
  if (isChatGPT(conversation)) return fromChatGPT(conversation);
  if (isOpenWebUI(conversation)) return fromOpenWebUI(conversation);
  if (isObject(conversation) && isHearth(conversation)) return fromHearth(conversation);
  return null;
}
