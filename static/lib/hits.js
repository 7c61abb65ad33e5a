// Characters that are words by themselves: Chinese, Japanese, Korean.
const ALONE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const WORDS = new RegExp(`${ALONE.source}|((?!${ALONE.source})[\\p{L}\\p{N}])+`, 'gu');
const IN_WORD = /[\p{L}\p{N}]$/u;

// Cuts a text into pieces {text, hit}, where it has a word of the query as Hearth's search finds it: by its beginning,
// whatever its case and accents.
export function hits(text, query) {
  const wanted = words(query);
  const characters = [...text];
  const folded = characters.map(fold);
  const marked = characters.map(() => false);
  for (let place = 0; place < characters.length; place++) {
    for (const word of wanted) {
      const length = begins(folded, place, word);
      if (length) marked.fill(true, place, place + length);
    }
  }
  return pieces(characters, marked);
}

function words(query) {
  return [...query].map(fold).join('').match(WORDS) ?? [];
}

function fold(character) {
  return character.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

// How many characters from `place` on are the beginning of a word that begins with `word`; 0 where they aren't.
function begins(folded, place, word) {
  if (!folded[place] || !word.startsWith(folded[place])) return 0;
  if (place > 0 && !ALONE.test(word) && isInWord(folded[place - 1])) return 0;
  let read = '';
  let end = place;
  while (end < folded.length && read.length < word.length) read += folded[end++];
  // The marks above a letter belong to it.
  while (folded[end] === '') end++;
  return read.startsWith(word) ? end - place : 0;
}

function isInWord(character) {
  return IN_WORD.test(character) && !ALONE.test(character);
}

function pieces(characters, marked) {
  const found = [];
  characters.forEach((character, place) => {
    if (place && marked[place] === marked[place - 1]) found.at(-1).text += character;
    else found.push({ text: character, hit: marked[place] });
  });
  return found;
}
