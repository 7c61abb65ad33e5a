import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginning, imageType, takenApart, withFiles } from '../../static/lib/asked.js';
import { ending, facts, firstSent, fullness } from '../../static/lib/facts.js';
import { question } from '../../static/lib/question.js';
import { Speaker } from '../../static/lib/speaker.js';

const file = (name, text) => ({ kind: 'text', name, text });

test('what was attached to a question is found in it again', () => {
  const files = [file('notes.txt', 'one\n\ntwo'), file('a b.md', '# Hi\n```js\ncode\n```\n'), file('empty.csv', '')];
  const { content } = question('What is this?', files);
  const asked = takenApart(content);
  assert.equal(asked.text, 'What is this?');
  assert.deepEqual(asked.files.map(({ name }) => name), ['notes.txt', 'a b.md', 'empty.csv']);
  assert.deepEqual(asked.files.map(({ text }) => text), ['one\n\ntwo\n', '# Hi\n```js\ncode\n```\n', '']);
  assert.equal(withFiles(asked.text, asked.files), content);
  assert.deepEqual(takenApart(question('', [file('粘贴的文字', 'x')]).content).text, '');
});

test('code that somebody typed is no file', () => {
  for (const content of ['Why?\n\n```python\nprint(1)\n```', '```\nx\n```', 'a ```b.c``` d', '`````', '', 'x\n```a.b']) {
    assert.deepEqual(takenApart(content), { text: content, files: [] });
  }
});

test('pictures by their first bytes', () => {
  assert.deepEqual(['iVBORw0KG', '/9j/4AAQ', 'UklGRh4A'].map(imageType), ['image/png', 'image/jpeg', 'image/webp']);
});

test('a long text shows how it begins, a short one is whole', () => {
  assert.equal(beginning('x\n'.repeat(19)), null);
  assert.equal(beginning('x\n'.repeat(30)), Array(15).fill('x').join('\n'));
  assert.equal(beginning('word '.repeat(1_000)).length % 5, 4);
  assert.equal(beginning('x'.repeat(100_000)).length, 1_500);
  assert.equal(beginning('x' + '😀'.repeat(5_000)).length, 1_499);
});

test('what is known of a reply is told, and nothing else', () => {
  const stats = { eval_count: 100, eval_duration: 2e9, prompt_eval_count: 7, total_duration: 3e9, queue_duration: 1e9 };
  const told = Object.fromEntries(facts({ stats }).map(({ name, value }) => [name, value]));
  assert.deepEqual(told, { read: 7, written: 100, rate: 50, queue: 1_000, writing: 2_000, total: 4_000 });
  assert.deepEqual(facts({ stats: null }), []);
  assert.deepEqual([{ state: 'done', reason: 'length' }, { state: 'stopped', reason: 'stopped' }].map(ending), ['length', 'stopped']);
});

test('the context is worth a word from its half, and a warning when it is nearly full', () => {
  const level = (used, left_out = [], size = 100) => fullness({ context: { used, size, left_out } })?.level;
  assert.deepEqual([level(49), level(50), level(85), level(10, ['a'])], [null, 'half', 'nearly', 'nearly']);
  assert.deepEqual([level(5, [], null), fullness({ context: null })], [undefined, null]);
});

test('the line is below the latest of the messages that were left out', () => {
  const context = (...left) => ({ left_out: left });
  const messages = [{ id: 'q1' }, { id: 'a1', context: context() }, { id: 'q2' }, { id: 'a2', context: context('q1', 'a1') }];
  assert.equal(firstSent(messages), 'q2');
  assert.equal(firstSent([...messages, { id: 'q3' }, { id: 'a3', context: null }]), 'q2');
  assert.equal(firstSent([...messages, { id: 'q3' }, { id: 'a3', context: context() }]), null);
  assert.equal(firstSent([{ id: 'q9' }, { id: 'a9', context: context('elsewhere') }]), null);
});

test('what comes while something is said is said together, later', async () => {
  const said = [];
  const speaker = new Speaker((text) => said.push(text), { pause: 1 });
  for (const text of ['a', 'b', 'c']) speaker.add(text);
  assert.deepEqual(said, ['a']);
  while (said.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual(said, ['a', 'b c']);
  speaker.add('d');
  speaker.hush();
  speaker.add('e');
  while (said.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(said[2], 'e');
});
