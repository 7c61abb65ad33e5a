// Each language is one file in locales/, with the same keys. A string may name values in braces; where its form
// depends on a `count`, it is an object: `=N` for one number, else the plural category of the language, or the
// ordinal category when `ordinal` is true.
const tags = { en: 'en', zh: 'zh-Hans' };

export function chooseLanguage(wanted) {
  const bases = wanted.map((tag) => tag.toLowerCase().split('-')[0]);
  return bases.find((base) => base in tags) ?? 'en';
}

export function languageTag(language) {
  return tags[language];
}

// Returns t(key, values). A key that is missing shows itself, which is better than a page that breaks.
export function translator(language, strings) {
  const cardinal = new Intl.PluralRules(language);
  const ordinal = new Intl.PluralRules(language, { type: 'ordinal' });

  const form = (entry, count) => {
    if (typeof entry === 'string') return entry;
    const rules = entry.ordinal ? ordinal : cardinal;
    return entry[`=${count}`] ?? entry[rules.select(count)] ?? entry.other;
  };

  return (key, values = {}) => {
    const text = form(strings[key] ?? key, values.count);
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  };
}
