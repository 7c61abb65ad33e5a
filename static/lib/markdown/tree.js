import { linkAddress, pictureAddress } from './addresses.js';
import { decoded } from './entities.js';

const TAGS = ['sub', 'sup', 'kbd'];

// What is shown, as a plain tree of strings and {name, properties, children}, from marked's tokens. `notes` numbers
// the footnotes, `words` says what has no words of its own; `open` tells that the last thing is still being written.
export class Tree {
  #notes;
  #words;

  constructor({ notes, words }) {
    this.#notes = notes;
    this.#words = words;
  }

  blocks(tokens, open = false) {
    const shown = tokens.filter(({ type }) => type !== 'space' && type !== 'def');
    return shown.flatMap((token, place) => this.#block(token, open && place === shown.length - 1));
  }

  inline(tokens) {
    return joined(this.#inline(tokens));
  }

  table(token) {
    const head = node('thead', {}, [node('tr', {}, token.header.map((cell) => this.#cell('th', cell)))]);
    const body = growing('tbody');
    body.children.push(...this.rows(token));
    const table = { ...growing('table'), children: [head, body] };
    const label = this.#words('markdown.table');
    const frame = growing('div', { className: 'table', tabIndex: 0, role: 'group', ariaLabel: label });
    frame.children.push(table);
    return { frame, body };
  }

  rows(token) {
    return token.rows.map((row) => node('tr', {}, row.map((cell) => this.#cell('td', cell))));
  }

  // An item's blocks, with its box if it is a task.
  item(blocks, task = null) {
    if (task === null) return node('li', {}, blocks);
    const box = this.#box(task);
    const [first, ...rest] = blocks;
    const children = first?.name === 'p' ? [node('p', {}, [box, ...first.children]), ...rest] : [node('p', {}, [box]), ...blocks];
    return node('li', { className: 'task' }, children);
  }

  #block(token, open) {
    switch (token.type) {
      case 'paragraph':
      case 'text':
        return paragraph(token.tokens ? this.inline(token.tokens) : [decoded(token.raw)]);
      case 'heading':
        return heading(token.depth, this.inline(token.tokens));
      case 'code':
        return [code(token, open)];
      case 'blockquote':
        return [node('blockquote', {}, this.blocks(token.tokens, open))];
      case 'list':
        return [this.#list(token, open)];
      case 'table':
        return [this.table(token).frame];
      case 'hr':
        return [node('hr')];
      case 'formula':
        return [node('math-formula', { tex: token.tex, display: true })];
      case 'html':
        return asWritten(withoutComments(token.raw, open).trim());
      default:
        return paragraph(token.tokens ? this.inline(token.tokens) : [token.raw]);
    }
  }

  #list(token, open) {
    const list = listNode(token);
    list.properties.className = token.loose ? 'loose' : 'tight';
    token.items.forEach((item, place) => {
      const tokens = item.tokens.filter(({ type }) => type !== 'checkbox');
      const blocks = this.blocks(tokens.map(withoutBox), open && place === token.items.length - 1);
      list.children.push(this.item(blocks, item.task ? item.checked : null));
    });
    return list;
  }

  #box(checked) {
    const ariaLabel = this.#words(checked ? 'markdown.done' : 'markdown.to_do');
    return node('input', { type: 'checkbox', disabled: true, checked, ariaLabel });
  }

  #cell(name, { tokens, align }) {
    return node(name, align ? { className: align } : {}, this.inline(tokens));
  }

  // --- within a line

  #inline(tokens) {
    const nodes = [];
    for (let place = 0; place < tokens.length; place++) {
      const end = tokens[place].type === 'html' ? closingTag(tokens, place) : -1;
      if (end < 0) {
        nodes.push(...this.#span(tokens[place]));
      } else {
        nodes.push(node(tokens[place].raw.slice(1, -1).toLowerCase(), {}, this.inline(tokens.slice(place + 1, end))));
        place = end;
      }
    }
    return nodes;
  }

  #span(token) {
    switch (token.type) {
      case 'escape':
        return [token.text];
      case 'strong':
      case 'em':
      case 'del':
        return [node(token.type, {}, this.inline(token.tokens))];
      case 'codespan':
        return [node('code', {}, [token.text])];
      case 'br':
        return BREAK;
      case 'link':
        return this.#link(token);
      case 'image':
        return this.#picture(token);
      case 'formula':
        return [node('math-formula', { tex: token.tex, display: token.display })];
      case 'noteReference':
        return [this.#notes.reference(token.label)];
      case 'html':
        return /^<br *\/?>$/i.test(token.raw) ? BREAK : [withoutComments(token.raw)];
      default:
        return [decoded(token.raw)];
    }
  }

  // What leads nowhere is text, its address behind it.
  #link({ href, title, tokens, autolink }) {
    const children = this.inline(tokens.map(flat));
    const address = linkAddress(href);
    if (!address) return autolink || href.startsWith('#') ? children : [...children, ` (${decoded(href)})`];
    const properties = { href: address, target: '_blank', rel: 'noopener noreferrer' };
    return [node('a', title ? { ...properties, title: decoded(title) } : properties, children)];
  }

  // The page may not show a picture of another host, which would learn who reads what: it gets a link, that says so.
  #picture({ href, text }) {
    const alt = decoded(text);
    const address = pictureAddress(href);
    if (!address) return [alt ? `${alt} (${decoded(href)})` : decoded(href)];
    if (address.data) return [node('img', { src: address.data, alt })];
    const label = node('span', {}, [this.#words('markdown.picture', { host: address.host })]);
    const properties = { className: 'picture', href: address.href, target: '_blank', rel: 'noopener noreferrer' };
    return [node('a', properties, alt ? [alt, ' ', label] : [label])];
  }
}

// The line break in the text is for those who read it without its elements.
const BREAK = [node('br'), '\n'];

export function node(name, properties = {}, children = []) {
  return { name, properties, children: joined(children) };
}

// A node whose first `settled` children never change again.
export function growing(name, properties = {}) {
  return { name, properties, children: [], settled: 0 };
}

export function listNode({ ordered, start }) {
  return growing(ordered ? 'ol' : 'ul', ordered ? { start: Number(start), className: 'tight' } : { className: 'tight' });
}

export function asWritten(text) {
  return text ? [node('p', { className: 'as-written' }, [text])] : [];
}

function paragraph(children) {
  return children.length ? [node('p', {}, children)] : [];
}

// Its level is known when it is known what it is below.
function heading(depth, children) {
  return [{ ...node('h3', { className: `level-${depth}` }, children), depth }];
}

function code({ raw, lang, text, codeBlockStyle }, open) {
  const language = decoded(lang ?? '').split(/\s/)[0];
  const growing = open && codeBlockStyle !== 'indented' && !/\n[ \t]*(?:`{3,}|~{3,})[ \t]*$/.test(raw);
  return node('code-block', { language, code: text, open: growing });
}

// The pictures and links within a link are text.
function flat(token) {
  if (token.type !== 'image') return token.tokens ? { ...token, tokens: token.tokens.map(flat) } : token;
  return { type: 'escape', raw: token.raw, text: decoded(token.text || token.href) };
}

// marked puts a task's box in front of its words, or among them.
function withoutBox(token) {
  if (token.tokens?.[0]?.type !== 'checkbox') return token;
  return { ...token, tokens: token.tokens.slice(1) };
}

function closingTag(tokens, place) {
  const name = /^<(\w+)>$/.exec(tokens[place].raw)?.[1].toLowerCase();
  if (!TAGS.includes(name)) return -1;
  return tokens.findIndex(({ type, raw }, at) => at > place && type === 'html' && raw.toLowerCase() === `</${name}>`);
}

// One without an end hides nothing but what is still being written. Behind the last end none is looked for: a model that
// repeats itself begins thousands, and each would look through all the rest.
function withoutComments(html, open = false) {
  const end = html.lastIndexOf('-->') + 3;
  const whole = html.slice(0, end).replace(/<!--[\s\S]*?-->/g, '') + html.slice(end);
  return open ? whole.replace(/<!--[\s\S]*$/, '') : whole;
}

// Neighbouring strings as one, and none that is empty.
function joined(children) {
  const result = [];
  for (const child of children) {
    if (child === '') continue;
    if (typeof child === 'string' && typeof result.at(-1) === 'string') result.push(result.pop() + child);
    else result.push(child);
  }
  return result;
}
