import assert from 'node:assert/strict';
import { test } from 'node:test';
import './node18.mjs';
import { Api } from '../../static/lib/api.js';
import { Connection } from '../../static/lib/connection.js';
import { byName, freeing, onDisk, onGPU, placeOf, runningAt } from '../../static/lib/installed.js';
import { modelName } from '../../static/lib/model-names.js';
import { ModelsApi } from '../../static/lib/models-api.js';
import { OllamaWatch } from '../../static/lib/ollama-watch.js';
import { ordered } from '../../static/lib/pull-order.js';
import { PullPoll } from '../../static/lib/pull-poll.js';
import { overall, Pulls } from '../../static/lib/pulls.js';

const at = (seconds) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();

function pull(fields = {}) {
  return {
    id: 'a', model: 'llama3.2', server: 'http://here', state: 'running', phase: 'layers', completed: 0, total: 0,
    rate: null, left: null, error: null, created_at: at(0), updated_at: at(0), ...fields,
  };
}

function pullsOver(api) {
  return new Pulls({ api, connection: new Connection({ delay: () => 0 }) });
}

test('a name is taken however it was copied', () => {
  const copied = {
    'llama3.2': 'llama3.2',
    '  qwen3:8b\n': 'qwen3:8b',
    'ollama run qwen3:8b': 'qwen3:8b',
    'ollama pull someone/their-model': 'someone/their-model',
    'https://ollama.com/library/gemma3:4b': 'gemma3:4b',
    'ollama.com/someone/model:tag': 'someone/model:tag',
    'https://huggingface.co/unsloth/Qwen3-8B-GGUF?library=ollama': 'hf.co/unsloth/Qwen3-8B-GGUF',
    'hf.co/unsloth/Qwen3-8B-GGUF:Q4_K_M': 'hf.co/unsloth/Qwen3-8B-GGUF:Q4_K_M',
    'registry.home:5000/team/model': 'registry.home:5000/team/model',
    'ｌｌａｍａ３．２': 'llama3.2',
  };
  for (const [text, name] of Object.entries(copied)) assert.equal(modelName(text), name, text);
});

test('what can be no name is told from one', () => {
  const wrong = ['', '   ', '../../etc', 'a b', 'a//b', '/etc/passwd', 'ollama run ', 'x:y:z', '模型', `${'x'.repeat(81)}`];
  for (const text of wrong) assert.equal(modelName(text), null, text);
});

test('models are sorted as people count', () => {
  const sorted = byName([{ name: 'qwen3:14b' }, { name: 'qwen3:8b' }, { name: 'Gemma3' }]);
  assert.deepEqual(sorted.map(({ name }) => name), ['Gemma3', 'qwen3:8b', 'qwen3:14b']);
});

test('a model that lies in two places takes room in both', () => {
  assert.equal(onDisk([{ size: 5, servers: ['http://a', 'http://b'] }, { size: 2 }, {}]), 12);
});

test('how much of a model is on the GPU', () => {
  assert.equal(onGPU({ size: 100, size_vram: 62 }), 0.62);
  assert.equal(onGPU({ size: 100, size_vram: 0 }), 0);
  assert.equal(onGPU({ size: 100, size_vram: 120 }), 1);
  assert.equal(onGPU({ size: 0, size_vram: 0 }), null);
});

test('where something is done with a model: where it is loaded, unless another place was chosen', () => {
  const model = { servers: ['http://a', 'http://b'], running: { server: 'http://b' } };
  assert.equal(placeOf(model), 'http://b');
  assert.equal(placeOf(model, 'http://a'), 'http://a');
  assert.equal(placeOf(model, 'http://gone'), 'http://b');
  assert.equal(placeOf({ servers: ['http://a', 'http://b'], running: null }), 'http://a');
  assert.equal(placeOf({ servers: [], running: null }), null);
  assert.equal(runningAt(model, 'http://a'), null);
  assert.equal(runningAt(model, 'http://b'), model.running);
});

test('what deleting gives back', () => {
  assert.equal(freeing({ frees: 4e9, shared_with: [] }), 'all');
  assert.equal(freeing({ frees: 500, shared_with: ['other'] }), 'nothing');
  assert.equal(freeing({ frees: 1e9, shared_with: ['other'] }), 'part');
});

test('what is fetched now comes first, what waits in its order, what is over last', () => {
  const pulls = [
    pull({ id: 'there', state: 'done', created_at: at(1) }),
    pull({ id: 'second', phase: 'waiting', created_at: at(5) }),
    pull({ id: 'first', phase: 'waiting', created_at: at(4) }),
    pull({ id: 'wrong', state: 'failed', created_at: at(2) }),
    pull({ id: 'now', created_at: at(3) }),
  ];
  assert.deepEqual(ordered(pulls).map(({ id }) => id), ['now', 'wrong', 'first', 'second', 'there']);
});

