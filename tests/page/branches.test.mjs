import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tree } from '../../static/lib/branch.js';
import { ApiError } from '../../static/lib/errors.js';
import { LeafChoice } from '../../static/lib/leaf-choice.js';
import { FakeHearth, begin, content, done, texts, turn } from './fake-hearth.mjs';

const message = (id, parent, fields) => ({ id, parent, role: id[0] === 'q' ? 'user' : 'assistant', ...fields });
const ids = (messages) => messages.map(({ id }) => id);

// q1 ─ a1 ─ q2 ─ a2
//    └ a3 ─ q4 ─ a4
//         └ q5 ─ a5
function tree() {
  return new Tree([
    message('q1', null),
    message('a1', 'q1'),
    message('q2', 'a1'),
    message('a2', 'q2'),
    message('a3', 'q1'),
    message('q4', 'a3'),
    message('q5', 'a3'),
    message('a5', 'q5'),
    message('a4', 'q4'),
  ]);
}

test('messages in the same place are siblings, the oldest first', () => {
  const all = tree();
  assert.deepEqual(all.siblings(all.get('a3')), { ids: ['a1', 'a3'], place: 1, running: false });
  assert.equal(all.siblings(all.get('q1')), null);
  assert.equal(all.siblings({ id: 'unknown', parent: 'q1' }), null);
});

test('below a sibling the newest leaf is read, or the one that was read there before', () => {
  const all = tree();
  assert.equal(all.leafBelow('a3'), 'a4');
  assert.equal(all.leafBelow('a1'), 'a2');
  assert.deepEqual(ids(all.read('a5')), ['q1', 'a3', 'q5', 'a5']);
  all.read('a2');
  assert.equal(all.leafBelow('a3'), 'a5');
  const later = tree();
  later.put(message('q6', 'a5'));
  later.remember(all);
  assert.equal(later.leafBelow('a3'), 'q6');
});

test('a branch that is being written is known from its siblings', () => {
  const all = tree();
  all.put(message('a4', 'q4', { state: 'running' }));
  all.read('a2');
  assert.equal(all.siblings(all.get('a1')).running, true);
  assert.equal(all.siblings(all.get('a3')).running, false);
});

test('choices of a branch become one while another is on its way', async () => {
  const told = [];
  const ends = [];
  const choice = new LeafChoice((leaf) => {
    told.push(leaf);
    return new Promise((resolve, reject) => ends.push({ resolve, reject }));
  });
  const telling = choice.choose('a');
  choice.choose('b');
  choice.choose('c');
  assert.equal(choice.wanted, 'c');
  ends[0].resolve();
  await turn();
  ends[1].reject(new ApiError(404, 'not_found', 'No'));
  await telling;
  assert.deepEqual([told, choice.wanted], [['a', 'c'], null]);
});

test('what decides otherwise waits for a choice that is on its way', async () => {
  let end;
  const told = [];
  const choice = new LeafChoice((leaf) => new Promise((resolve) => told.push(leaf) && (end = resolve)));
  choice.choose('a');
  choice.choose('b');
  const dropped = choice.drop();
  assert.equal(choice.wanted, null);
  end();
  await dropped;
  assert.deepEqual(told, ['a']);
});

// One question with its reply, which is done.
async function answered() {
  const all = begin();
  await all.chat.ask('One', { model: 'm' });
  const { events, messages } = all.hearth;
  for (const event of [content(1, 'First'), done(2)]) events.get('g1').put(event);
  events.get('g1').close();
  Object.assign(messages[1], { state: 'done', content: 'First' });
  await turn();
  return all;
}

test('an edited question is a branch in the place of the old one', async () => {
  const { hearth, chat } = await answered();
  const [old] = chat.messages;
  await chat.edit(old, 'Two', { model: 'm', request: 'r', images: ['image'] });
  assert.deepEqual(hearth.calls.find(([call, asked]) => call === 'ask' && asked.request_id === 'r')[1], {
    content: 'Two',
    images: ['image'],
    model: 'm',
    parent: null,
    request_id: 'r',
  });
  assert.deepEqual(texts(chat), ['Two', '']);
  assert.equal(chat.siblings(chat.messages[0]).place, 1);
  await chat.choose(old.id);
  assert.deepEqual([chat.busy, ...texts(chat)], [false, 'One', 'First']);
  assert.deepEqual(hearth.calls.at(-1), ['change', { leaf: 'a1' }]);
});

test('an edit that is refused leaves what was there, and what went on meanwhile', async () => {
  const { hearth, chat, fired } = begin();
  await chat.ask('One', { model: 'm' });
  hearth.failures = [new ApiError(413, 'too_large', 'Too long')];
  const editing = chat.edit(chat.messages[0], 'Two', { model: 'm' });
  assert.deepEqual(texts(chat), ['Two', '']);
  hearth.events.get('g1').put(content(1, 'First'));
  await editing;
  await turn();
  assert.deepEqual([fired.at(-1), ...texts(chat)], ['refused', 'One', 'First']);
});

test('a reply on another branch is let go, and followed again with nothing twice', async () => {
  const { hearth, chat } = await answered();
  await chat.tryAgain(chat.messages[1], { model: 'm' });
  hearth.events.get('g2').put(content(1, 'Sec'));
  await turn();
  assert.deepEqual(texts(chat), ['One', 'Sec']);
  await chat.choose('a1');
  assert.deepEqual([chat.busy, chat.siblings(chat.messages[1]).running], [false, true]);
  hearth.log('g2', [content(1, 'Sec'), content(2, 'ond'), done(3)]);
  await chat.choose('a2');
  await turn();
  assert.deepEqual([chat.busy, ...texts(chat)], [false, 'One', 'Second']);
});

test('a branch that is chosen elsewhere is read here', async () => {
  const { hearth, chat } = await answered();
  hearth.reply('q0', { id: 'a9', state: 'done', content: 'Other' });
  await chat.hear({ id: 'c', deleted: false });
  assert.deepEqual(texts(chat), ['One', 'Other']);
  hearth.fields.leaf = 'a1';
  await chat.hear({ id: 'c', deleted: false });
  assert.deepEqual(texts(chat), ['One', 'First']);
});

test('a question goes below what is read, whichever branch another tab chose', async () => {
  const { hearth, chat } = await answered();
  hearth.fields.leaf = 'elsewhere';
  await chat.ask('Next', { model: 'm', request: 'r' });
  const [, asked] = hearth.calls.find(([call, { request_id: request } = {}]) => call === 'ask' && request === 'r');
  assert.equal(asked.parent, 'a1');
});

test('at the end of a reply its message is read, not the whole conversation', async () => {
  const { hearth, chat } = begin(new FakeHearth());
  await chat.ask('One', { model: 'm' });
  Object.assign(hearth.messages[1], { state: 'done', content: 'First', context: { size: 10, used: 3, left_out: [] } });
  for (const event of [content(1, 'First'), done(2)]) hearth.events.get('g1').put(event);
  hearth.events.get('g1').close();
  await turn();
  assert.equal(chat.messages[1].context.used, 3);
  assert.deepEqual(hearth.calls.filter(([call]) => call === 'read'), []);
});
