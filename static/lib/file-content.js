// What a file is, told by what is in it: names and types are often wrong.

// Of the beginning of a file. Whether the browser can show it is another matter.
export function isPicture(head) {
  return startings.some((starting) => starts(head, starting)) || isHeicOrAvif(head);
}

// Null where it is no text.
export function textOf(bytes) {
  try {
    const text = new TextDecoder(encoding(bytes), { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

// Of the beginning of a file: no text begins like this.
export function isBinary(head) {
  return encoding(head) === 'utf-8' && head.includes(0);
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];
const GIF = letters('GIF8');
const WEBP = [...letters('RIFF'), null, null, null, null, ...letters('WEBP')];
const ICON = [0, 0, 1, 0];
const TIFF_LITTLE = [...letters('II'), 42, 0];
const TIFF_BIG = [...letters('MM'), 0, 42];
const BITMAP = [...letters('BM'), null, null, null, null, 0, 0, 0, 0];
const startings = [PNG, JPEG, GIF, WEBP, ICON, TIFF_LITTLE, TIFF_BIG, BITMAP];

// They are of the family of MP4.
function isHeicOrAvif(head) {
  if (!starts(head, [null, null, null, null, ...letters('ftyp')])) return false;
  return ['hei', 'hev', 'mif', 'msf', 'avi'].some((brand) => starts(head.subarray(8), letters(brand)));
}

function encoding(bytes) {
  if (starts(bytes, [0xff, 0xfe])) return 'utf-16le';
  if (starts(bytes, [0xfe, 0xff])) return 'utf-16be';
  return 'utf-8';
}

function starts(bytes, starting) {
  return starting.every((byte, place) => byte === null || bytes[place] === byte);
}

function letters(text) {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
