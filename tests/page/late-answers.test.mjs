// Answers that come late, or in another order than they were asked for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatSettings } from '../../static/lib/chat-settings.js';
import { ConnectionError } from '../../static/lib/errors.js';
import { Kept } from '../../static/lib/kept.js';
import { begin, content, done, texts, turn } from './fake-hearth.mjs';

// The next answer to `name` is that of the moment it is asked for, and comes when it is let go.
function late(hearth, name) {
  const answer = hearth[name];
  let go;
  const released = new Promise((resolve) => (go = resolve));
  hearth[name] = async (...given) => {
    hearth[name] = answer;
    const answered = await answer(...given);
    await released;
    return answered;
  };
  return go;
}

// One question with two replies, of which the second is read; another conversation, `d`, is there too.
async function twoBranches() {
  const all = begin();
  const { hearth, chat } = all;
  const read = hearth.conversation;
  hearth.conversation = async (id) => (id === 'd' ? { id, leaf: null, messages: [] } : read(id));
  await chat.ask('One', { model: 'm' });
  for (const [id, text] of [['a1', 'First'], ['a2', 'Second']]) {
    if (id === 'a2') await chat.tryAgain(chat.messages[1], { model: 'm' });
    Object.assign(hearth.messages.find((one) => one.id === id), { state: 'done', content: text });
    hearth.log(chat.running.generation, [content(1, text), done(2)]);
    await chat.refresh();
    await chat.open('c');
    await turn();
  }
  assert.deepEqual([chat.busy, ...texts(chat)], [false, 'One', 'Second']);
  return all;
}

test('a branch that Hearth hears of late keeps nobody waiting in another conversation', async () => {
  const { hearth, chat } = await twoBranches();
  const told = late(hearth, 'changeConversation');
  chat.choose('a1');
  const read = late(hearth, 'conversation');
  const opening = chat.open('d');
  await turn();
  told();
  await turn();
  read();
  assert.equal(await opening, true);
  assert.equal(chat.phase, 'ready');
  assert.equal(hearth.calls.filter(([call]) => call === 'change').length, 1);
});

test('the last branch that was chosen is kept for its own conversation, also when another is on the page', async () => {
  const { hearth, chat } = await twoBranches();
  const changed = [];
  const change = hearth.changeConversation;
  hearth.changeConversation = async (id, fields) => (changed.push([id, fields.leaf]), change(id, fields));
  const told = late(hearth, 'changeConversation');
  chat.choose('a1');
  chat.choose('a2');
  await chat.open('d');
  told();
  await turn();
  assert.deepEqual(changed, [['c', 'a1'], ['c', 'a2']]);
});

test('who comes back to a conversation is not told of the first visit', async () => {
  const { hearth, chat } = await twoBranches();
  const read = late(hearth, 'conversation');
  const first = chat.open('c');
  await turn();
  await chat.open('d');
  assert.equal(await chat.open('c'), true);
  read();
  assert.equal(await first, false);
});

test('what changes elsewhere while a conversation is being read is read, too', async () => {
  const { hearth, chat } = await twoBranches();
  const read = late(hearth, 'conversation');
  const opening = chat.open('c');
  await turn();
  hearth.reply('q0', { id: 'a9', state: 'done', content: 'Other' });
  const hearing = chat.hear({ id: 'c', deleted: false });
  read();
  await Promise.all([opening, hearing]);
  assert.deepEqual(texts(chat), ['One', 'Other']);
});

test('what was read before a setting was changed does not take it back', async () => {
  const { hearth, chat } = await twoBranches();
  for (const reading of [() => chat.refresh(), () => chat.open('c')]) {
    hearth.fields.think = false;
    const read = late(hearth, 'conversation');
    const over = reading();
    await turn();
    hearth.fields.think = true;
    chat.changed('c', { think: true });
    read();
    await over;
    assert.equal(chat.conversation.think, true);
  }
});

