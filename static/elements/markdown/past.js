// Marks the blocks that are finished when they have their size: two frames later. The styles spare the browser those
// that are out of sight.
export class Past {
  #root;
  #waiting = false;
  #marked = 0;

  constructor(root) {
    this.#root = root;
  }

  // Other blocks are shown from now on.
  begin() {
    this.#marked = 0;
  }

  mark(count) {
    if (this.#waiting || count <= this.#marked) return;
    this.#waiting = true;
    afterFrames(2, () => {
      this.#waiting = false;
      for (; this.#marked < count; this.#marked++) this.#root.children[this.#marked]?.classList.add('past');
    });
  }
}

function afterFrames(count, then) {
  requestAnimationFrame(count > 1 ? () => afterFrames(count - 1, then) : then);
}
