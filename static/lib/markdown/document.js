import { Code, List, TableRows } from './containers.js';
import { blank } from './lines.js';
import { Notes } from './notes.js';
import { below, outlined } from './outline.js';
import { Text } from './paragraphs.js';
import { References } from './references.js';
import { shownRow, shownTail, sourceOf, tailOf } from './tail.js';
import { asWritten, growing, node, Tree } from './tree.js';
import { Table, unitFor } from './units.js';

const TASK = /^\[([ xX])\][ \t]+(?=\S)/;
const CONTINUED = { full: true };

// A message of Markdown that may still be written. What is finished is parsed once, and its nodes stay as they are;
// `show` adds to them what is not finished yet. So the cost of a token doesn't grow with the message.
export class MarkdownDocument {
  root = growing('root');
  #parser;
  #tree;
  #notes;
  #links = Object.create(null);
  // A line that has no end yet.
  #partial = '';
  #unit = null;
  // The unit that ended at the last line.
  #behind = null;
  // What the unit is added to, while more of its kind may follow.
  #container = null;
  #references = new References();
  // The depths of the headings that what comes is below.
  #outline = [];

  constructor(parser, { prefix, words }) {
    this.#parser = parser;
    this.#notes = new Notes({ prefix, words });
    this.#tree = new Tree({ notes: this.#notes, words });
  }

  feed(text) {
    this.#rewind();
    const lines = text.split('\n');
    lines[0] = this.#partial + lines[0];
    this.#partial = lines.pop();
    for (const line of lines) this.#line(withoutReturn(line));
    this.#cut();
  }

  // What comes from here on stands by itself, behind this node.
  breakWith(mark) {
    this.#rewind();
    if (this.#partial) this.#line(withoutReturn(this.#partial));
    this.#partial = '';
    this.#finish();
    this.#close();
    this.#behind = null;
    this.#settle([mark]);
  }

  // Brings `root` up to date. While the message is `live`, what may still become something else waits. Otherwise
  // everything is shown, and what refers to something finds it, also in finished nodes.
  show(live) {
    if (!live) this.#resolve();
    else this.#notes.unsettle();
    this.#rewind();
    const section = this.#notes.section(this.#showLast(live, this.#ownLinks()));
    outlined(this.#unfinished, this.#outline);
    if (section) this.root.children.push(section);
  }

  // --- lines that have an end

  #line(line) {
    if (this.#beginTable(line)) return;
    if (this.#unit?.takes(line)) {
      this.#unit.add(line);
      if (this.#unit.kind === 'table') this.#addRow(line);
      if (this.#unit.closed) this.#finish();
      return;
    }
    this.#finish();
    if (blank(line)) this.#behind = null;
    else this.#begin(unitFor(line, this.#behind));
  }

  #begin(unit) {
    if (!this.#continues(unit)) this.#close();
    this.#unit = unit;
    if (unit.kind === 'item') this.#container ??= this.#opened(new List(unit));
    if (unit.kind === 'fence') this.#container = this.#opened(new Code(unit));
  }

  #continues(unit) {
    return unit.kind === 'item' && this.#container instanceof List && this.#container.takes(unit);
  }

  #beginTable(line) {
    const header = this.#unit?.kind === 'text' ? this.#unit.tableWith?.(line) : null;
    if (!header) return false;
    const table = new Table(header, line);
    const token = this.#parser.parse(table.head, nothing())?.[0];
    if (token?.type !== 'table') return false;
    this.#unit.lines.pop();
    this.#finish();
    this.#unit = table;
    this.#container = this.#opened(new TableRows(this.#tree.table(token)));
    return true;
  }

  #addRow(line) {
    const { head } = this.#unit;
    const build = () => this.#rows(head, line, this.#links);
    this.#refer(line, this.#container.add(build()), 1, build);
  }

  #opened(container) {
    this.root.children.push(container.node);
    return container;
  }

