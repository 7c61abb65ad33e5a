import { blank, closes, fence } from './lines.js';
import { settled } from './settled.js';

const MARKERS = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+[ \t>]*)*/;
// What a line that isn't finished may still become something else of: a list, a rule, an underline, a fence, a table,
// a definition, a tag.
const UNDECIDED = /^(?:[-*_=+#~`|:$\s]*|\d{1,9}[.)]?|\[[^\]]*\]:\s*\S*|`{3,}[^`]*|~{3,}.*|\|.*|<[^>]*)$/;
const EMPTY = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)]|#{1,6})(?:[ \t]+|$)[ \t>]*)*(?:\[[ xX]?\]?\s*)?$/;
const BEGINNING = /^[ \t>]*(?:#{1,6}|[-*+]|\d{1,9}[.)])[ \t]/;
const BAR = /(?:^|[^\\])\|/;

// What a unit and a line that isn't whole are written as.
export function sourceOf(unit, partial = '') {
  const lines = partial ? [...unit.lines, unit.inside(partial)] : unit.lines;
  return lines.join('\n').trimEnd();
}

// The same, as it can be shown now.
export function tailOf(unit, partial) {
  if (unit.verbatim) return sourceOf(unit, partial);
  if (unit.beforeFormula) return unit.beforeFormula.join('\n');
  return shownTail(unit.lines, unit.inside(partial), unit.solid);
}

// The lines of something that is still being written, the last of them perhaps not whole, as they can be shown now.
export function shownTail(lines, partial, solid = 0) {
  if (fenceOpen(lines)) return [...lines, ...(/^[ \t>]*(?:`+|~+)[ \t]*$/.test(partial) ? [] : [partial])].join('\n');
  const shown = [...lines];
  const undecided = partial === '' || UNDECIDED.test(partial.replace(MARKERS, ''));
  const header = lines.length === 0 && /\s\|(?:\s|$)/.test(partial);
  if (!undecided && !header) shown.push(partial);
  else if (/^[\s>|:-]*$/.test(partial) && mayBeHeader(lines)) shown.pop();
  return withoutEmpty(withTailSettled(shown, solid));
}

// A table's row that is still being written: its last cell.
export function shownRow(partial) {
  if (/^[\s|:-]*$/.test(partial)) return '';
  return cellSettled(partial);
}

// Whether a fence within these lines is still open.
function fenceOpen(lines) {
  let open = null;
  for (const line of lines) {
    const rest = line.replace(MARKERS, '');
    if (!open) open = fence(rest);
    else if (closes(open, rest)) open = null;
  }
  return open !== null;
}

function mayBeHeader(lines) {
  const last = lines.at(-1) ?? '';
  return BAR.test(last.replace(MARKERS, '')) && !/^[\s>|:-]*$/.test(last);
}

function withTailSettled(lines, solid) {
  const start = Math.max(solid, tailStart(lines));
  if (start >= lines.length) return lines.join('\n');
  const tail = lines.slice(start).join('\n');
  const table = /^[ \t>]*\|/.test(lines.at(-1) ?? '');
  return [...lines.slice(0, start), table ? cellSettled(tail) : settled(tail)].join('\n');
}

function tailStart(lines) {
  const last = lines.length - 1;
  for (let place = last; place > 0; place--) {
    if (BEGINNING.test(lines[place])) return place;
    if (blank(lines[place].replace(/^[ \t>]+/, ''))) return place === last ? place : place + 1;
  }
  return 0;
}

function cellSettled(text) {
  const bar = /^[\s\S]*(?<!\\)\|/.exec(text)?.[0].length ?? 0;
  return text.slice(0, bar) + settled(text.slice(bar).replace(/\\$/, ''));
}

// Without lines at the end that have nothing in them but markers.
function withoutEmpty(text) {
  const lines = text.split('\n');
  while (lines.length && EMPTY.test(lines.at(-1))) lines.pop();
  return lines.join('\n');
}
