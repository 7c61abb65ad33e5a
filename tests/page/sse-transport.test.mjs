import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, LineCut } from '../../static/lib/errors.js';
import { EventStreamTransport } from '../../static/lib/transports/event-stream.js';

const stream = (body, type = 'text/event-stream') => new Response(body, { headers: { 'Content-Type': type } });

function answering(answer) {
  const asked = [];
  const fetch = async (path, { signal }) => {
    asked.push(path);
    return typeof answer === 'function' ? answer(signal) : answer;
  };
  return { asked, fetch };
}

async function all(reading) {
  const events = [];
  const error = await (async () => {
    for await (const event of reading) events.push(event);
  })().catch((failure) => failure);
  return { events, error };
}

test('it asks for what is behind a number, and numbers the events', async () => {
  const body = 'id: 8\nevent: content\ndata: {"text":"a"}\n\nid: 9\nevent: done\ndata: {"type":"done","reason":"stop"}\n\n';
  const { asked, fetch } = answering(stream(body));
  const { events } = await all(new EventStreamTransport({ fetch }).read('g', 7));
  assert.deepEqual(asked, ['/api/generations/g/events?after=7']);
  assert.deepEqual(events, [
    { id: 8, type: 'content', text: 'a' },
    { id: 9, type: 'done', reason: 'stop' },
  ]);
});

test('204 and 404: nothing is left', async () => {
  for (const status of [204, 404]) {
    const { fetch } = answering(new Response(null, { status }));
    assert.deepEqual(await all(new EventStreamTransport({ fetch }).read('g', 7)), { events: [], error: undefined });
  }
});

test('no answer, a gateway error and a page that is no stream are broken lines, a 403 is a no', async () => {
  const broken = [
    () => Promise.reject(new TypeError('network')),
    new Response('Bad gateway', { status: 502 }),
    stream('<html>', 'text/html'),
  ];
  for (const answer of broken) {
    const { error } = await all(new EventStreamTransport(answering(answer)).read('g', 0));
    assert.ok(error instanceof LineCut && !error.heard);
  }
  const { error } = await all(new EventStreamTransport(answering(new Response('', { status: 403 }))).read('g', 0));
  assert.ok(error instanceof ApiError);
});

test('a stream that ends, or holds nonsense, is a broken line', async () => {
  for (const body of ['id: 1\nevent: content\ndata: {"text":"a"}\n\n', 'id: 1\ndata: {nonsense\n\n']) {
    const { error } = await all(new EventStreamTransport(answering(stream(body))).read('g', 0));
    assert.ok(error instanceof LineCut && error.heard);
  }
});

// A stream that stays open and silent until its request is aborted.
const silent = (signal) =>
  stream(new ReadableStream({ start: (pen) => signal.addEventListener('abort', () => pen.error(signal.reason)) }));

test('silence, and a change of network, break it', async () => {
  const quiet = await all(new EventStreamTransport({ ...answering(silent), silence: 5 }).read('g', 0));
  assert.ok(quiet.error.ours);
  const transport = new EventStreamTransport(answering(silent));
  const reading = all(transport.read('g', 0, { opened: () => setImmediate(() => transport.renew()) }));
  assert.ok((await reading).error.ours);
});

test('leaving aborts the request', async () => {
  const leaving = new AbortController();
  const transport = new EventStreamTransport(answering(silent));
  const { error } = await all(
    transport.read('g', 0, { signal: leaving.signal, opened: () => setImmediate(() => leaving.abort()) }),
  );
  assert.equal(error.name, 'AbortError');
});
