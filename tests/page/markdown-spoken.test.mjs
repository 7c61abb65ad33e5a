import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Spoken } from '../../static/lib/spoken.js';

const t = (key, { language = '', count }) => [key, language, count].filter((it) => it !== '').join(' ');

function spoken(...pieces) {
  const said = new Spoken(t);
  return [...pieces.flatMap((piece) => said.feed(piece)), ...said.end()];
}

test('sentences are said as soon as they are whole', () => {
  const said = new Spoken(t);
  assert.deepEqual(said.feed('Hello there. This is'), []);
  assert.deepEqual(said.feed(' it.\nAnd more'), ['Hello there. This is it.']);
  assert.deepEqual(said.end(), ['And more']);
});

test('marks are not said', () => {
  const text = '# A **title**\n\n- [x] one `two` [three](https://example.org)\n\n> quoted _four_ snake_case\n';
  assert.deepEqual(spoken(text), ['A title', 'one two three', 'quoted four snake_case']);
});

test('of a code and a table only the length is said', () => {
  const text = 'Look:\n```python\na\n\nb\n```\nThen\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n```\nx\n';
  assert.deepEqual(spoken(text), ['Look:', 'spoken.code_in python 3', 'Then', 'spoken.table 2', 'spoken.code 1']);
});

test('Chinese sentences end at their own marks', () => {
  assert.deepEqual(spoken('你好。这是**重点**！\n还有'), ['你好。这是重点！', '还有']);
});

test('nothing is lost or said twice, however it comes', () => {
  const text = 'One. Two is **longer** than one! Three\n\n- a\n- b\n\nEnd';
  const whole = spoken(text).join(' ');
  assert.equal(spoken(...text).join(' '), whole);
  assert.equal(whole, 'One. Two is longer than one! Three a b End');
});

test('a text without any sentence is said in parts', () => {
  const parts = spoken(`${'word '.repeat(300)}\n`);
  assert.ok(parts.length > 0 && parts.join(' ').split(' ').length === 300);
});
