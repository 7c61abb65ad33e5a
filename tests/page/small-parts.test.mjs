import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Api } from '../../static/lib/api.js';
import { backoff } from '../../static/lib/backoff.js';
import { branch } from '../../static/lib/branch.js';
import { Connection } from '../../static/lib/connection.js';
import { ApiError, ConnectionError } from '../../static/lib/errors.js';
import { GrowingText } from '../../static/lib/growing-text.js';
import { goingOn } from '../../static/lib/going-on.js';
import { choose, lastModel, offered, shortName, size } from '../../static/lib/models.js';
import { OllamaWatch } from '../../static/lib/ollama-watch.js';
import { oneAtATime } from '../../static/lib/one-at-a-time.js';
import { requestId } from '../../static/lib/request-id.js';

test('waiting grows to a limit, and is never the same for everyone', () => {
  const delays = [0, 1, 2, 3, 20].map((attempt) => backoff(attempt, () => 1));
  assert.deepEqual(delays, [400, 800, 1600, 3200, 10_000]);
  assert.equal(backoff(3, () => 0), 1600);
});

test('a call is made again until Hearth answers, and a wake-up ends the waiting', async () => {
  const connection = new Connection({ delay: () => 60_000 });
  let calls = 0;
  const answer = connection.retry(async () => {
    if (++calls < 3) throw new ConnectionError();
    return 'answer';
  });
  while (calls < 3) {
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(connection.away, calls < 3);
    connection.wake();
  }
  assert.equal(await answer, 'answer');
  assert.equal(connection.away, false);
});

test('a no is an answer', async () => {
  const no = new ApiError(400, 'bad_request', 'No');
  await assert.rejects(new Connection().retry(() => Promise.reject(no)), no);
});

test('a call tells a no from no answer', async () => {
  const api = (answer) => new Api(async () => answer());
  const json = (body, status) => new Response(JSON.stringify(body), { status });
  const error = { error: { code: 'not_found', message: 'There is none.' } };
  const status = { version: '1', ollama: {} };
  assert.deepEqual(await api(() => json(status, 200)).status(), status);
  for (const garbage of [{ version: '1' }, [], null, 'hello']) {
    await assert.rejects(api(() => json(garbage, 200)).status(), { code: 'unreadable' });
  }
  await assert.rejects(api(() => json(error, 404)).conversation('x'), { code: 'not_found', message: 'There is none.' });
  await assert.rejects(api(() => new Response('<html>', { status: 500 })).status(), ApiError);
  await assert.rejects(api(() => new Response('<html>', { status: 200 })).status(), ApiError);
  await assert.rejects(api(() => new Response('Bad gateway', { status: 502 })).status(), ConnectionError);
  await assert.rejects(api(() => json(error, 503)).status(), ConnectionError);
  await assert.rejects(api(() => Promise.reject(new TypeError())).status(), ConnectionError);
});

test('request ids differ, also where randomUUID is missing', () => {
  const plain = { getRandomValues: (bytes) => globalThis.crypto.getRandomValues(bytes) };
  for (const crypto of [globalThis.crypto, plain]) {
    const ids = Array.from({ length: 100 }, () => requestId(crypto));
    assert.equal(new Set(ids).size, 100);
    assert.ok(ids.every((id) => id.length >= 32));
  }
});

test('a growing text gives what came since a mark', () => {
  const text = new GrowingText('Hello');
  const { mark } = text;
  text.append(',');
  text.append('');
  text.append(' world');
  assert.equal(text.since(mark), ', world');
  assert.equal(String(text), 'Hello, world');
  assert.equal(new GrowingText('').empty, true);
});

test('a growing text that is rewound takes only what is new', () => {
  const text = new GrowingText('Hel');
  const { mark } = text;
  text.rewind();
  assert.deepEqual(['H', 'el', '', 'lo', ' Hel'].map((piece) => text.append(piece)), [false, false, false, true, true]);
  assert.deepEqual([String(text), text.since(mark)], ['Hello Hel', 'lo Hel']);
  text.rewind();
  text.append('Hello Hello');
  assert.equal(String(text), 'Hello Hello');
});

test('one at a time, and once more for all who came meanwhile', async () => {
  const ends = [];
  let begun = 0;
  const run = oneAtATime(() => new Promise((resolve, reject) => ends.push({ resolve, reject }) && begun++));
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const first = run();
  await turn();
  const second = run();
  assert.equal(run(), second);
  await turn();
  assert.equal(begun, 1);
  ends[0].reject(new Error('no'));
  await assert.rejects(first);
  await turn();
  assert.equal(begun, 2);
  ends[1].resolve('yes');
  assert.equal(await second, 'yes');
});

