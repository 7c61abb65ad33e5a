import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatSettings, same } from '../../static/lib/chat-settings.js';
import { Connection } from '../../static/lib/connection.js';
import { ApiError, ConnectionError } from '../../static/lib/errors.js';
import { Kept } from '../../static/lib/kept.js';

const NONE = { system: null, options: null, think: null, keep_alive: null };

function storage() {
  const values = new Map();
  return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => values.set(key, value) };
}

// A chat, and a Hearth whose answer to each PATCH the test may decide on.
function house({ conversation = null, kept = storage(), answer = null } = {}) {
  const chat = Object.assign(new EventTarget(), { conversation, phase: conversation ? 'ready' : 'new' });
  chat.changed = (id, fields) => id === chat.conversation?.id && Object.assign(chat.conversation, fields);
  const calls = [];
  const api = {
    async changeConversation(id, fields, extra) {
      calls.push([id, fields, ...(extra ? [extra] : [])]);
      return (await answer?.(calls.length)) || { ...NONE, ...conversation, ...fields };
    },
  };
  const connection = new Connection({ delay: () => 0 });
  const settings = new ChatSettings({ api, connection, chat, kept: new Kept(kept, 'settings'), delay: 1 });
  return { chat, calls, kept, settings };
}

async function until(condition) {
  for (let turn = 0; turn < 500 && !condition(); turn++) await new Promise((resolve) => setTimeout(resolve, 2));
  assert.ok(condition());
}

test('a change holds at once, and is kept a moment later as one call', async () => {
  const { settings, calls, chat } = house({ conversation: { id: 'a', ...NONE } });
  settings.change({ system: 'B' });
  settings.change({ system: 'Be' });
  settings.change({ options: { seed: 1 } });
  assert.equal(settings.current.system, 'Be');
  await until(() => calls.length === 1);
  assert.deepEqual(calls, [['a', { system: 'Be', options: { seed: 1 } }]]);
  await until(() => chat.conversation.system === 'Be');
  assert.deepEqual(settings.current.options, { seed: 1 });
});

test('what is typed while a call is on its way is kept by the next', async () => {
  let arrive;
  const { settings, calls } = house({
    conversation: { id: 'a', ...NONE },
    answer: (call) => call === 1 && new Promise((resolve) => (arrive = () => resolve({ ...NONE, system: 'one' }))),
  });
  settings.change({ system: 'one' }, { soon: true });
  await until(() => arrive);
  settings.change({ system: 'one two' });
  arrive();
  await until(() => calls.length === 2);
  assert.deepEqual(calls[1], ['a', { system: 'one two' }]);
  assert.equal(settings.current.system, 'one two');
});

test('the same object is given for as long as nothing changes', () => {
  const { settings, chat } = house({ conversation: { id: 'a', ...NONE } });
  const { current } = settings;
  assert.equal(settings.current, current);
  chat.conversation = { ...chat.conversation, title: 'x' };
  assert.equal(settings.current, current);
  settings.change({ system: 'x' });
  assert.notEqual(settings.current, current);
});

test('a refusal is told, nothing that was set is lost, and it can be tried again', async () => {
  const no = (call) => call === 1 && Promise.reject(new ApiError(400, 'bad_request', 'No.'));
  const { settings, calls } = house({ conversation: { id: 'a', ...NONE }, answer: no });
  settings.change({ system: 'x' }, { soon: true });
  await until(() => settings.problem);
  assert.equal(settings.problem.message, 'No.');
  assert.equal(settings.current.system, 'x');
  await settings.flush();
  assert.equal(settings.problem, null);
  assert.equal(calls.length, 2);
});

test('while Hearth is away a change waits for it', async () => {
  const away = (call) => call < 3 && Promise.reject(new ConnectionError());
  const { settings, calls, chat } = house({ conversation: { id: 'a', ...NONE }, answer: away });
  settings.change({ think: false }, { soon: true });
  await until(() => chat.conversation.think === false);
  assert.equal(calls.length, 3);
});

test('settings of a chat that the reader has left are still kept, and don’t show in the next', async () => {
  const { settings, calls, chat } = house({ conversation: { id: 'a', ...NONE } });
  settings.change({ system: 'for a' });
  chat.conversation = { id: 'b', ...NONE };
  assert.equal(settings.current.system, null);
  settings.change({ system: 'for b' });
  await until(() => calls.length === 2);
  assert.deepEqual(calls, [['a', { system: 'for a' }], ['b', { system: 'for b' }]]);
  assert.equal(chat.conversation.system, 'for b');
});

test('a new chat’s settings wait for its first question, over a reload too', () => {
  const { settings, calls, kept } = house();
  settings.change({ system: 'x', options: { seed: 1 } });
  settings.change({ options: null });
  const again = house({ kept });
  assert.deepEqual(again.settings.fields, { system: 'x' });
  assert.equal(again.settings.own, true);
  again.chat.conversation = { id: 'a', ...NONE, system: 'x' };
  again.chat.phase = 'ready';
  again.chat.dispatchEvent(new Event('created'));
  assert.deepEqual(again.settings.fields, {});
  assert.deepEqual(house({ kept }).settings.fields, {});
  assert.deepEqual([...calls, ...again.calls], []);
});

test('what was set while the first question was on its way comes after it', async () => {
  const { settings, calls, chat } = house();
  settings.change({ system: 'x', options: { seed: 1, top_k: 2 } });
  settings.change({ think: true });
  chat.conversation = { id: 'a', ...NONE, system: 'x', options: { top_k: 2, seed: 1 } };
  chat.phase = 'ready';
  chat.dispatchEvent(new Event('created'));
  await until(() => calls.length === 1);
  assert.deepEqual(calls, [['a', { think: true }]]);
});

test('what was not kept when the page was closed is kept when it is opened again', async () => {
  const first = house({ conversation: { id: 'a', ...NONE }, answer: () => new Promise(() => {}) });
  first.settings.change({ system: 'x' });
  first.settings.leave();
  assert.deepEqual(first.calls, [['a', { system: 'x' }, { last: true }]]);
  const second = house({ conversation: { id: 'a', ...NONE }, kept: first.kept });
  assert.equal(second.settings.current.system, 'x');
  await until(() => second.calls.length === 1);
  await until(() => house({ kept: second.kept, conversation: { id: 'a', ...NONE } }).settings.current.system === null);
});

test('a chat that is loading or missing has nothing to set', () => {
  const { settings, chat, calls } = house();
  chat.phase = 'loading';
  settings.change({ system: 'x' });
  assert.equal(settings.available, false);
  assert.deepEqual(settings.current, NONE);
  chat.phase = 'new';
  assert.deepEqual([settings.current, calls], [NONE, []]);
});

test('a conversation that is gone needs no settings', async () => {
  const gone = () => Promise.reject(new ApiError(404, 'not_found', 'Gone.'));
  const { settings } = house({ conversation: { id: 'a', ...NONE }, answer: gone });
  settings.change({ system: 'x' }, { soon: true });
  await until(() => settings.current.system === null);
  assert.equal(settings.problem, null);
});

test('values are the same in whatever order they come', () => {
  assert.ok(same({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1, c: null }));
  assert.ok(same({}, null) && same(null, undefined) && same({ a: null }, null));
  assert.ok(!same([1, 2], [2, 1]) && !same(0, null) && !same(false, null) && !same('', null));
});
