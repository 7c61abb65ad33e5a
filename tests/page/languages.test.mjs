import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { chooseLanguage, languageTag, translator } from '../../static/lib/i18n.js';

const root = new URL('../../static/', import.meta.url);
const files = readdirSync(new URL('locales/', root));
const locales = await Promise.all(
  files.map(async (file) => [file.slice(0, 2), (await import(new URL(`locales/${file}`, root))).default]),
);
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
    assert.equal(chooseLanguage([`${language}-XX`]), language);
    assert.ok(languageTag(language));
  });
}

test('every string that the page asks for is there, and none is left over', () => {
  const folder = (name) => readdirSync(new URL(name, root)).map((file) => name + file);
  const sources = [...folder('elements/'), ...folder('lib/'), 'app.js', 'page.js'].filter((name) => name.endsWith('.js'));
  const code = sources.map((name) => readFileSync(new URL(name, root), 'utf8')).join('\n');
  for (const [, key] of code.matchAll(/\bt\('([^']+)'/g)) assert.ok(key in english, key);
  const composed = ['error.', 'empty.example', 'end.stopped'];
  for (const key of Object.keys(english)) {
    assert.ok(code.includes(`'${key}'`) || composed.some((start) => key.startsWith(start)), `${key} is not used`);
  }
});

test('the reader’s first language that there is', () => {
  assert.equal(chooseLanguage(['fr-FR', 'zh-TW', 'en']), 'zh');
  assert.equal(chooseLanguage(['fr']), 'en');
  assert.equal(chooseLanguage([]), 'en');
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
