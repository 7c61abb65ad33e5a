import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from '../../static/lib/connection.js';
import { ApiError } from '../../static/lib/errors.js';
import { First, managesModels, memory } from '../../static/lib/first.js';

const over = (api, now = () => 0) => new First({ api, connection: new Connection({ delay: () => 0 }), now });
const FOUND = { url: 'http://nas.local:11434', version: '0.33.0', models: 2 };

test('who looks after Ollama', () => {
  assert.equal(managesModels(null), false);
  assert.equal(managesModels({ user: null }), true);
  assert.equal(managesModels({ user: null, auth: 'required' }), false);
  assert.equal(managesModels({ user: { may: { models: true } } }), true);
  assert.equal(managesModels({ user: { may: { models: false } } }), false);
});

test('memory is told as it is sold', () => {
  const told = (bytes) => memory(bytes, 'en').replace('\u00a0', ' ');
  assert.deepEqual([16_384_000 * 1024, 4 * 2 ** 30, 1_500_000_000].map(told), ['16 GB', '4 GB', '1.4 GB']);
});

test('the machine is asked about now and then, and told of when something is new', async () => {
  let time = 0;
  let asked = 0;
  let told = 0;
  const answers = [{ command: 'install' }, { command: 'install' }, { command: 'start' }];
  const first = over({ first: async () => ({ ...answers[asked++] }) }, () => time);
  first.addEventListener('change', () => told++);
  for (time = 0; time < 60_000; time += 3_000) await first.read();
  assert.deepEqual([asked, told], [3, 2]);
  assert.equal(first.facts.command, 'start');
});

test('where the machine is not told of, the page does without', async () => {
  const first = over({ first: async () => Promise.reject(new ApiError(403, 'forbidden', 'No.')) });
  await first.read();
  assert.equal(first.facts, null);
});

test('a search on the network says how it went', async () => {
  const went = async (look) => {
    const first = over({ look });
    const states = [];
    first.addEventListener('change', () => states.push(first.search));
    await first.look();
    return [...states, ...first.found];
  };
  assert.deepEqual(await went(async () => ({ found: [FOUND] })), ['looking', 'found', FOUND]);
  assert.deepEqual(await went(async () => ({ found: [] })), ['looking', 'nothing']);
  const no = async () => Promise.reject(new ApiError(400, 'bad_request', 'No.'));
  assert.deepEqual(await went(no), ['looking', 'failed']);
});

test('two presses are one search', async () => {
  let asked = 0;
  const first = over({
    async look() {
      asked++;
      return { found: [] };
    },
  });
  await Promise.all([first.look(), first.look()]);
  assert.equal(asked, 1);
});
