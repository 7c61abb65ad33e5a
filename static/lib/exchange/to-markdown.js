import { shortName } from '../models.js';

// A conversation as Markdown, to be read, printed or pasted anywhere. `messages` is the branch to be told; `words`
// {you, images(count)} are the reader's.
export function toMarkdown({ title, messages }, words) {
  const parts = messages.map((message) => section(message, words));
  return `${[title && `# ${oneLine(title)}`, ...parts].filter(Boolean).join('\n\n')}\n`;
}

function section({ role, model, content, images }, words) {
  const who = role === 'user' ? words.you : shortName(model || 'Hearth');
  const pictures = images?.length ? `*${words.images(images.length)}*` : '';
  return [`## ${oneLine(who)}`, pictures, content.trim()].filter(Boolean).join('\n\n');
}

function oneLine(text) {
  return text.replace(/\s+/g, ' ').trim();
}

// A name for the file of it that every system takes.
export function fileName(title, extension) {
  const name = oneLine(title ?? '').replace(/[\\/:*?"<>|\u0000-\u001f]/g, '-').replace(/^\.+/, '');
  return `${[...name].slice(0, 80).join('').trim() || 'Hearth'}.${extension}`;
}
