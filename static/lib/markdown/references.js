const REFERENCE = /\[[^[\]]+\](?!\()/;

// What refers to something that may be defined behind it: its nodes are made anew when all is there.
export class References {
  #all = [];

  // `build` makes the `count` nodes at the end of `parent` anew; `version` tells what was defined when they were made.
  add(source, { parent, count, build, version }) {
    if (!REFERENCE.test(source)) return;
    const place = parent.children.length - count;
    this.#all.push({ parent, place, count, build, version: source.includes('[^') ? null : version() });
  }

  // What is nowhere in the tree, but says by itself where it is.
  addNote(source, build) {
    if (REFERENCE.test(source)) this.#all.push({ build, version: null });
  }

  resolve(version) {
    for (const one of this.#all) {
      if (one.version !== version) rebuild(one);
      one.version = version;
    }
  }
}

function rebuild({ parent, place, count, build }) {
  const nodes = build();
  if (parent && nodes.length === count) parent.children.splice(place, count, ...nodes);
}
