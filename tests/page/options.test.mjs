import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextCost, contextSizes, options, others, parsed, standard, thinkingNow, typed, withOption } from '../../static/lib/options.js';

const option = (name) => options.find((one) => one.name === name);

test('numbers are read as people write them', () => {
  const read = (name, text) => parsed(option(name), text);
  assert.deepEqual(read('temperature', ' 0.7 '), { value: 0.7 });
  assert.deepEqual(read('temperature', '0,7'), { value: 0.7 });
  assert.deepEqual(read('temperature', '０。７'), { value: 0.7 });
  assert.deepEqual(read('temperature', '.5'), { value: 0.5 });
  assert.deepEqual(read('num_predict', '−1'), { value: -1 });
  assert.deepEqual(read('seed', '42'), { value: 42 });
  assert.deepEqual(read('temperature', '  '), { value: null });
});

test('what is no number, no whole one, or out of range is told apart', () => {
  const problem = (name, text) => parsed(option(name), text).problem;
  assert.equal(problem('temperature', 'hot'), 'number');
  assert.equal(problem('temperature', '1.2.3'), 'number');
  assert.equal(problem('temperature', '-'), 'number');
  assert.equal(problem('temperature', '2.1'), 'range');
  assert.equal(problem('top_k', '1.5'), 'whole');
  assert.equal(problem('top_k', 'x'), 'whole');
  assert.equal(problem('num_ctx', '1'), 'range');
  assert.equal(problem('seed', '99999999999'), 'range');
  assert.equal(problem('temperature', '1e999'), 'number');
});

test('stop words are a line each, and may hold a new line', () => {
  const stop = option('stop');
  assert.deepEqual(parsed(stop, 'END\r\n\n\\n\\nUser:\n a '), { value: ['END', '\n\nUser:', ' a '] });
  assert.deepEqual(parsed(stop, '\n'), { value: null });
  for (const words of [['a', '\nb'], ['\\n'], ['\t', 'x\\']]) assert.deepEqual(parsed(stop, typed(words)).value, words);
});

test('every default can be typed', () => {
  for (const one of options) {
    if (one.standard !== null) assert.deepEqual(parsed(one, typed(one.standard)), { value: one.standard });
  }
});

test('a model’s own default comes before Ollama’s', () => {
  assert.deepEqual(standard(option('temperature'), { parameters: { temperature: 0 } }), { value: 0, own: true });
  assert.deepEqual(standard(option('temperature'), { parameters: {} }), { value: 0.8, own: false });
  assert.deepEqual(standard(option('num_ctx'), null), { value: null, own: false });
});

test('what a context costs, and which sizes are offered', () => {
  assert.equal(contextCost({ context_cost: 131_072 }, 8192), 2 ** 30);
  assert.equal(contextCost({ context_cost: null }, 8192), null);
  assert.equal(contextCost({ context_cost: 131_072 }, null), null);
  assert.deepEqual(contextSizes({ context_length: 10_000 }), [4096, 8192, 10_000]);
  assert.deepEqual(contextSizes({ context_length: 2048 }), [2048]);
  assert.equal(contextSizes(null).at(-1), 131_072);
});

test('one option changes, the others stay', () => {
  assert.deepEqual(withOption({ num_gpu: 3 }, 'seed', 0), { num_gpu: 3, seed: 0 });
  assert.deepEqual(withOption({ num_gpu: 3, seed: 1 }, 'seed', null), { num_gpu: 3 });
  assert.equal(withOption({ seed: 1 }, 'seed', null), null);
  assert.deepEqual(others({ num_gpu: 3, seed: 1, top_p: null }), [['num_gpu', 3]]);
  assert.deepEqual(others(null), []);
});

test('how a model thinks with what was chosen', () => {
  const [switched, levelled, plain] = [{ think: 'switch' }, { think: 'levels' }, { think: null }];
  assert.deepEqual([null, true, false, 'high'].map((think) => thinkingNow(switched, think)), ['on', 'on', 'off', 'on']);
  assert.deepEqual([null, false, 'high'].map((think) => thinkingNow(levelled, think)), ['medium', 'medium', 'high']);
  assert.equal(thinkingNow(plain, true), null);
  assert.equal(thinkingNow(null, true), null);
});
