import { chooseLanguage, languageTag, translator } from '../lib/i18n.js';
import en from '../locales/en.js';
import zh from '../locales/zh.js';

// The words of the page, in the reader's language. A new language is a file in locales/ and a word here.
const locales = { en, zh };

export const language = chooseLanguage(navigator.languages);
export const tag = languageTag(language);
export const t = translator(language, locales[language]);

export function duration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return t('duration.seconds', { seconds });
  return t('duration.minutes', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
}
