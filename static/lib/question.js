// What is sent of what was typed and attached. An attachment is
//   {id, kind: 'picture', name, bytes, type, data}    data: base64
//   {id, kind: 'text', name, bytes, text, pasted}     pasted: it came from the clipboard, and has no name of its own

export const MOST_PICTURES = 8;
export const LARGEST_FILE = 512 * 1024;
export const LARGEST_CONTENT = 1024 * 1024;

const encoder = new TextEncoder();

// As the API takes it.
export function question(text, attachments) {
  const files = attachments.filter(({ kind }) => kind === 'text').map(fenced);
  const images = attachments.filter(({ kind }) => kind === 'picture').map(({ data }) => data);
  return { content: [text.trim(), ...files].filter(Boolean).join('\n\n'), images };
}

// Why the API would refuse it: `too_long`, `too_many`, or null.
export function problemWith({ content, images }) {
  if (images.length > MOST_PICTURES) return 'too_many';
  return size(content) > LARGEST_CONTENT ? 'too_long' : null;
}

export function size(text) {
  return encoder.encode(text).length;
}

// A fence ends at a line of as many backticks; one more than the text has is always enough.
function fenced({ name, text }) {
  const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  // An info string is one line, and holds no backtick.
  const info = name.replace(/[`\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  return `${fence}${info}\n${text}${text.endsWith('\n') || !text ? '' : '\n'}${fence}`;
}
