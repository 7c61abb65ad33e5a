import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from '../../static/lib/connection.js';
import { ApiError, ConnectionError } from '../../static/lib/errors.js';
import { size } from '../../static/lib/models.js';
import { fraction, Pulls, remaining } from '../../static/lib/pulls.js';

const at = (seconds) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();

function pull(fields = {}) {
  return {
    id: 'a', model: 'llama3.2:latest', server: 'http://here', state: 'running', phase: 'layers', completed: 0, total: 0,
    rate: null, left: null, error: null, created_at: at(0), updated_at: at(0), ...fields,
  };
}

const over = (api) => new Pulls({ api, connection: new Connection({ delay: () => 0 }) });

test('how much of a model is there', () => {
  assert.equal(fraction(pull({ completed: 50, total: 200 })), 0.25);
  assert.equal(fraction(pull()), null);
  assert.equal(fraction(pull({ state: 'done' })), 1);
  assert.equal(fraction(pull({ completed: 300, total: 200 })), 1);
  assert.equal(fraction(pull({ completed: -5, total: 200 })), 0);
});

test('the time left is told as one would say it', () => {
  assert.deepEqual(remaining(0.2), { unit: 'seconds', seconds: 1 });
  assert.deepEqual(remaining(41), { unit: 'seconds', seconds: 45 });
  assert.deepEqual(remaining(61), { unit: 'minutes', minutes: 2 });
  assert.deepEqual(remaining(2 * 3600 + 300), { unit: 'hours', hours: 2, minutes: 5 });
  for (const unknown of [null, NaN, Infinity, -1]) assert.equal(remaining(unknown), null);
});

test('sizes from slow lines to large models', () => {
  assert.deepEqual([300_000, 34_000_000, 2_019_393_189, 19e9].map((bytes) => size(bytes, 'en')), [
    '300 kB', '34 MB', '2 GB', '19 GB',
  ]);
});

test('who comes to the page sees what is being fetched', async () => {
  const pulls = over({ pulls: async () => ({ pulls: [pull()] }) });
  await pulls.read();
  assert.equal(pulls.of('LLAMA3.2').id, 'a');
  assert.equal(pulls.running.length, 1);
});

test('who may not look has none, and the page goes on', async () => {
  const pulls = over({ pulls: async () => Promise.reject(new ApiError(403, 'forbidden', 'No.')) });
  await pulls.read();
  assert.deepEqual(pulls.all, []);
});

test('one that comes to its end is told once; one that had ended before is not', () => {
  const pulls = over({});
  const fetched = [];
  pulls.addEventListener('fetched', ({ detail }) => fetched.push(detail.pull.id));
  pulls.hear({ pulls: [pull(), pull({ id: 'old', state: 'done' })] });
  pulls.hear({ pulls: [pull({ state: 'done' })] });
  pulls.hear({ pulls: [pull({ state: 'done' })] });
  assert.deepEqual(fetched, ['a']);
});

test('the latest try is the one that counts', () => {
  const pulls = over({});
  pulls.hear({ pulls: [pull({ id: 'b', updated_at: at(9) }), pull({ state: 'failed', updated_at: at(5) })] });
  assert.equal(pulls.of('llama3.2').id, 'b');
  assert.equal(pulls.of('other'), null);
});

test('a model is asked for once more where the answer got lost', async () => {
  let tries = 0;
  const api = {
    async pull(fields) {
      if (tries++ === 0) throw new ConnectionError();
      return { pulls: [pull({ model: fields.model })] };
    },
  };
  const pulls = over(api);
  assert.equal((await pulls.begin('qwen3:4b')).model, 'qwen3:4b');
  assert.equal(tries, 2);
});

test('an answer that comes behind newer news changes nothing', async () => {
  const pulls = over({ cancelPull: async () => pull({ state: 'running', updated_at: at(1) }) });
  pulls.hear({ pulls: [pull({ state: 'cancelled', updated_at: at(2) })] });
  await pulls.cancel('a');
  assert.equal(pulls.all[0].state, 'cancelled');
});

test('a list that was read before a pull began does not take it away', async () => {
  const there = [];
  let go;
  const slow = new Promise((resolve) => (go = resolve));
  const pulls = over({
    pulls: async () => {
      const answer = { pulls: [...there] };
      await slow;
      return answer;
    },
    pull: async () => {
      there.push(pull());
      return { pulls: [pull()] };
    },
  });
  const reading = pulls.read();
  await new Promise((resolve) => setTimeout(resolve));
  await pulls.begin('llama3.2');
  go();
  await reading;
  assert.equal(pulls.running.length, 1);
});

test('a list that was read before a frame told that a pull is done does not let it run again', async () => {
  let go;
  const slow = new Promise((resolve) => (go = resolve));
  const pulls = over({ pulls: () => slow });
  const told = [];
  for (const type of ['fetched', 'over']) pulls.addEventListener(type, () => told.push(type));
  pulls.hear({ pulls: [pull()] });
  const reading = pulls.read();
  await new Promise((resolve) => setTimeout(resolve));
  pulls.hear({ pulls: [pull({ state: 'done' })] });
  go({ pulls: [pull()] });
  await reading;
  assert.equal(pulls.running.length, 0);
  assert.deepEqual(told, ['fetched', 'over']);
});

test('one that is dismissed elsewhere is gone here too', async () => {
  const pulls = over({ dismissPull: async () => Promise.reject(new ApiError(404, 'not_found', 'None.')) });
  pulls.hear({ pulls: [pull({ state: 'failed' })] });
  await pulls.dismiss('a');
  assert.deepEqual(pulls.all, []);
});
