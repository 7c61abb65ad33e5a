import { listNode, node } from './tree.js';

// What units are added to while more of their kind may follow. `rewind` takes away what is not finished.

export class List {
  node;
  #type;
  #loose = false;
  // Whether an empty line is behind the last item, and behind the last that is finished.
  #gap = false;
  #finishedGap = false;

  constructor({ bullet }) {
    this.node = listNode(bullet);
    this.#type = bullet.type;
  }

  takes({ bullet }) {
    return bullet.type === this.#type;
  }

  // An item that is shown, and is perhaps not the last of it.
  show({ item, loose, gap }) {
    this.node.children.push(item);
    if (loose || this.#gap) this.node.properties.className = 'loose';
    this.#gap = gap;
  }

  add(shown) {
    this.show(shown);
    this.node.settled = this.node.children.length;
    this.#loose = this.node.properties.className === 'loose';
    this.#finishedGap = shown.gap;
  }

  rewind() {
    this.node.children.length = this.node.settled;
    this.node.properties.className = this.#loose ? 'loose' : 'tight';
    this.#gap = this.#finishedGap;
  }
}

export class TableRows {
  node;
  #body;

  constructor({ frame, body }) {
    this.node = frame;
    this.#body = body;
  }

  show(rows) {
    this.#body.children.push(...rows);
  }

  // Returns where the row is.
  add(rows) {
    this.show(rows);
    this.#body.settled = this.#body.children.length;
    return this.#body;
  }

  rewind() {
    this.#body.children.length = this.#body.settled;
  }
}

export class Code {
  node;
  #unit;

  constructor(unit) {
    this.#unit = unit;
    this.node = { ...node('code-block', { language: unit.language, open: true }), pieces: unit.pieces, rest: '' };
  }

  show(partial, live) {
    const held = this.#unit.grow(partial);
    this.node.rest = live ? '' : held;
    this.node.properties.open = live;
  }

  end() {
    this.node.rest = '';
    this.node.properties.open = false;
  }

  rewind() {
    this.node.rest = '';
  }
}
