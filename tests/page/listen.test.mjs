import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from '../../static/lib/connection.js';
import { LineCut } from '../../static/lib/errors.js';
import { listen } from '../../static/lib/listen.js';
import { TransportChoice } from '../../static/lib/transports/choice.js';

const eventStream = {};

// A socket transport that plays a script: a line for each time it is opened, of changes and of how it ends.
class Scripted {
  opened = 0;

  constructor(...lines) {
    this.lines = lines;
  }

  async *changes({ opened }) {
    const line = this.lines[this.opened++];
    if (!line) return;
    for (const item of line) {
      if (item instanceof LineCut && !item.heard) throw item;
      if (item === 'open') opened();
      else if (item instanceof LineCut) throw item;
      else yield item;
    }
  }
}

// Listens until the script is over, or the socket is given up.
async function hearing(socket) {
  const leaving = new AbortController();
  const waited = [];
  const connection = new Connection({
    delay(attempt) {
      if (socket.opened > socket.lines.length || waited.length > 20) leaving.abort();
      waited.push(attempt);
      return 1;
    },
  });
  const transports = new TransportChoice({ socket, eventStream, now: () => 0 });
  const told = [];
  await listen({
    transports,
    connection,
    hear: (change) => told.push(change),
    opened() {
      told.push('opened');
      if (transports.current === eventStream) leaving.abort();
    },
    reached: async () => told.push('reached'),
    signal: leaving.signal,
    now: () => 0,
  });
  return { told, waited, transports };
}

const cut = new LineCut({ heard: true });
const closed = new LineCut();

test('it hears what changes, and after a break goes on once Hearth answers', async () => {
  const { told } = await hearing(new Scripted(['open', 1, 2, cut], ['open', 3, cut]));
  assert.deepEqual(told, ['opened', 1, 2, 'reached', 'opened', 3, 'reached']);
});

test('lines that break at once are opened ever more slowly; one that the page cut itself, at once', async () => {
  const { waited } = await hearing(new Scripted(['open', cut], ['open', cut], ['open', cut]));
  assert.deepEqual(waited.slice(0, 3), [0, 1, 2]);
  const ours = await hearing(new Scripted(['open', new LineCut({ heard: true, ours: true })], ['open', cut]));
  assert.deepEqual(ours.waited.slice(0, 2), [0, 1]);
  assert.deepEqual(ours.told, ['opened', 'reached', 'opened', 'reached']);
});

test('sockets that can not be opened although Hearth answers are left alone', async () => {
  const socket = new Scripted([closed], [closed], [closed]);
  const { transports } = await hearing(socket);
  assert.equal(socket.opened, 2);
  assert.equal(transports.current, eventStream);
});

test('over the event stream no socket is opened, and what changed is looked for again and again', async () => {
  const leaving = new AbortController();
  const socket = new Scripted(['open', 1]);
  const transports = new TransportChoice({ socket, eventStream, forced: 'sse' });
  let looks = 0;
  const opened = () => ++looks === 3 && leaving.abort();
  await listen({ transports, connection: new Connection(), hear: assert.fail, opened, signal: leaving.signal, look: 1 });
  assert.equal(looks, 3);
  assert.equal(socket.opened, 0);
});

test('who leaves while it waits to look again is not kept', async () => {
  const leaving = new AbortController();
  const transports = new TransportChoice({ socket: null, eventStream, forced: 'sse' });
  const listening = listen({ transports, connection: new Connection(), opened() {}, signal: leaving.signal, look: 1e9 });
  leaving.abort();
  await listening;
});
