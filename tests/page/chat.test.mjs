import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, ConnectionError } from '../../static/lib/errors.js';
import { FakeHearth, begin, content, done, texts, turn } from './fake-hearth.mjs';


test('the first question makes the conversation, and its reply is followed to its end', async () => {
  const { hearth, chat, fired } = begin();
  const asking = chat.ask('Why?', { model: 'm', request: 'r' });
  assert.deepEqual(texts(chat), ['Why?', '']);
  await asking;
  assert.deepEqual(hearth.calls, [
    ['create', { model: 'm' }],
    ['ask', { content: 'Why?', model: 'm', request_id: 'r' }],
  ]);
  for (const event of [content(1, 'Be'), content(2, 'cause'), done(3)]) hearth.events.get('g1').put(event);
  hearth.events.get('g1').close();
  await turn();
  assert.deepEqual(texts(chat), ['Why?', 'Because']);
  assert.equal(chat.busy, false);
  assert.deepEqual(fired, ['created', 'delivered', 'finished']);
});

test('nothing is asked in a conversation before it is there, least of all in a new one', async () => {
  const hearth = new FakeHearth();
  hearth.messages.push({ id: 'q', parent: null, role: 'user', content: 'Why?' });
  const { chat } = begin(hearth);
  const opening = chat.open('c');
  assert.equal(chat.ready, false);
  await chat.ask('Too early', { model: 'm' });
  await opening;
  assert.deepEqual(hearth.calls.filter(([call]) => call === 'create' || call === 'ask'), []);
  assert.equal(chat.ready, true);
});

test('a question keeps its place on the page from sending to reply', async () => {
  const { chat } = begin();
  const asking = chat.ask('Why?', { model: 'm' });
  const keys = chat.messages.map(({ key }) => key);
  await asking;
  assert.deepEqual(chat.messages.map(({ key }) => key), keys);
});

test('a lost answer is asked for again with the same request id', async () => {
  const { hearth, chat, fired } = begin();
  hearth.failures = [null, new ConnectionError(), new ConnectionError()];
  await chat.ask('Why?', { model: 'm', request: 'r' });
  const asked = hearth.calls.filter(([call]) => call === 'ask');
  assert.deepEqual(asked.map(([, { request_id: request }]) => request), ['r', 'r', 'r']);
  assert.deepEqual(fired, ['created', 'delivered']);
});

test('a lost answer that is told when the reply has ended already shows it once', async () => {
  const { hearth, chat } = begin();
  const ask = hearth.ask;
  hearth.ask = async (...args) => {
    const { message, reply } = await ask(...args);
    hearth.events.get('g1').put(content(1, 'Whole'));
    return { message, reply: { ...reply, state: 'done', content: 'Whole' } };
  };
  await chat.ask('Why?', { model: 'm' });
  await turn();
  assert.deepEqual(texts(chat), ['Why?', 'Whole']);
});

test('a question that is refused leaves the page, and the reason stays', async () => {
  const { hearth, chat, fired } = begin();
  hearth.failures = [null, new ApiError(413, 'too_large', 'Too long')];
  await chat.ask('Why?', { model: 'm' });
  assert.deepEqual(chat.messages, []);
  assert.equal(chat.problem.code, 'too_large');
  assert.deepEqual(fired, ['created', 'refused']);
  assert.equal(chat.busy, false);
});

test('a page opened in mid-reply goes on from the first event, nothing twice', async () => {
  const hearth = new FakeHearth();
  hearth.messages.push({ id: 'q', parent: null, role: 'user', content: 'Why?' });
  hearth.reply('q', { content: 'Bec', state: 'running' });
  const { chat } = begin(hearth);
  await chat.open('c');
  hearth.events.get('g1').put(content(1, 'Becau'));
  hearth.events.get('g1').put(content(2, 'se'));
  await turn();
  assert.deepEqual(texts(chat), ['Why?', 'Because']);
  assert.equal(chat.running.generation, 'g1');
});

