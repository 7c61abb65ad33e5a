// Marks the blocks that are finished when they have their size: two frames later. The styles spare the browser those
// that are out of sight.
export class Past {
  #root;
  #waiting = false;
  #finished = 0;
  #marked = 0;

  constructor(root) {
    this.#root = root;
  }

  // Other blocks are shown from now on.
  begin() {
    this.#finished = this.#marked = 0;
  }

  // So many are finished; those that are while others wait have two frames of their own.
  mark(count) {
    this.#finished = count;
    if (this.#waiting || count <= this.#marked) return;
    this.#waiting = true;
    afterFrames(2, () => {
      this.#waiting = false;
      for (; this.#marked < count; this.#marked++) {
        const block = this.#root.children[this.#marked];
        if (block && !grows(block)) block.classList.add('past');
      }
      this.mark(this.#finished);
    });
  }
}

// A formula that is still its source will have another size, and what is out of sight is not measured anew.
function grows(block) {
  return block.matches('math-formula:has(> code)') || block.querySelector('math-formula > code') !== null;
}

function afterFrames(count, then) {
  requestAnimationFrame(count > 1 ? () => afterFrames(count - 1, then) : then);
}
