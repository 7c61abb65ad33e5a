import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { chooseLanguage, translator } from '../../static/lib/i18n.js';

const root = new URL('../../static/', import.meta.url);
const files = readdirSync(new URL('locales/', root));
const locales = files.map((file) => [
  file.replace('.json', ''),
  JSON.parse(readFileSync(new URL(`locales/${file}`, root), 'utf8')),
]);
const languages = locales.map(([language]) => language);
const english = locales.find(([language]) => language === 'en')[1];

// The names of the values in all forms of a string.
function values(entry) {
  const forms = typeof entry === 'string' ? [entry] : Object.values(entry).filter((form) => typeof form === 'string');
  return [...new Set(forms.flatMap((form) => form.match(/\{\w+\}/g) ?? []))].sort();
}

for (const [language, strings] of locales) {
  test(`${language} has the same keys, with the same values, as English`, () => {
    assert.deepEqual(Object.keys(strings), Object.keys(english));
    for (const key of Object.keys(english)) assert.deepEqual(values(strings[key]), values(english[key]), key);
  });

  test(`${language} can be chosen`, () => {
    assert.equal(chooseLanguage([`${language}-XX`], languages), language);
    assert.equal(new Intl.Locale(strings['language.tag']).language, language);
  });
}

test('every string that the page asks for is there, and none is left over', () => {
  const pages = (folder) => readdirSync(new URL(folder, root), { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return entry.name === 'vendor' ? [] : pages(`${folder}${entry.name}/`);
    return entry.name.endsWith('.js') ? [folder + entry.name] : [];
  });
  const code = pages('./').map((name) => readFileSync(new URL(name, root), 'utf8')).join('\n');
  for (const [, key] of code.matchAll(/\bt\('([^']+)'/g)) assert.ok(key in english, key);
  // Composed by the page, or words of the pages that need no script.
  const composed = ['option.', 'stay.', 'app.theme.', 'error.', 'empty.example', 'end.stopped', 'exchange.', 'plain.', 'entry.', 'pull.', 'guide.', 'first.note.'];
  for (const key of Object.keys(english)) {
    assert.ok(code.includes(`'${key}'`) || composed.some((start) => key.startsWith(start)), `${key} is not used`);
  }
});

test('the reader’s first language that there is', () => {
  assert.equal(chooseLanguage([null, 'fr-FR', 'zh-TW', 'en'], languages), 'zh');
  assert.equal(chooseLanguage(['fr'], languages), 'en');
  assert.equal(chooseLanguage([], languages), 'en');
});

test('places in line are ordinals', () => {
  const t = translator('en', english);
  const places = [1, 2, 3, 4, 11, 22, 33, 111].map((count) => t('status.queued', { count }));
  const words = ['First', 'Second', 'Third', '4th', '11th', '22nd', '33rd', '111th'];
  assert.deepEqual(places, words.map((word) => `${word} in line`));
});

test('a missing key shows itself', () => {
  assert.equal(translator('en', {})('no.such.key'), 'no.such.key');
});