test('coming back shows what was asked elsewhere, and leaves alone what is being written here', async () => {
  const { hearth, chat } = begin();
  await chat.ask('One', { model: 'm' });
  hearth.events.get('g1').put(content(1, 'First'));
  await turn();
  await chat.refresh();
  assert.deepEqual(texts(chat), ['One', 'First']);
  hearth.events.get('g1').put(done(2));
  hearth.events.get('g1').close();
  hearth.messages[1].state = 'done';
  hearth.messages[1].content = 'First';
  hearth.messages.push({ id: 'q2', parent: 'a1', role: 'user', content: 'Two' });
  hearth.reply('q2');
  await turn();
  const [, first] = chat.messages;
  await chat.refresh();
  hearth.events.get('g3').put(content(1, 'Second'));
  await turn();
  assert.deepEqual(texts(chat), ['One', 'First', 'Two', 'Second']);
  assert.equal(chat.messages[1], first);
});

test('a reply whose log is gone is read from its message', async () => {
  const { hearth, chat } = begin();
  await chat.ask('One', { model: 'm' });
  hearth.messages[1].state = 'done';
  hearth.messages[1].content = 'Whole';
  hearth.events.get('g1').close();
  await turn();
  assert.deepEqual(texts(chat), ['One', 'Whole']);
  assert.equal(chat.busy, false);
});

test('stop while the question is on its way stops the reply when it has arrived', async () => {
  const { hearth, chat } = begin();
  const asking = chat.ask('One', { model: 'm' });
  chat.stop();
  await asking;
  assert.deepEqual(hearth.calls.at(-1), ['stop', 'g1']);
});

test('stop with nobody to answer gives the question back', async () => {
  const { hearth, chat, fired, connection } = begin();
  hearth.failures = Array.from({ length: 1000 }, () => new ConnectionError());
  const asking = chat.ask('One', { model: 'm' });
  connection.addEventListener('change', () => chat.stop());
  await asking;
  assert.deepEqual(fired, ['refused']);
  assert.deepEqual(chat.messages, []);
});

// A reply that was stopped behind "One, ". before: is handed the Hearth in which that happens.
async function stopped(before = () => {}) {
  const all = begin();
  before(all.hearth);
  const { hearth, chat } = all;
  await chat.ask('Count', { model: 'm' });
  Object.assign(hearth.messages[1], { state: 'stopped', content: 'One, ' });
  for (const event of [content(1, 'One, '), done(2, 'stopped')]) hearth.events.get('g1').put(event);
  hearth.events.get('g1').close();
  await turn();
  return all;
}

test('a reply that was stopped goes on in its place', async () => {
  const { hearth, chat } = await stopped();
  const [, { content: text, key }] = chat.messages;
  const going = chat.goOn(chat.messages[1]);
  assert.deepEqual([chat.busy, ...texts(chat)], [true, 'Count', 'One, ']);
  await going;
  assert.deepEqual(texts(chat), ['Count', 'One, ']);
  for (const event of [content(2, 'two'), done(3)]) hearth.events.get('g1+').put(event);
  hearth.events.get('g1+').close();
  Object.assign(hearth.messages[1], { state: 'done', content: 'One, two', seams: [5] });
  await turn();
  const [, reply] = chat.messages;
  assert.deepEqual([...texts(chat), reply.state, reply.seams], ['Count', 'One, two', 'done', [5]]);
  assert.deepEqual([reply.content, reply.key], [text, key]);
  assert.equal(hearth.calls.filter(([call]) => call === 'go on').length, 1);
});

test('a reply that goes on in another tab goes on here', async () => {
  const { hearth, chat } = await stopped();
  const [, { content: text }] = chat.messages;
  hearth.again('a1');
  await chat.hear({ id: 'another', deleted: false });
  assert.equal(chat.busy, false);
  await chat.hear({ id: 'c', deleted: false });
  hearth.events.get('g1+').put(content(2, 'two'));
  await turn();
  assert.deepEqual(texts(chat), ['Count', 'One, two']);
  assert.equal(chat.messages[1].content, text);
});

