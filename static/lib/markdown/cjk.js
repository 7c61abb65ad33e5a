// Emphasis in Chinese, Japanese and Korean, which put no spaces between words: CommonMark takes the stars of
// "**注意：**请" for text. These rules are those of its CJK-friendly amendment.
const CJK =
  /[\u1100-\u11ff\u20a9\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe10-\ufe1f\ufe30-\ufe6f\uff01-\uffee\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b16f}\u{1d300}-\u{1d37f}\u{20000}-\u{3fffd}]/u;
const MARK = /[\p{P}\p{S}]/u;
const RUN = /(?<=(.?))(?<![*~])(\*+|~+)(?![*~])(?=(.?))/gsu;

// Whether what emphasises may begin here, where CommonMark's own rules may not let it. `source` begins with the marks.
export function mayBegin(source, before) {
  const [, sign, next = ''] = /^(\*+|~+)(.?)/su.exec(source) ?? [];
  return Boolean(sign && next.trim() && before !== sign[0] && (isCjk(next) || isCjk(before)));
}

// A text in which marks are looked for, with letters or spaces around those that are read in another way than by
// CommonMark's own rules, so that they are read like this.
export function friendly(text) {
  if (!CJK.test(text) || !/[*~]/.test(text)) return text;
  let result = text;
  for (const { index, 1: before, 2: sign, 3: next } of text.matchAll(RUN)) {
    if (!isCjk(before) && !isCjk(next)) continue;
    const end = index + sign.length;
    const [begins, ends] = [flanks(next, before), flanks(before, next)];
    if (begins === plainlyFlanks(next, before) && ends === plainlyFlanks(before, next)) continue;
    result = replaced(result, index - before.length, before, ends);
    result = replaced(result, end, next, begins);
  }
  return result;
}

function isCjk(character) {
  return CJK.test(character);
}

function flanks(inner, outer) {
  const freely = !isMark(inner) || isCjk(inner);
  return inner.trim() !== '' && (freely || isCjk(outer) || outside(outer));
}

function plainlyFlanks(inner, outer) {
  return inner.trim() !== '' && (!isMark(inner) || outside(outer));
}

function outside(character) {
  return character.trim() === '' || isMark(character);
}

function isMark(character) {
  return MARK.test(character);
}

function replaced(text, place, character, isText) {
  if (!character || character === '_') return text;
  return text.slice(0, place) + (isText ? 'a' : ' ').repeat(character.length) + text.slice(place + character.length);
}
