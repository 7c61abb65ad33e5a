import { Kept } from '../lib/kept.js';
import { chooseLanguage, translator } from '../lib/i18n.js';
import { storage } from './storage.js';

// The words of the page, in the reader's language: one JSON file each in locales/, which the server lists in
// `data-languages`. A language that the reader has chosen comes before the browser's.
export const languages = document.documentElement.dataset.languages.split(' ');
export const chosenLanguage = new Kept(storage('localStorage'), 'language');
export const language = chooseLanguage([chosenLanguage.read(), ...navigator.languages], languages);

const strings = await words(language);
export const tag = strings['language.tag'] ?? language;
export const t = translator(language, strings);

export function duration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return t('duration.seconds', { seconds });
  return t('duration.minutes', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
}

// Not 100 % as long as something is missing.
export function percent(part) {
  const shown = Math.min(1, Math.max(0, Math.floor(part * 100) / 100));
  return new Intl.NumberFormat(language, { style: 'percent' }).format(shown);
}

// The size of a text file.
export function fileSize(bytes) {
  const small = bytes < 1024;
  const [unit, unitDisplay] = small ? ['byte', 'long'] : ['kilobyte', 'short'];
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay, maximumFractionDigits: 0 });
  return format.format(small ? bytes : bytes / 1024);
}

// A page without its words can't be used; one that shows its keys at least works.
async function words(name) {
  try {
    return await (await fetch(`/static/locales/${name}.json`)).json();
  } catch {
    return {};
  }
}
