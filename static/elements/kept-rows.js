import { make } from './make.js';

// A list with a row for each of some items, which have an `id`. The row of one that says the same as before stays the
// element it is, with the focus and whatever is begun in it.
export class KeptRows {
  element = make('ul', { className: 'rows' });
  #rowOf;
  // id → {told, row}
  #known = new Map();

  constructor(rowOf) {
    this.#rowOf = rowOf;
  }

  show(items) {
    const known = this.#known;
    this.#known = new Map(items.map((item) => [item.id, this.#kept(known.get(item.id), item)]));
    const rows = [...this.#known.values()].map(({ row }) => row);
    for (const row of [...this.element.children]) if (!rows.includes(row)) row.remove();
    rows.forEach((row, place) => {
      const there = this.element.children[place] ?? null;
      if (there !== row) this.element.insertBefore(row, there);
    });
  }

  #kept(known, item) {
    const told = JSON.stringify(item);
    return known?.told === told ? known : { told, row: this.#rowOf(item) };
  }
}
