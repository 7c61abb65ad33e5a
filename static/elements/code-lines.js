import { MOST_LINES } from '../lib/code/colouring.js';
import { make } from './make.js';

// Behind the lines that may be coloured come pieces of this many characters.
const PIECE = 4_000;
// An unfinished line that is longer than this is laid out anew less often the longer it gets.
const LONG = 8_000;
const PER_MILLISECOND = 200;
// Lines are laid out together, or else each frame would look at all lines that are there.
const TOGETHER = 50;

// The lines of a code within an element, each in a block of its own, so that the browser lays out only the last one
// anew when the code grows. What is shown is never touched again, but for its colours.
export class CodeLines {
  #root;
  #lines = [];
  #last = null;
  #held = '';
  #timer = null;

  constructor(root) {
    this.#root = root;
  }

  clear() {
    this.#drop();
    this.#root.replaceChildren();
    this.#lines = [];
    this.#last = null;
  }

  // Gives the lines that were finished by it.
  append(text) {
    const finished = [];
    let rest = text;
    while (rest) {
      const end = rest.indexOf('\n') + 1 || rest.length;
      this.#write(rest.slice(0, end));
      rest = rest.slice(end);
      if (!this.#ended) break;
      finished.push(this.#last.data);
      if (this.#full) this.#last = null;
    }
    return finished;
  }

  // The last line, if no newline has ended it. Gives it as finished.
  end() {
    this.#flush();
    const text = this.#last && !this.#ended ? [this.#last.data] : [];
    this.#last = null;
    return text;
  }

  paint(changed) {
    const restore = keepSelection(this.#root);
    for (const [number, runs] of changed) paintLine(this.#lines[number], runs);
    restore();
  }

  #write(text) {
    this.#last ??= this.#line();
    this.#held += text;
    if (text.endsWith('\n') || this.#last.length < LONG) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), this.#last.length / PER_MILLISECOND);
  }

  #flush() {
    if (this.#held) this.#last.appendData(this.#held);
    this.#drop();
  }

  #drop() {
    this.#held = '';
    this.#timer = clearTimeout(this.#timer);
  }

  get #ended() {
    return !this.#held && this.#last.data.endsWith('\n');
  }

  get #full() {
    return this.#lines.length <= MOST_LINES || this.#last.length > PIECE;
  }

  #line() {
    const node = document.createTextNode('');
    const line = make('span', { className: 'line' }, node);
    if (this.#lines.length % TOGETHER === 0) this.#root.append(make('span', { className: 'lines' }));
    this.#root.lastElementChild.append(line);
    this.#lines.push(line);
    return node;
  }
}

function paintLine(line, runs) {
  if (runs.length === 1 && !runs[0][0] && !line.firstElementChild) return;
  line.replaceChildren(...runs.map(([kind, text]) => (kind ? make('span', { className: kind }, text) : text)));
}

// What the reader has selected is given back when the nodes that it began or ended in were replaced.
function keepSelection(root) {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed) return () => {};
  const { anchorNode, anchorOffset, focusNode, focusOffset } = selection;
  const ends = [place(root, anchorNode, anchorOffset), place(root, focusNode, focusOffset)];
  return () => {
    if (ends.every(({ node }) => node.isConnected)) return;
    const [anchor, focus] = ends.map(find);
    selection.setBaseAndExtent(anchor.node, anchor.offset, focus.node, focus.offset);
  };
}

// Within a line, the place is counted from the line's beginning.
function place(root, node, offset) {
  const line = root.contains(node) && (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest('.line');
  if (!line) return { node, offset };
  const before = document.createRange();
  before.setStart(line, 0);
  before.setEnd(node, offset);
  return { node, offset, line, length: String(before).length };
}

function find({ node, offset, line, length }) {
  if (node.isConnected) return { node, offset };
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  let left = length;
  while (walker.nextNode()) {
    if (left <= walker.currentNode.length) return { node: walker.currentNode, offset: left };
    left -= walker.currentNode.length;
  }
  return { node: line, offset: line.childNodes.length };
}