test('a stop is seen at once, also while the question is on its way', async () => {
  const { hearth, chat } = begin();
  const asked = late(hearth, 'ask');
  const asking = chat.ask('One', { model: 'm' });
  await turn();
  chat.stop();
  assert.deepEqual([chat.messages[1].stopping, ...texts(chat)], [true, 'One', '']);
  asked();
  await asking;
  assert.equal(chat.running.stopping, true);
  assert.deepEqual(hearth.calls.at(-1), ['stop', 'g1']);
});

test('a reply that was stopped is not being stopped any more once it is to go on', async () => {
  const { hearth, chat } = begin();
  await chat.ask('One', { model: 'm' });
  hearth.events.get('g1').put(content(1, 'One, '));
  await turn();
  await chat.stop();
  Object.assign(hearth.messages[1], { state: 'stopped', content: 'One, ' });
  hearth.events.get('g1').put(done(2, 'stopped'));
  hearth.events.get('g1').close();
  await turn();
  const on = late(hearth, 'goOn');
  const going = chat.goOn(chat.messages[1]);
  assert.deepEqual([chat.messages[1].phase, chat.messages[1].stopping], ['sending', false]);
  on();
  await going;
});

test('an edit is known to have arrived, or not, also where the reader has gone elsewhere', async () => {
  const { hearth, chat } = await twoBranches();
  const asked = late(hearth, 'ask');
  const editing = chat.edit(chat.messages[0], 'Two', { model: 'm' });
  await turn();
  await chat.open('d');
  asked();
  assert.equal(await editing, true);
  await chat.open('c');
  hearth.ask = () => Promise.reject(new ConnectionError());
  const lost = chat.edit(chat.messages[0], 'Three', { model: 'm' });
  await turn();
  await chat.open('d');
  assert.equal(await lost, false);
});

test('an edit is known to have arrived before what changed elsewhere meanwhile is read', async () => {
  const { hearth, chat } = await twoBranches();
  const asked = late(hearth, 'ask');
  const editing = chat.edit(chat.messages[0], 'Two', { model: 'm' });
  await turn();
  chat.hear({ id: 'c' });
  const read = late(hearth, 'conversation');
  asked();
  assert.equal(await Promise.race([editing, turn()]), true);
  hearth.reply('q0', { id: 'a9', state: 'done', content: 'Other' });
  read();
  await turn();
  assert.equal(hearth.calls.at(-1)[0], 'read');
});

// A chat with settings of its own.
function withSettings() {
  let settings;
  const all = begin(undefined, { kept: () => settings.flush() });
  const kept = new Kept({ getItem: () => null, setItem: () => {} }, 'settings');
  settings = new ChatSettings({ api: all.hearth, connection: all.connection, chat: all.chat, kept, delay: 1_000 });
  return { ...all, settings };
}

test('a question is asked with what was set before it, also where that is told late or again', async () => {
  const { hearth, chat, settings } = withSettings();
  await chat.open('c');
  const told = late(hearth, 'changeConversation');
  settings.change({ think: true }, { soon: true });
  await turn();
  settings.change({ think: false }, { soon: true });
  const asking = chat.ask('One', { model: 'm' });
  await turn();
  hearth.failures = [new ConnectionError()];
  told();
  await asking;
  const changes = hearth.calls.map(([call, { think } = {}]) => (call === 'change' ? think : call));
  assert.deepEqual(changes.filter((one) => one !== 'read' && one !== 'generation'), [true, false, false, 'ask']);
});

test('a question that waits for a setting to be kept comes back with a stop where nobody answers', async () => {
  const { hearth, chat, settings, connection, fired } = withSettings();
  await chat.open('c');
  late(hearth, 'changeConversation');
  settings.change({ think: true }, { soon: true });
  const asking = chat.ask('One', { model: 'm' });
  connection.lost();
  await chat.stop();
  await asking;
  assert.deepEqual([fired.at(-1), chat.busy, chat.messages], ['refused', false, []]);
});
