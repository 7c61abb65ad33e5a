// How much is coloured at once; as long as it ends within something (a comment, a string), the next piece begins at the
// same place and is twice as long, up to the last number. More than that in one thing stays plain.
const PIECE = 4_000;
const LONGEST_PIECE = 64_000;
// Colours help people to read. Nobody reads what is longer than this, and it would cost memory.
export const MOST = 200_000;
export const MOST_LINES = 5_000;
const LONGEST_LINE = 4_000;
const SHORT = 32_000;

// Colours a code that grows by whole lines, in small steps whose cost does not depend on how long it has become.
export class Colouring {
  #highlight;
  #lines = [];
  #runs = [];
  // The lines before these need no second look; were looked at.
  #sure = 0;
  #seen = 0;
  #reach = PIECE;
  #size = 0;
  #full = false;

  constructor(highlight) {
    this.#highlight = highlight;
  }

  add(line) {
    this.#size += line.length;
    this.#full ||= this.#size > MOST || this.#lines.length >= MOST_LINES || line.length > LONGEST_LINE;
    if (!this.#full) this.#lines.push(line);
  }

  get waiting() {
    return this.#seen < this.#lines.length;
  }

  // Nothing more comes. What is short is looked at again, in larger pieces than it came in, since now and then a line
  // tells what the one above it was.
  end() {
    if (this.#size <= SHORT && this.#sure > 0) this.#sure = this.#seen = 0;
  }

  // Returns the lines whose colours are new or others than before: [number, runs].
  step() {
    const end = this.#end();
    const { lines, sure } = this.#highlight(this.#lines.slice(this.#sure, end).join(''));
    const changed = this.#changed(lines);
    this.#seen = end;
    if (sure) this.#begin(end);
    else if (this.waiting) this.#reachFurther();
    return changed;
  }

  #end() {
    let end = this.#sure;
    for (let length = 0; end < this.#lines.length && length < this.#reach; end++) length += this.#lines[end].length;
    return end;
  }

  #changed(lines) {
    const changed = [];
    lines.forEach((runs, place) => {
      const number = this.#sure + place;
      if (same(this.#runs[number], runs)) return;
      this.#runs[number] = runs;
      changed.push([number, runs]);
    });
    return changed;
  }

  #begin(line) {
    this.#sure = line;
    this.#reach = PIECE;
  }

  #reachFurther() {
    this.#reach *= 2;
    if (this.#reach <= LONGEST_PIECE) return;
    this.#full = true;
    this.#lines.length = this.#seen;
  }
}

function same(before, now) {
  if (before?.length !== now.length) return false;
  return now.every(([kind, text], place) => before[place][0] === kind && before[place][1] === text);
}
