import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kept } from '../../static/lib/kept.js';
import { ModelChoice } from '../../static/lib/model-choice.js';
import { choose, installed, searched, thinking } from '../../static/lib/models.js';

const models = [
  { name: 'llama3.2:latest', family: 'llama', parameter_size: '3.2B', quantization_level: 'Q4_K_M' },
  { name: 'qwen3:8b', family: 'qwen3', parameter_size: '8.2B', quantization_level: 'Q4_K_M' },
  { name: 'hf.co:443/x/Gemma', family: null },
];

test('a name without a tag is the latest, and case makes no difference', () => {
  assert.equal(installed(models, 'llama3.2').name, 'llama3.2:latest');
  assert.equal(installed(models, 'Qwen3:8B').name, 'qwen3:8b');
  assert.equal(installed(models, 'qwen3'), null);
  assert.equal(installed(models, 'hf.co:443/x/gemma:latest').name, 'hf.co:443/x/Gemma');
  assert.equal(installed(models, null), null);
  assert.equal(choose(models, ['gone', 'llama3.2'], null), 'llama3.2:latest');
});

test('a search looks at name, family, size and kind, for every word', () => {
  const names = (text) => searched(models, text).map(({ name }) => name);
  assert.deepEqual(names('  '), models.map(({ name }) => name));
  assert.deepEqual(names('LLAMA'), ['llama3.2:latest']);
  assert.deepEqual(names('q4 8.2'), ['qwen3:8b']);
  assert.deepEqual(names('ｑｗｅｎ'), ['qwen3:8b']);
  assert.deepEqual(names('llama qwen'), []);
});

test('whether a model can be told to think is its own word, else what it can do', () => {
  assert.equal(thinking({ think: null, capabilities: ['thinking'] }), null);
  assert.equal(thinking({ think: 'levels' }), 'levels');
  assert.equal(thinking({ capabilities: ['thinking'], family: 'gptoss' }), 'levels');
  assert.equal(thinking({ capabilities: ['thinking'], family: 'qwen3' }), 'switch');
  assert.equal(thinking({ capabilities: [] }), null);
  assert.equal(thinking(null), null);
});

test('a model that is gone is told until another one is picked', () => {
  const choice = new ModelChoice(new Kept(null, 'model'));
  const chat = { conversation: { model: 'gone' }, messages: [] };
  assert.equal(choice.missing(chat, { models }), 'gone');
  assert.equal(choice.current(chat, { models, standard: 'qwen3:8b' }), 'qwen3:8b');
  assert.equal(choice.missing(chat, { models: [] }), null);
  assert.equal(choice.missing({ conversation: { model: 'llama3.2' }, messages: [] }, { models }), null);
  assert.equal(choice.missing({ conversation: null, messages: [] }, { models }), null);
  choice.pick('qwen3:8b');
  assert.equal(choice.missing(chat, { models }), null);
});

test('a model that comes with a preset is not the one for other chats', () => {
  const values = new Map();
  const storage = { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => values.set(key, value) };
  const choice = new ModelChoice(new Kept(storage, 'model'));
  const chat = { conversation: null, messages: [] };
  const state = { models, standard: null };
  choice.pick('qwen3:8b', { lasting: false });
  assert.equal(choice.current(chat, state), 'qwen3:8b');
  choice.forget();
  assert.equal(choice.current(chat, state), 'llama3.2:latest');
});
