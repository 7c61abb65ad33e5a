// Each language is one JSON file in locales/, with the same keys. A string may name values in braces; where its form
// depends on a `count`, it is an object: `=N` for one number, else the plural category of the language, or the
// ordinal category when `ordinal` is true.

// The first of the wanted language tags that there are words for, by its base: zh for zh-TW.
export function chooseLanguage(wanted, languages) {
  const bases = wanted.filter(Boolean).map((tag) => tag.toLowerCase().split('-')[0]);
  return bases.find((base) => languages.includes(base)) ?? 'en';
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