test('a reply that goes on already is no refusal', async () => {
  const old = { id: 'a', conversation: 'c', generation: 'g1' };
  let message = { ...old, generation: 'g2' };
  const refused = new ApiError(400, 'bad_request', 'No');
  const api = { goOn: () => Promise.reject(refused), conversation: async () => ({ messages: [{ id: 'q' }, message] }) };
  assert.equal(await goingOn(api, old), message);
  message = old;
  await assert.rejects(goingOn(api, old), refused);
  api.goOn = async () => ({ reply: message });
  assert.equal(await goingOn(api, old), message);
});

test('when Hearth is found again, whoever waits for it tries at once', async () => {
  const connection = new Connection({ delay: () => 60_000 });
  connection.lost();
  const pause = connection.pause(0);
  connection.found();
  await pause;
});

test('the branch down to the leaf is what is read', () => {
  const message = (id, parent, role) => ({ id, parent, role });
  const tree = [
    message('q1', null, 'user'),
    message('a1', 'q1', 'assistant'),
    message('a2', 'q1', 'assistant'),
    message('q2', 'a2', 'user'),
    message('t', 'q2', 'tool'),
    message('a3', 't', 'assistant'),
  ];
  const ids = (leaf) => branch(tree, leaf).map(({ id }) => id);
  assert.deepEqual(ids('a3'), ['q1', 'a2', 'q2', 'a3']);
  assert.deepEqual(ids('a1'), ['q1', 'a1']);
  assert.deepEqual(branch([], null), []);
});

test('models that only embed are not offered', () => {
  const models = [
    { name: 'a', capabilities: ['completion'] },
    { name: 'b', capabilities: ['embedding'] },
    { name: 'c', capabilities: [] },
    { name: 'd' },
  ];
  assert.deepEqual(offered(models).map(({ name }) => name), ['a', 'c', 'd']);
});

test('the model asked is one that there is', () => {
  const models = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
  assert.equal(choose(models, [null, 'gone', 'c'], 'b'), 'c');
  assert.equal(choose(models, [null], 'b'), 'b');
  assert.equal(choose(models, [], 'gone'), 'a');
  assert.equal(choose([], [null, 'a'], 'b'), 'a');
  assert.equal(choose([], [null], 'b'), 'b');
  assert.equal(choose([], [null], null), null);
  assert.equal(lastModel({ model: 'x' }, [{ role: 'assistant', model: 'y' }, { role: 'user' }]), 'y');
  assert.equal(lastModel({ model: 'x' }, []), 'x');
});

test('names and sizes for people', () => {
  assert.equal(shortName('llama3.2:latest'), 'llama3.2');
  assert.equal(shortName('llama3.2:1b'), 'llama3.2:1b');
  assert.equal(size(2_019_393_189, 'en'), '2 GB');
  assert.equal(size(98_362_760, 'en'), '98 MB');
});

test('a missing Ollama, and then a missing model, are noticed and got over without anyone’s help', async () => {
  const ollama = { url: 'http://127.0.0.1:11434', reachable: false };
  const answer = { default: null, models: [] };
  const api = { status: async () => ({ ollama: { ...ollama } }), models: async () => structuredClone(answer) };
  const watch = new OllamaWatch({ api, connection: new Connection(), interval: 1 });
  const becomes = (problem) =>
    new Promise((resolve) => watch.addEventListener('change', () => watch.problem === problem && resolve()));
  const unreachable = becomes('ollama_unreachable');
  watch.check();
  await unreachable;
  ollama.reachable = true;
  await becomes('no_models');
  Object.assign(answer, { default: 'a', models: [{ name: 'a', capabilities: ['completion'] }] });
  await becomes(null);
  assert.equal(watch.models[0].name, 'a');
});

test('who is there is told before Ollama has told its models, and until then nobody claims that there are none', async () => {
  let tell;
  const api = {
    status: async () => ({ user: null, auth: 'none', ollama: { reachable: true } }),
    models: () => new Promise((resolve) => (tell = resolve)),
  };
  const watch = new OllamaWatch({ api, connection: new Connection() });
  const status = new Promise((resolve) => watch.addEventListener('status', resolve));
  const looking = watch.check();
  await status;
  assert.deepEqual([watch.status.auth, watch.known], ['none', false]);
  await new Promise((resolve) => setImmediate(resolve));
  tell({ models: [{ name: 'a' }], default: 'a' });
  await looking;
  assert.deepEqual([watch.known, watch.problem], [true, null]);
});
