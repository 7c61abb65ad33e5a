// Places in a growing text, counted in code points, where what follows may not join what is before it.
export class Seams {
  // The code points up to each place that is still to come, from the one before it.
  #ahead;

  constructor(places) {
    this.#ahead = places.map((place, at) => place - (places[at - 1] ?? 0));
  }

  // The further text in pieces, with a null at each place. It comes with what follows it.
  cut(text) {
    const pieces = [];
    let rest = text;
    while (rest && this.#ahead.length) {
      const before = Array.from(rest).slice(0, this.#ahead[0]);
      const piece = before.join('');
      if (piece) pieces.push(piece);
      this.#ahead[0] -= before.length;
      rest = rest.slice(piece.length);
      if (!rest || this.#ahead[0] > 0) return pieces;
      this.#ahead.shift();
      pieces.push(null);
    }
    if (rest) pieces.push(rest);
    return pieces;
  }
}
