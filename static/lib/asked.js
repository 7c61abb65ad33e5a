// What a question holds, as it was put together by question.js: what was typed, and the files that went along.

// A fence that ends the text, and nothing behind it.
const LAST = /(?:^|\n)(`{3,})$/;
// What is behind a fence is a file's name, not a language, where no language is called like that.
const NAME = /[.\s]|[^\x20-\x7e]|^[A-Z]/;

// → {text, files: [{name, text, raw}]}; raw: as it is written in the content.
export function takenApart(content) {
  const files = [];
  let text = content;
  for (let file = lastFile(text); file; file = lastFile(text)) {
    files.unshift(file);
    text = text.slice(0, text.length - file.raw.length).trimEnd();
  }
  return { text, files };
}

// The same files, with another text.
export function withFiles(text, files) {
  return [text.trim(), ...files.map(({ raw }) => raw)].filter(Boolean).join('\n\n');
}

function lastFile(content) {
  const fence = LAST.exec(content.slice(-200))?.[1];
  if (!fence) return null;
  const end = content.length - fence.length;
  const start = content.lastIndexOf(fence, end - 1);
  const line = content.indexOf('\n', start);
  if (start < 0 || line >= end || (start > 0 && content[start - 1] !== '\n')) return null;
  const name = content.slice(start + fence.length, line);
  if (name.includes('`') || !NAME.test(name)) return null;
  return { name, text: content.slice(line + 1, end), raw: content.slice(start) };
}

// The type of an image by its first bytes, in base64.
export function imageType(base64) {
  if (base64.startsWith('iVBOR')) return 'image/png';
  return base64.startsWith('UklGR') ? 'image/webp' : 'image/jpeg';
}

// How a long text begins: cut at the end of a line or word where there is one near; null for one that is short enough.
export function beginning(text, { lines = 20, characters = 2_000, kept = 0.75 } = {}) {
  const end = endOfLine(text, lines);
  if (text.length <= characters && end < 0) return null;
  const cut = Math.min(Math.floor(characters * kept), end < 0 ? Infinity : endOfLine(text, Math.floor(lines * kept)));
  const head = text.slice(0, cut);
  if (text[cut] === '\n') return head;
  const space = head.search(/\s\S{0,80}$/);
  if (space > 0) return head.slice(0, space);
  // Not within a character of two halves.
  return /[\ud800-\udbff]$/.test(head) ? head.slice(0, -1) : head;
}

// The place behind so many lines, or -1 where there are no more than that.
function endOfLine(text, lines) {
  let place = -1;
  for (let line = 0; line < lines; line++) {
    place = text.indexOf('\n', place + 1);
    if (place < 0) return -1;
  }
  return place;
}
