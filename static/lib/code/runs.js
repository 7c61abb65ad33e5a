// What highlight.js tells of a code, as runs: [kind, text], one after the other. The kinds are few, those that have a
// colour of their own; '' is plain.
const kinds = {
  addition: 'added',
  attr: 'attribute',
  attribute: 'attribute',
  built_in: 'type',
  bullet: 'number',
  'char.escape': 'number',
  class: 'type',
  code: 'string',
  comment: 'comment',
  deletion: 'removed',
  doctag: 'comment',
  emphasis: 'emphasis',
  formula: 'string',
  keyword: 'keyword',
  link: 'string',
  literal: 'number',
  meta: 'meta',
  name: 'keyword',
  number: 'number',
  'meta.prompt': 'meta',
  property: 'attribute',
  quote: 'comment',
  regexp: 'string',
  section: 'title',
  'selector-attr': 'attribute',
  'selector-class': 'title',
  'selector-id': 'title',
  'selector-pseudo': 'attribute',
  'selector-tag': 'keyword',
  string: 'string',
  strong: 'strong',
  symbol: 'number',
  tag: 'meta',
  'template-tag': 'meta',
  'template-variable': 'attribute',
  title: 'title',
  'title.class': 'type',
  type: 'type',
  variable: 'attribute',
  'variable.language': 'keyword',
};

function kindOf(scope) {
  const words = scope.split('.');
  return kinds[words.slice(0, 2).join('.')] ?? kinds[words[0]] ?? '';
}

// An emitter for highlight.js, in place of its own, which would make a string of HTML. The innermost scope decides.
export class Runs {
  runs = [];
  #open = [];

  addText(text) {
    this.#add(this.#open.at(-1) ?? '', text);
  }

  startScope(scope) {
    this.#open.push(kindOf(scope));
  }

  endScope() {
    this.#open.pop();
  }

  openNode(scope) {
    this.startScope(scope);
  }

  closeNode() {
    this.endScope();
  }

  __addSublanguage(emitter) {
    for (const [kind, text] of emitter.runs) this.#add(kind, text);
  }

  finalize() {
    return true;
  }

  toHTML() {
    return '';
  }

  #add(kind, text) {
    if (!text) return;
    const last = this.runs.at(-1);
    if (last?.[0] === kind) last[1] += text;
    else this.runs.push([kind, text]);
  }
}

// The runs of each line; each keeps the newline at its end.
export function byLine(runs) {
  const lines = [[]];
  for (const [kind, text] of runs) {
    text.split(/(?<=\n)/).forEach((part) => {
      lines.at(-1).push([kind, part]);
      if (part.endsWith('\n')) lines.push([]);
    });
  }
  if (!lines.at(-1).length) lines.pop();
  return lines;
}
