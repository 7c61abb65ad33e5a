import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Spoken } from '../../static/lib/spoken.js';
import { fixtures } from './markdown-support.mjs';

const counts = ['spoken.code', 'spoken.code_in', 'spoken.table'];
const t = (key, { language, count } = {}) => [key, language, counts.includes(key) && count].filter(Boolean).join(' ');

function spoken(...pieces) {
  const said = new Spoken(t);
  return [...pieces.flatMap((piece) => said.feed(piece)), ...said.end()];
}

test('a sentence is said as soon as it is whole, also within a line', () => {
  const said = new Spoken(t);
  assert.deepEqual(said.feed('Hello there. This is'), ['Hello there.']);
  assert.deepEqual(said.feed(' it. And'), ['This is it.']);
  assert.deepEqual(said.feed(' more'), []);
  assert.deepEqual(said.end(), ['And more']);
});

test('numbers and what is emphasised are not taken apart', () => {
  assert.deepEqual(spoken('It is 3.5 m. **Never. Ever** do [this. Or that](https://example.org/a. b) again.'), [
    'It is 3.5 m.',
    'Never. Ever do this. Or that again.',
  ]);
  assert.deepEqual(spoken('1. First. Second\n2. Third\n'), ['1. First.', 'Second', '2. Third']);
});

test('marks are not said', () => {
  const text = '# A **title**\n\n- [x] one `two` [three](https://example.org)\n\n> quoted _four_ snake_case[^1]\n\n---\n[^1]: a note';
  assert.deepEqual(spoken(text), ['A title', 'one two three', 'quoted four snake_case', 'a note']);
});

test('of a code and a table only the length is said', () => {
  const text = 'Look:\n```python\na\n\nb\n```\nThen\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n1. one\n   ```\n   x\n   ```\n';
  const said = ['Look:', 'spoken.code_in python 2', 'Then', 'spoken.table 2', '1. one', 'spoken.code 1'];
  assert.deepEqual(spoken(text.replace('a\n\nb', 'a\nb')), said);
  assert.deepEqual(spoken('```\none'), ['spoken.code 1']);
});

test('of a formula only that there is one is said, if it is not simple', () => {
  const text = 'With $x = 2$ and $\\frac{a}{b}$ it costs $5.\n\n$$\nE = m c^2\n$$\n\n$$a$$\n';
  assert.deepEqual(spoken(text), ['With x = 2 and spoken.formula it costs $5.', 'spoken.formula', 'spoken.formula']);
});

test('Chinese sentences end at their own marks', () => {
  const said = new Spoken(t);
  assert.deepEqual(said.feed('你好。这是**重点**！还'), ['你好。', '这是重点！']);
  assert.deepEqual([...said.feed('有'), ...said.end()], ['还有']);
});

for (const [name, text] of fixtures) {
  test(`${name} is said the same however it comes`, () => {
    assert.equal(spoken(...text).join(' '), spoken(text).join(' '));
  });
}

test('words without an end are said in parts', () => {
  const parts = spoken(...'word '.repeat(300));
  assert.ok(parts.length > 3 && parts.every((part) => part.length <= 240));
  assert.equal(parts.join(' '), 'word '.repeat(300).trim());
});
