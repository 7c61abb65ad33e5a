// Where formulas are within a text: $…$, $$…$$, \(…\) and \[…\]. A dollar sign is also money: what is between two of
// them is a formula only if it touches both, nothing that could be a sum goes on behind it, and it is no price with
// words behind it ("$5 or 10$").
const PRICE = /^\d[\d.,]*(?:[kKmMbB]\b)?\s+[^\\^_={}]*$/;
// Words in front of anything that only formulas have: no formula has begun here.
const WORDS = /^[^\\^_={}]*(?:\s\p{L}{2,}|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Hangul}])/u;
const SENTENCE = /^[^\\^_={}]*(?:\s\p{L}{2,}[^\\^_={}]*){2}$/u;
const FAR = 300;
const LONGEST = 2_000;
const MARKS = [
  ['$$', '$$'],
  ['\\(', '\\)'],
  ['\\[', '\\]'],
];

// The formula that begins here: {tex, display, end}; null if there is none; `open` if its end is still to come.
export function formulaAt(text, place) {
  for (const [begin, end] of MARKS) {
    if (text.startsWith(begin, place)) return enclosed(text, place, begin, end);
  }
  return text[place] === '$' ? betweenDollars(text, place) : null;
}

function enclosed(text, place, begin, end) {
  const inner = text.slice(place + begin.length, place + LONGEST);
  const close = inner.indexOf(end);
  if (close < 0 && text.length >= place + LONGEST) return null;
  const gap = inner.slice(0, close < 0 ? LONGEST : close).search(/\n[ \t]*\n/);
  if (gap >= 0) return null;
  if (close < 0) return { open: true };
  const tex = inner.slice(0, close).trim();
  if (!tex) return null;
  return { tex, display: begin !== '\\(', end: place + begin.length + close + end.length };
}

function betweenDollars(text, place) {
  if (/[A-Za-z0-9$]/.test(text[place - 1] ?? '')) return null;
  const found = /^\$((?:\\[^\n]?|[^$\\\n`])*)(\$?)/.exec(text.slice(place, place + LONGEST));
  const [raw, tex, close] = found;
  if (/^\s/.test(tex) || raw.length === 1 + close.length) return raw === '$' && !text[place + 1] ? { open: true } : null;
  if (!close) return place + raw.length === text.length && mayGoOn(tex) ? { open: true } : null;
  const next = text[place + raw.length] ?? '';
  if (/\s$/.test(tex) || /[A-Za-z0-9]/.test(next) || PRICE.test(tex) || SENTENCE.test(tex)) return null;
  return { tex: tex.trim(), display: false, end: place + raw.length };
}

function mayGoOn(tex) {
  return tex.length < FAR && !PRICE.test(tex) && !WORDS.test(tex);
}