  #close() {
    this.#container?.end?.();
    this.#container = null;
    this.root.settled = this.root.children.length;
  }

  // The unit is whole: its nodes are made for good.
  #finish() {
    const unit = this.#unit;
    if (!unit) return;
    this.#unit = null;
    this.#behind = unit;
    if (unit.kind === 'text') this.#settleText(unit);
    else if (unit.kind === 'item') this.#settleItem(unit);
    else if (unit.kind === 'note') this.#settleNote(unit);
    else this.#close();
  }

  #settleText(unit) {
    const source = sourceOf(unit);
    const outline = this.#outline;
    const build = () => below(outline, this.#text(unit, source, this.#links));
    const nodes = build();
    this.#outline = outlined(nodes, outline);
    this.#settle(nodes);
    this.#refer(source, this.root, nodes.length, build);
  }

  #settleItem(unit) {
    const source = sourceOf(unit);
    const outline = this.#outline;
    const build = () => this.#item(unit, source, this.#links);
    const shown = build();
    this.#container.add(shown);
    this.#outline = outlined([shown.item], outline);
    this.#refer(source, this.#container.node, 1, () => below(outline, [build().item]));
  }

  #settleNote(unit) {
    const source = sourceOf(unit);
    const build = () => this.#blocks(source, this.#links);
    this.#notes.define(unit, build());
    this.#references.addNote(source, () => this.#notes.define(unit, build()));
  }

  #settle(nodes) {
    this.root.children.push(...nodes);
    this.root.settled = this.root.children.length;
  }

  // A line without end is cut, so that it costs no more than others.
  #cut() {
    while (Text.long(this.#partial)) {
      const unit = this.#unit ?? unitFor(this.#partial, this.#behind);
      const place = unit.paragraph && unit.tableWith ? Text.cut(this.#partial) : -1;
      if (place < 0) return;
      this.#line(this.#partial.slice(0, place));
      this.#finish();
      this.#behind = CONTINUED;
      this.#partial = this.#partial.slice(place);
    }
  }

  // --- what refers to definitions

  #refer(source, parent, count, build) {
    this.#references.add(source, { parent, count, build, version: () => this.#version(this.#links) });
  }

  #resolve() {
    this.#rewind();
    const links = this.#ownLinks();
    for (const { unit, blocks } of this.#showLast(false, links)) this.#notes.define(unit, blocks);
    this.#rewind();
    this.#notes.settle();
    const own = this.#links;
    this.#links = links;
    this.#references.resolve(this.#version(links));
    this.#links = own;
  }

  #version(links) {
    return `${this.#notes.count} ${Object.keys(links).length}`;
  }

  #ownLinks() {
    return Object.assign(nothing(), this.#links);
  }

  // --- what is not finished

  #rewind() {
    this.root.children.length = this.root.settled + (this.#container ? 1 : 0);
    this.#container?.rewind();
  }

  get #unfinished() {
    const nodes = this.root.children.slice(this.root.settled);
    return nodes.flatMap((one) => (/^[ou]l$/.test(one.name) ? one.children.slice(one.settled) : [one]));
  }

  // Returns the footnotes that are not finished.
  #showLast(live, links) {
    const partial = withoutReturn(this.#partial);
    const unit = this.#unit;
    if (unit?.kind === 'fence') {
      this.#container.show(partial, live);
      return [];
    }
    const joins = unit && (partial === '' || unit.takes(partial));
    if (joins && unit.kind === 'table') return this.#showRow(partial, live, links);
    if (joins) {
      const source = live ? tailOf(unit, partial) : sourceOf(unit, partial);
      return this.#showUnit(unit, source, links, live);
    }
    const notes = unit ? this.#showUnit(unit, sourceOf(unit), links, false) : [];
    return blank(partial) ? notes : [...notes, ...this.#showNew(partial, live, links)];
  }

  #showNew(partial, live, links) {
    const unit = unitFor(partial, this.#unit ?? this.#behind);
    if (unit.kind === 'fence') {
      if (!live) this.root.children.push(node('code-block', { language: unit.language, open: false, code: '' }));
      return [];
    }
    const source = live ? shownTail([], unit.lines[0]) : sourceOf(unit);
    return source || !live ? this.#showUnit(unit, source, links, live) : [];
  }

  #showUnit(unit, source, links, live) {
    if (unit.kind === 'note') return [{ unit, blocks: this.#blocks(source, links, live) }];
    if (unit.kind === 'text') this.root.children.push(...this.#text(unit, source, links, live));
    else if (unit.kind === 'item' && (source || !live)) this.#showItem(unit, this.#item(unit, source, links, live));
    return [];
  }

  #showItem(unit, shown) {
    const container = this.#continues(unit) || unit === this.#unit ? this.#container : this.#opened(new List(unit));
    container.show(shown);
  }

  #showRow(partial, live, links) {
    const row = live ? shownRow(partial) : partial;
    if (row) this.#container.show(this.#rows(this.#unit.head, row, links));
    return [];
  }

  // --- nodes

  #text(unit, source, links, open = false) {
    const nodes = this.#blocks(source, links, open);
    if (unit.continues && nodes[0]?.name === 'p') nodes[0].properties.className = 'continued';
    return nodes;
  }

  #item(unit, written, links, open = false) {
    const task = TASK.exec(written);
    const source = task ? written.slice(task[0].length) : written;
    const tokens = this.#parser.parse(source, links);
    const blocks = tokens ? this.#tree.blocks(tokens, open) : asWritten(source);
    const loose = tokens?.slice(0, -1).some(({ type }) => type === 'space') ?? false;
    return { item: this.#tree.item(blocks, task ? task[1] !== ' ' : null), loose, gap: unit.gap };
  }

  #blocks(source, links, open = false) {
    const tokens = this.#parser.parse(source, links);
    return tokens ? this.#tree.blocks(tokens, open) : asWritten(source);
  }

  #rows(head, line, links) {
    const [token] = this.#parser.parse(`${head}${line}`, links) ?? [];
    return token?.rows ? this.#tree.rows(token) : [node('tr', {}, [node('td', {}, [line])])];
  }
}

function withoutReturn(line) {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function nothing() {
  return Object.create(null);
}
