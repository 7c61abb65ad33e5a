// What a line of Markdown can begin, by the rules of CommonMark and GitHub's extensions of it. Lines come without
// their line break.
const TAB = 4;

const FENCE = /^ {0,3}(?:(`{3,})([^`]*)|(~{3,})(.*))$/;
const BULLET = /^( {0,3})([*+-]|\d{1,9}[.)])(?=[ \t]|$)/;
const HEADING = /^ {0,3}#{1,6}(?:[ \t]|$)/;
const RULE = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})$/;
const NOTE = /^ {0,3}\[\^([^\]\s]+)\]:[ \t]*/;
const BLOCK_TAG = /^ {0,3}<(?:[!?]|\/?(?:address|article|aside|blockquote|center|details|dialog|div|dl|fieldset|figure|footer|form|h[1-6]|header|hr|iframe|li|main|nav|ol|p|pre|script|section|style|summary|table|tbody|td|textarea|th|thead|tr|ul)\b)/i;

// What begins something that may hold empty lines and lines that look like the beginning of something else, until
// it is closed.
const HELD = [
  [/^ {0,3}<(script|pre|style|textarea)(?=[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<\?/, /\?>/],
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/],
];

// Formulas end at an empty line at the latest.
const FORMULA = [
  [/^ {0,3}\$\$/, /\$\$/],
  [/^ {0,3}\\\[/, /\\\]/],
];

export function blank(line) {
  return line.trim() === '';
}

export function indent(line) {
  let columns = 0;
  for (const character of line) {
    if (character === '\t') columns += TAB - (columns % TAB);
    else if (character === ' ') columns += 1;
    else break;
  }
  return columns;
}

// The line without its first columns, as far as they are white space. Of a tab that reaches further, spaces stay.
export function dedented(line, columns) {
  let column = 0;
  let place = 0;
  while (column < columns && (line[place] === ' ' || line[place] === '\t')) {
    column += line[place] === '\t' ? TAB - (column % TAB) : 1;
    place += 1;
  }
  return ' '.repeat(Math.max(0, column - columns)) + line.slice(place);
}

export function fence(line) {
  const found = FENCE.exec(line);
  if (!found) return null;
  const mark = found[1] ?? found[3];
  return { mark, info: (found[2] ?? found[4]).trim(), indent: indent(line) };
}

export function closes({ mark }, line) {
  const rest = line.trim();
  return indent(line) < TAB && rest.length >= mark.length && rest === mark[0].repeat(rest.length);
}

// The marker of a list's item, and where what belongs to the item begins.
export function bullet(line) {
  const found = BULLET.exec(line);
  if (!found || RULE.test(line)) return null;
  const [marker, before, sign] = found;
  const rest = line.slice(marker.length);
  // Tabs reach to the next stop, counted from the beginning of the line.
  const gap = indent(' '.repeat(marker.length) + rest) - marker.length;
  const text = rest.trimStart();
  const content = marker.length + (text && gap <= TAB ? gap : 1);
  const lead = text ? ' '.repeat(Math.max(0, marker.length + gap - content)) : '';
  const ordered = sign.length > 1;
  return {
    indent: before.length,
    content,
    text: lead + text,
    ordered,
    type: ordered ? sign.at(-1) : sign,
    start: ordered ? Number.parseInt(sign, 10) : null,
  };
}

export function heading(line) {
  return HEADING.test(line);
}

export function rule(line) {
  return RULE.test(line);
}

export function quote(line) {
  return /^ {0,3}>/.test(line);
}

export function tag(line) {
  return BLOCK_TAG.test(line);
}

// Only a bullet or a 1, with something behind it, can end a paragraph: others are numbers at the beginning of a line.
export function interrupts(line) {
  return /^ {0,3}(?:[*+-]|1[.)])[ \t]+[^ \t]/.test(line) && !RULE.test(line);
}

// A footnote's definition: its label, and what is on its first line.
export function note(line) {
  const found = NOTE.exec(line);
  return found && { label: found[1], text: line.slice(found[0].length) };
}

// A definition, of a footnote or of what a reference leads to.
export function definition(line) {
  return /^ {0,3}\[[^\]]+\]:/.test(line);
}

// What ends the thing that this line begins and doesn't end, if it begins one.
export function heldUntil(line) {
  return until(HELD, line);
}

export function formulaUntil(line) {
  return until(FORMULA, line);
}

function until(pairs, line) {
  for (const [begin, end] of pairs) {
    const found = begin.exec(line);
    if (found) return end.test(line.slice(found[0].length)) ? null : end;
  }
  return null;
}

// The cells of a table's row; bars behind a backslash are text.
export function cells(line) {
  const found = line.trim().replace(/^\|/, '').replace(/((?:^|[^\\])(?:\\\\)*)\|$/, '$1');
  return found.split(/(?<=(?:^|[^\\])(?:\\\\)*)\|/);
}

// Whether the line says how a table's columns are aligned, and the line before it is such a table's header.
export function delimits(line, header) {
  if (!/^ {0,3}(?:\| *)?:?-+:? *(?:\| *:?-+:? *)*(?:\| *)?$/.test(line) || !/[:|]/.test(line)) return false;
  return cells(line).length === cells(header).length;
}
