import { set } from '../make.js';

// What a tree shows as nodes of the document. Nodes that show the same as before are left alone, others are changed
// as little as possible, so that a selection survives; of a growing node, what is settled isn't even looked at.
export class Nodes {
  // The tree's node that each element shows, and its properties then.
  #shown = new WeakMap();
  // How much of a growing node is shown for good: {node, count, last}.
  #settled = new WeakMap();
  #root;

  constructor(root) {
    this.#root = root;
  }

  show(tree, { anew }) {
    this.#update(this.#root, tree, anew);
  }

  // `anew` looks at what is settled too.
  #update(element, tree, anew) {
    const known = this.#settled.get(element);
    const same = !anew && known?.node === tree;
    let place = same ? known.count : 0;
    let at = same && known.last ? known.last.nextSibling : element.firstChild;
    let last = same ? known.last : null;
    for (; place < tree.children.length; place++) {
      const child = this.#child(element, at, tree.children[place], anew);
      at = child.nextSibling;
      if (place < tree.settled) last = child;
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
    if (tree.settled !== undefined) this.#settled.set(element, { node: tree, count: tree.settled, last });
  }

  #child(parent, present, wanted, anew) {
    if (present && this.#change(present, wanted, anew)) return present;
    const fresh = typeof wanted === 'string' ? document.createTextNode(wanted) : this.#create(wanted);
    // Each block is written in the direction of its own first words.
    if (parent === this.#root && !fresh.localName.includes('-')) fresh.dir = 'auto';
    if (present) present.replaceWith(fresh);
    else parent.append(fresh);
    return fresh;
  }

  #create(wanted) {
    const element = document.createElement(wanted.name);
    set(element, wanted.properties);
    if (wanted.pieces) this.#grow(element, wanted, 0);
    for (const child of wanted.children) element.append(typeof child === 'string' ? child : this.#create(child));
    if (wanted.settled !== undefined) {
      const last = wanted.settled ? element.childNodes[wanted.settled - 1] : null;
      this.#settled.set(element, { node: wanted, count: wanted.settled, last });
    }
    this.#remember(element, wanted);
    return element;
  }

  // Whether what is present could be made what is wanted.
  #change(present, wanted, anew) {
    if (typeof wanted === 'string') return changeText(present, wanted);
    const shown = this.#shown.get(present);
    if (!shown || shown.node.name !== wanted.name) return false;
    const grows = wanted.settled !== undefined || wanted.pieces;
    if (shown.node === wanted && !grows && !anew) return true;
    if (wanted.pieces || shown.node.pieces) return this.#changeCode(present, shown, wanted);
    if (!sameNames(shown.properties, wanted.properties)) return false;
    if (wanted.name === 'code-block') changeCode(present, shown.properties, wanted.properties);
    else setChanged(present, shown.properties, wanted.properties);
    if (!present.localName.includes('-')) this.#update(present, wanted, anew);
    this.#remember(present, wanted);
    return true;
  }

  #changeCode(present, shown, wanted) {
    if (shown.node !== wanted) return false;
    const { rest, pieces } = shown;
    if (rest && rest !== wanted.rest) set(present, { code: wanted.pieces.slice(0, pieces).join('') });
    if (wanted.properties.open && !shown.properties.open) present.open = true;
    this.#grow(present, wanted, pieces, rest === wanted.rest ? rest : '');
    if (!wanted.properties.open && shown.properties.open) present.open = false;
    this.#remember(present, wanted);
    return true;
  }

  #grow(element, { pieces, rest }, from, shownRest = '') {
    const fresh = pieces.slice(from).join('') + (rest === shownRest ? '' : rest);
    if (fresh) element.write(fresh);
  }

  #remember(element, node) {
    const { properties, pieces, rest } = node;
    this.#shown.set(element, { node, properties: { ...properties }, pieces: pieces?.length, rest });
  }
}

function changeText(present, text) {
  if (present.nodeType !== Node.TEXT_NODE) return false;
  if (present.data === text) return true;
  if (text.startsWith(present.data)) present.appendData(text.slice(present.data.length));
  else if (present.data.startsWith(text)) present.deleteData(text.length, present.length - text.length);
  else present.data = text;
  return true;
}

function changeCode(present, before, { language, code, open }) {
  if (language !== before.language) present.language = language;
  if (open && !before.open) present.open = true;
  if (code !== before.code && code.startsWith(before.code)) present.write(code.slice(before.code.length));
  else if (code !== before.code) present.code = code;
  if (!open && before.open) present.open = false;
}

function setChanged(present, before, properties) {
  for (const [name, value] of Object.entries(properties)) if (before[name] !== value) set(present, { [name]: value });
}

function sameNames(some, others) {
  return Object.keys(some).join() === Object.keys(others).join();
}
