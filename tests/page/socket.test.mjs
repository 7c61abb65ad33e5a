import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineCut } from '../../static/lib/errors.js';
import { SocketTransport } from '../../static/lib/transports/socket.js';

// A WebSocket without a network. Opens by itself, unless told not to.
class FakeSocket {
  readyState = 0;
  said = [];

  constructor(opens = true) {
    if (opens) queueMicrotask(() => this.open());
  }

  open() {
    this.readyState = 1;
    this.onopen?.();
  }

  send(text) {
    this.said.push(JSON.parse(text));
  }

  tell(...frames) {
    for (const frame of frames) this.onmessage?.({ data: JSON.stringify(frame) });
  }

  break() {
    this.readyState = 3;
    this.onclose?.();
  }

  close() {
    this.readyState = 3;
  }
}

function sockets({ opens = true, ...patience } = {}) {
  const made = [];
  const transport = new SocketTransport({
    create(protocol) {
      assert.equal(protocol, 'hearth.v1');
      made.push(new FakeSocket(opens));
      return made.at(-1);
    },
    ...patience,
  });
  return { made, transport };
}

const frame = (generation, id, type = 'content') => ({ generation, id, type, text: `${id}` });
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('it follows from a number, and gives the events of that generation only', async () => {
  const { made, transport } = sockets();
  const reading = transport.read('g', 7);
  const first = reading.next();
  await turn();
  assert.deepEqual(made[0].said, [{ type: 'follow', generation: 'g', after: 7 }]);
  made[0].tell(frame('other', 1), frame('g', 8), frame('g', 9));
  assert.equal((await first).value.id, 8);
  assert.equal((await reading.next()).value.id, 9);
  const other = transport.read('h', 0);
  const next = other.next();
  await turn();
  await reading.return();
  assert.deepEqual(made[0].said.at(-1), { type: 'unfollow', generation: 'g' });
  made[0].tell(frame('h', 1));
  assert.equal((await next).value.id, 1);
  assert.equal(made[0].readyState, 1);
  await other.return();
  assert.equal(made[0].readyState, 3, 'nobody needs it any more');
});

test('what changes in conversations comes over the same socket, and is nothing to who follows', async () => {
  const { made, transport } = sockets();
  const leaving = new AbortController();
  let opened = 0;
  const changes = transport.changes({ signal: leaving.signal, opened: () => opened++ });
  const reading = transport.read('g', 0);
  const both = [changes.next(), reading.next()];
  await turn();
  const change = { type: 'conversation', id: 'c', deleted: false, conversation: { id: 'c' } };
  made[0].tell(change, frame('g', 1));
  assert.deepEqual((await both[0]).value, change);
  assert.equal((await both[1]).value.id, 1);
  assert.deepEqual([made.length, opened], [1, 1]);
  const last = changes.next();
  leaving.abort();
  await assert.rejects(last, { name: 'AbortError' });
  assert.equal(made[0].readyState, 1, 'it is still read over');
  await reading.return();
  assert.equal(made[0].readyState, 3);
});

test('who leaves before the socket is open leaves no socket behind', async () => {
  const { made, transport } = sockets({ opens: false });
  const leaving = new AbortController();
  const next = transport.changes({ signal: leaving.signal, opened: () => assert.fail('left') }).next();
  leaving.abort();
  made[0].open();
  await assert.rejects(next, { name: 'AbortError' });
  assert.equal(made[0].readyState, 3);
});

test('two generations share one socket', async () => {
  const { made, transport } = sockets();
  const [a, b] = [transport.read('a', 0), transport.read('b', 0)];
  const both = [a.next(), b.next()];
  await turn();
  made[0].tell(frame('b', 1), frame('a', 2));
  assert.deepEqual((await Promise.all(both)).map(({ value }) => value.id), [2, 1]);
  assert.equal(made.length, 1);
  await Promise.all([a.return(), b.return()]);
});

test('`end`, and the error of an unknown generation, end the reading', async () => {
  for (const last of [{ type: 'end' }, { type: 'error', code: 'not_found', message: 'unknown' }]) {
    const { made, transport } = sockets();
    const next = transport.read('g', 3).next();
    await turn();
    made[0].tell({ generation: 'g', ...last });
    assert.deepEqual(await next, { done: true, value: undefined });
  }
});

test('a socket that breaks tells whether it had said anything', async () => {
  for (const heard of [false, true]) {
    const { made, transport } = sockets();
    const reading = transport.read('g', 0);
    const first = reading.next();
    await turn();
    if (heard) {
      made[0].tell(frame('g', 1));
      await first;
    }
    made[0].break();
    await assert.rejects(heard ? reading.next() : first, (error) => error instanceof LineCut && error.heard === heard);
  }
});

test('what came before the break is given first', async () => {
  const { made, transport } = sockets();
  const reading = transport.read('g', 0);
  const first = reading.next();
  await turn();
  made[0].tell(frame('g', 1), frame('g', 2));
  made[0].break();
  assert.equal((await first).value.id, 1);
  assert.equal((await reading.next()).value.id, 2);
  await assert.rejects(reading.next(), LineCut);
});

test('a socket that never opens is given up', async () => {
  const { transport } = sockets({ opens: false, opening: 5 });
  await assert.rejects(transport.read('g', 0).next(), (error) => error instanceof LineCut && !error.heard);
});

test('after a break the next reading opens a new socket', async () => {
  const { made, transport } = sockets();
  const first = transport.read('g', 0).next();
  await turn();
  made[0].break();
  await assert.rejects(first, LineCut);
  const second = transport.read('g', 0).next();
  await turn();
  assert.equal(made.length, 2);
  made[1].break();
  await assert.rejects(second, LineCut);
});

test('silence, and a change of network, break a line that looks alive', async () => {
  const silent = sockets({ silence: 5 });
  await assert.rejects(silent.transport.read('g', 0).next(), (error) => error.ours);
  const { transport } = sockets();
  const next = transport.read('g', 0).next();
  await turn();
  transport.renew();
  await assert.rejects(next, (error) => error.ours);
});

test('a frame that is no JSON breaks the line', async () => {
  const { made, transport } = sockets();
  const next = transport.read('g', 0).next();
  await turn();
  made[0].onmessage({ data: '<html>' });
  await assert.rejects(next, LineCut);
});

test('who follows again at once is given nothing that was on its way to the earlier following', async () => {
  let time = 0;
  const { made, transport } = sockets({ now: () => time });
  const hearNews = () => transport.changes({ opened() {} }).next().catch(() => {});
  const again = async () => {
    const reading = transport.read('g', 0);
    const first = reading.next();
    await turn();
    made.at(-1).tell(frame('g', 1));
    assert.equal((await first).value.id, 1);
    await reading.return();
  };
  hearNews();
  await again();
  time = 1_000;
  await again();
  assert.equal(made.length, 2);
  hearNews();
  await again();
  time = 4_000;
  await again();
  assert.equal(made.length, 3);
});
