import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from '../../static/lib/connection.js';
import { ApiError, LineCut } from '../../static/lib/errors.js';
import { follow } from '../../static/lib/follow.js';
import { TransportChoice } from '../../static/lib/transports/choice.js';

const log = [1, 2, 3, 4, 5].map((id) => ({ id, type: 'content', text: `${id} ` }));
log.push({ id: 6, type: 'done', reason: 'stop' });

// A transport that plays a script: each reading takes the next of its steps, a function (after) → events or errors.
class Scripted {
  readings = [];

  constructor(...steps) {
    this.steps = steps;
  }

  async *read(generation, after, { opened }) {
    const step = this.steps[this.readings.length] ?? this.steps.at(-1);
    this.readings.push(after);
    for (const item of step(after)) {
      if (item instanceof Error) throw item;
      opened();
      yield item;
    }
  }
}

const whole = (after) => log.filter(({ id }) => id > after);
const until = (last, cut) => (after) => [...whole(after).filter(({ id }) => id <= last), cut];
const closed = () => [new LineCut()];
const nothing = () => [];

async function read(socket, eventStream, { forced, after = 0, signal } = {}) {
  const connection = new Connection({ delay: () => 1 });
  const states = [];
  connection.addEventListener('change', () => states.push(connection.away));
  const transports = new TransportChoice({ socket, eventStream, forced });
  const events = [];
  for await (const event of follow('g', after, { transports, connection, signal })) events.push(event);
  return { events, states, transports };
}

test('a reply that comes in one go', async () => {
  const { events, states } = await read(new Scripted(whole), new Scripted());
  assert.deepEqual(events, log);
  assert.deepEqual(states, []);
});

test('a line that breaks goes on behind the last number, and the page was away for that time', async () => {
  const socket = new Scripted(until(3, new LineCut({ heard: true })), whole);
  const { events, states } = await read(socket, new Scripted());
  assert.deepEqual(events, log);
  assert.deepEqual(socket.readings, [0, 3]);
  assert.deepEqual(states, [true, false]);
});

test('events that come again are not told again', async () => {
  const socket = new Scripted(until(3, new LineCut({ heard: true })), () => log);
  assert.deepEqual((await read(socket, new Scripted())).events, log);
});

test('a socket that can not be opened is left for the event stream, at once and for good', async () => {
  const socket = new Scripted(closed);
  const eventStream = new Scripted(whole);
  const { events, states, transports } = await read(socket, eventStream);
  assert.deepEqual(events, log);
  assert.deepEqual(states, []);
  assert.equal(transports.current, eventStream);
});

test('a socket that is cut again and again is left for the event stream, by number', async () => {
  const cut = new LineCut({ heard: true });
  const socket = new Scripted(until(1, cut), until(2, cut), until(3, cut));
  const eventStream = new Scripted(whole);
  assert.deepEqual((await read(socket, eventStream)).events, log);
  assert.deepEqual(socket.readings, [0, 1, 2]);
  assert.deepEqual(eventStream.readings, [3]);
});

test('when nothing can be opened it is Hearth that is away, and the socket is tried again', async () => {
  const socket = new Scripted(closed, closed, whole);
  const eventStream = new Scripted(closed);
  const { events, states, transports } = await read(socket, eventStream);
  assert.deepEqual(events, log);
  assert.deepEqual(states, [true, false]);
  assert.equal(transports.current, socket);
});

test('a line that the page cut itself is opened again at once, on the same transport', async () => {
  const socket = new Scripted(until(2, new LineCut({ ours: true })), whole);
  const { events, states } = await read(socket, new Scripted());
  assert.deepEqual(events, log);
  assert.deepEqual(states, []);
});

test('a forced transport stays, whatever happens', async () => {
  const eventStream = new Scripted(closed, closed, closed, whole);
  const socket = new Scripted();
  assert.deepEqual((await read(socket, eventStream, { forced: 'sse' })).events, log);
  assert.deepEqual(socket.readings, []);
});

test('it ends quietly when the server has nothing left to tell', async () => {
  assert.deepEqual((await read(new Scripted(nothing), new Scripted(), { after: 6 })).events, []);
});

test('a refusal is no broken line', async () => {
  const refused = new Scripted(() => [new ApiError(401, 'refused', 'Sign in')]);
  await assert.rejects(read(refused, new Scripted()), ApiError);
});

test('leaving ends it, also while it waits to reconnect', async () => {
  const leaving = new AbortController();
  const connection = new Connection({ delay: () => 60_000 });
  connection.addEventListener('change', () => leaving.abort());
  const transports = new TransportChoice({ socket: new Scripted(closed), eventStream: new Scripted(closed) });
  const { signal } = leaving;
  for await (const event of follow('g', 0, { transports, connection, signal })) assert.fail(event);
});

test('after a while the socket gets another chance', () => {
  let now = 0;
  const [socket, eventStream] = [{}, {}];
  const transports = new TransportChoice({ socket, eventStream, now: () => now });
  assert.equal(transports.cut(socket, { heard: false }), true);
  assert.equal(transports.current, eventStream);
  now = 600_000;
  assert.equal(transports.current, socket);
});