test('all downloads together are one figure', () => {
  const waiting = pull({ id: 'b', phase: 'waiting' });
  assert.deepEqual(overall([pull({ completed: 30, total: 100 }), pull({ completed: 70, total: 100 }), waiting]), {
    count: 3, part: 0.5,
  });
  assert.deepEqual(overall([waiting]), { count: 1, part: null });
  assert.equal(overall([pull({ state: 'done' })]), null);
});

test('what came of the downloads is told once none runs any more', () => {
  const pulls = pullsOver({});
  const told = [];
  pulls.addEventListener('over', ({ detail }) => told.push(detail.pulls.map(({ id }) => id)));
  pulls.hear({ pulls: [pull(), pull({ id: 'b' })] });
  pulls.hear({ pulls: [pull({ state: 'done' }), pull({ id: 'b' })] });
  assert.deepEqual(told, []);
  pulls.hear({ pulls: [pull({ state: 'done' }), pull({ id: 'b', state: 'failed' })] });
  pulls.hear({ pulls: [pull({ state: 'done' }), pull({ id: 'b', state: 'failed' })] });
  assert.deepEqual(told, [['a', 'b']]);
});

test('to update all models tells how many are looked at', async () => {
  const sent = [];
  const pulls = pullsOver({ pull: async (fields) => sent.push(fields) && { pulls: [pull(), pull({ id: 'b' })] } });
  assert.equal(await pulls.update(), 2);
  assert.deepEqual([sent, pulls.running.length], [[{ all: true }], 2]);
});

// A page without a socket.
function polled(answers, heard = () => false) {
  let asked = 0;
  const read = async () => ({ pulls: answers[Math.min(asked++, answers.length - 1)] });
  const pulls = pullsOver({ pulls: read });
  const over = new Promise((resolve) => pulls.addEventListener('over', resolve));
  new PullPoll({ pulls, heard, interval: 1 });
  return { pulls, over, asked: () => asked };
}

test('without a socket the page looks how far downloads are, until none runs', async () => {
  const { pulls, over, asked } = polled([[pull({ completed: 1, total: 2 })], [pull({ state: 'done' })]]);
  pulls.hear({ pulls: [pull()] });
  await over;
  const before = asked();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual([before, asked()], [2, 2]);
});

test('where a socket tells of them nothing is asked; where it fails, it is again', async () => {
  let heard = true;
  let looks = 0;
  const { pulls, over, asked } = polled([[pull({ state: 'done' })]], () => {
    if (++looks === 3) heard = false;
    return heard;
  });
  pulls.hear({ pulls: [pull()] });
  await over;
  assert.deepEqual([looks, asked()], [3, 1]);
});

test('names of models are written into addresses, and so is where', async () => {
  const asked = [];
  const answer = () => ({ ok: true, status: 200, text: async () => '{"name": "x", "freed": 1, "running": null}' });
  const calls = new ModelsApi(new Api(async (path, { method, body }) => asked.push([method, path, body]) && answer()));
  const name = 'hf.co/somebody/model:Q4';
  const place = '/api/models/hf.co%2Fsomebody%2Fmodel%3AQ4';
  await calls.details(name, 'http://nas:1');
  await calls.delete(name, null);
  await calls.load(name, null, -1);
  await calls.unload(name, 'http://nas:1');
  await calls.copy({ name: 'mine', from: name }, null);
  assert.deepEqual(asked, [
    ['GET', `${place}?server=http%3A%2F%2Fnas%3A1`, undefined],
    ['DELETE', place, undefined],
    ['POST', `${place}/load`, '{"keep_alive":-1}'],
    ['POST', `${place}/unload`, '{"server":"http://nas:1"}'],
    ['POST', '/api/models', `{"name":"mine","from":"${name}"}`],
  ]);
});

test('models that only embed are known, though none is chatted with', async () => {
  const models = [{ name: 'embed', capabilities: ['embedding'] }];
  const api = {
    status: async () => ({ ollama: { reachable: true } }),
    models: async () => ({ models, default: null, servers: [{ url: 'http://here' }] }),
  };
  const watch = new OllamaWatch({ api, connection: new Connection(), interval: 1e6 });
  await watch.check();
  assert.deepEqual([watch.models, watch.all, watch.servers.length, watch.problem], [[], models, 1, 'no_models']);
  // The process would wait for its next look.
  api.status = async () => ({ ollama: { reachable: true } });
  models.push({ name: 'chat' });
  await watch.check();
  assert.equal(watch.problem, null);
});

test('what was changed is looked for anew, though a look is under way', async () => {
  let size = 1;
  let first = true;
  let answered;
  const slow = new Promise((resolve) => (answered = resolve));
  const api = {
    status: async () => ({ ollama: { reachable: true } }),
    models: async () => {
      const seen = { models: [{ name: 'chat', size }], default: null };
      if (first) await slow;
      first = false;
      return seen;
    },
  };
  const watch = new OllamaWatch({ api, connection: new Connection() });
  watch.check();
  await new Promise((resolve) => setTimeout(resolve));
  size = 2;
  const again = watch.checkAnew();
  answered();
  await again;
  assert.equal(watch.all[0].size, 2);
});