// What Hearth answers to `message` is that of now, and comes when it is let go.
function late(hearth) {
  const read = hearth.message;
  let go;
  const released = new Promise((resolve) => (go = resolve));
  hearth.message = async (id) => {
    const message = await read(id);
    await released;
    return message;
  };
  return go;
}

test('what is told late of a reply that was stopped does not touch it once it goes on', async () => {
  let go;
  const { hearth, chat } = await stopped((one) => (go = late(one)));
  await chat.goOn(chat.messages[1]);
  hearth.events.get('g1+').put(content(2, 'two'));
  await turn();
  go();
  await turn();
  hearth.events.get('g1+').put(content(3, ' three'));
  await turn();
  assert.deepEqual([chat.messages[1].generation, ...texts(chat)], ['g1+', 'Count', 'One, two three']);
});

test('what is told late of a reply that was stopped does not take back that it is about to go on', async () => {
  let go;
  const { hearth, chat } = await stopped((one) => (go = late(one)));
  const on = hearth.goOn;
  hearth.goOn = async (id) => {
    go();
    await turn();
    assert.equal(chat.messages[1].phase, 'sending');
    return on(id);
  };
  await chat.goOn(chat.messages[1]);
  assert.deepEqual([chat.messages[1].generation, chat.busy, ...texts(chat)], ['g1+', true, 'Count', 'One, ']);
});

test('a refusal to go on leaves the reply as it was', async () => {
  const { hearth, chat, fired } = await stopped();
  hearth.failures = [new ApiError(400, 'bad_request', 'No')];
  const [, reply] = chat.messages;
  await chat.goOn(reply);
  assert.equal(chat.messages[1], reply);
  assert.equal(fired.at(-1), 'refused');
});

test('a message that was read before its reply ended does not bring it back to life', async () => {
  const { hearth, chat } = await stopped();
  Object.assign(hearth.messages[1], { state: 'running', content: 'On' });
  await chat.refresh();
  assert.deepEqual([chat.busy, ...texts(chat)], [false, 'Count', 'One, ']);
});

test('a conversation that is deleted elsewhere is missing', async () => {
  const { hearth, chat } = await stopped();
  hearth.failures = [new ApiError(404, 'not_found', 'There is no such conversation')];
  await chat.hear({ id: 'c', deleted: true });
  assert.deepEqual([chat.phase, chat.messages], ['missing', []]);
});

test('trying again shows a new reply in the place of the old one', async () => {
  const { hearth, chat } = begin();
  await chat.ask('One', { model: 'm' });
  hearth.events.get('g1').put({ id: 1, type: 'error', code: 'model_failed', message: 'no', retryable: true });
  hearth.events.get('g1').close();
  await turn();
  await chat.tryAgain(chat.messages[1], { model: 'm' });
  hearth.events.get('g2').put(content(1, 'Better'));
  await turn();
  assert.deepEqual(texts(chat), ['One', 'Better']);
});

test('trying again with a lost answer makes one reply, not two', async () => {
  const { hearth, chat } = begin();
  await chat.ask('One', { model: 'm' });
  hearth.events.get('g1').put(done(1, 'stopped'));
  hearth.events.get('g1').close();
  await turn();
  const made = hearth.replyAgain;
  hearth.replyAgain = async (...args) => {
    await made(...args);
    throw new ConnectionError();
  };
  await chat.tryAgain(chat.messages[1], { model: 'm' });
  assert.equal(hearth.calls.filter(([call]) => call === 'again').length, 1);
  assert.equal(chat.running.generation, 'g2');
});

test('a conversation that is not there', async () => {
  const { chat } = begin();
  await chat.open('nowhere');
  assert.equal(chat.phase, 'missing');
  await chat.open(null);
  assert.equal(chat.phase, 'new');
});
