import { readdirSync, readFileSync } from 'node:fs';
import { MarkdownDocument } from '../../static/lib/markdown/document.js';
import { Parser } from '../../static/lib/markdown/parser.js';
import { Marked } from '../../static/vendor/marked.js';

const folder = new URL('../markdown/', import.meta.url);

export const parser = new Parser(Marked);

export const fixtures = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]);

export function begun() {
  return new MarkdownDocument(parser, { prefix: 'm', words: (key, values) => [key, ...Object.values(values ?? {})].join(' ') });
}

// The tree of a text that came in these pieces, each shown before the next came.
export function tree(...pieces) {
  const message = begun();
  for (const piece of pieces) {
    message.feed(piece);
    message.show(true);
  }
  message.show(false);
  return simple(message.root);
}

// What a message looks like after this much of it.
export function during(text) {
  const message = begun();
  message.feed(text);
  message.show(true);
  return simple(message.root);
}

// Without what only tells how it came about.
export function simple(node) {
  if (typeof node === 'string') return node;
  const { name, properties, children, pieces, rest } = node;
  if (name === 'code-block') {
    const { language, open, code = pieces.join('') + rest } = properties;
    return { name, properties: { language, open, code }, children: [] };
  }
  return { name, properties, children: children.map(simple) };
}

export function visible(node) {
  if (typeof node === 'string') return node;
  if (node.name === 'math-formula') return '';
  if (node.name === 'code-block') return `\n${node.properties.code}\n`;
  const text = node.children.map(visible).join('');
  return ['p', 'li', 'td', 'th', 'br', 'hr', 'h3', 'h4', 'h5', 'h6', 'section'].includes(node.name) ? `\n${text}\n` : text;
}

// As it would be written in HTML, to be compared with the eye.
export function written(node) {
  if (typeof node === 'string') return node;
  const shown = Object.entries(node.properties).filter(([key]) => !HIDDEN.includes(key));
  const attributes = shown.map(([key, value]) => ` ${key}=${value}`).join('');
  const inner = node.children.map(written).join('');
  return node.name === 'root' ? inner : `<${node.name}${attributes}>${inner}</${node.name}>`;
}

const HIDDEN = ['target', 'rel', 'tabIndex', 'tabindex', 'role', 'ariaLabel', 'type', 'disabled'];
