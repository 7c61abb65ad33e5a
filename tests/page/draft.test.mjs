import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Draft } from '../../static/lib/draft.js';

class Storage extends Map {
  getItem = (key) => this.get(key) ?? null;
  setItem = (key, value) => this.set(key, value);
  removeItem = (key) => this.delete(key);
}

class FakeShelf extends Map {
  put = async (attachment) => void this.set(attachment.id, attachment);
  get = async (ids) => ids.map((id) => super.get(id)).filter(Boolean);
  remove = async (ids) => ids.forEach((id) => this.delete(id));
}

const picture = (id) => ({ id, kind: 'picture', name: `${id}.png`, bytes: 3, type: 'image/png', data: `data-${id}` });
const file = (id, text) => ({ id, kind: 'text', name: `${id}.txt`, bytes: text.length, text, pasted: false });
const ids = (draft) => draft.attachments.map(({ id }) => id);
const turn = () => new Promise((resolve) => setTimeout(resolve));

function opened(storages, conversation, shelf) {
  const draft = new Draft(storages, shelf);
  draft.open(conversation);
  return draft;
}

function typed(draft, text) {
  draft.typed(text);
  return draft;
}

test('what is typed survives a reload, for each conversation', () => {
  const storages = [new Storage(), new Storage()];
  opened(storages, 'a').typed('half a sent');
  assert.equal(opened(storages, 'a').text, 'half a sent');
  assert.equal(opened(storages, 'b').text, '');
  assert.equal(opened([new Storage(), storages[1]], 'a').text, 'half a sent');
});

test('a long text is in its own conversation’s draft, however soon the reader goes to another', () => {
  const storages = [new Storage()];
  const draft = opened(storages, 'a');
  draft.typed('x'.repeat(1_000_000));
  draft.open('b');
  assert.equal(draft.text, '');
  assert.equal(opened(storages, 'a').text.length, 1_000_000);
  draft.typed('y'.repeat(1_000_000));
  draft.take();
  draft.delivered();
  draft.flush();
  assert.equal(opened(storages, 'b').text, '');
});

test('what is attached survives a reload, for each conversation', async () => {
  const [storages, shelf] = [[new Storage()], new FakeShelf()];
  const draft = opened(storages, 'a', shelf);
  draft.attach(picture('p'));
  draft.attach(file('f', 'text'));
  const again = opened(storages, 'a', shelf);
  again.typed('typed before the shelf has answered');
  await turn();
  assert.deepEqual(ids(again), ['p', 'f']);
  assert.deepEqual(ids(opened(storages, 'b', shelf)), []);
});

test('as long as the shelf has not answered it is known that something is missing', async () => {
  const [storages, shelf] = [[new Storage()], new FakeShelf()];
  opened(storages, 'a', shelf).attach(picture('p'));
  const again = opened(storages, 'a', shelf);
  const fetched = [];
  again.addEventListener('fetched', () => fetched.push(ids(again)));
  assert.deepEqual([again.fetching, again.ids, ids(again)], [true, ['p'], []]);
  await turn();
  assert.deepEqual([again.fetching, fetched], [false, [['p']]]);
});

test('what the shelf has lost is no longer there, and nothing else is lost with it', async () => {
  const [storages, shelf] = [[new Storage()], new FakeShelf()];
  const draft = typed(opened(storages, 'a', shelf), 'Look');
  draft.attach(picture('p'));
  draft.attach(picture('q'));
  shelf.delete('p');
  const again = opened(storages, 'a', shelf);
  await turn();
  assert.deepEqual([again.text, ids(again)], ['Look', ['q']]);
});

test('without a shelf what is attached lives as long as the page', async () => {
  const storages = [new Storage()];
  const draft = opened(storages, 'a');
  draft.attach(picture('p'));
  assert.deepEqual(ids(draft), ['p']);
  const again = opened(storages, 'a');
  await turn();
  assert.deepEqual(ids(again), []);
});

test('what is taken away is gone from the browser', () => {
  const [storages, shelf] = [[new Storage()], new FakeShelf()];
  const draft = opened(storages, 'a', shelf);
  draft.attach(picture('p'));
  draft.detach('p');
  assert.deepEqual([ids(draft), shelf.size, storages[0].size], [[], 0, 0]);
});

test('a delivered question leaves nothing behind', () => {
  const [storages, shelf] = [[new Storage()], new FakeShelf()];
  const draft = typed(opened(storages, null, shelf), 'Why?');
  draft.attach(picture('p'));
  const { content, images } = draft.take();
  assert.deepEqual([content, images, draft.text, ids(draft)], ['Why?', ['data-p'], '', []]);
  draft.moved('a');
  draft.delivered();
  assert.deepEqual([storages[0].size, shelf.size], [0, 0]);
});

test('a question that was refused comes back whole, before what was typed and attached since', () => {
  const draft = typed(opened([new Storage()], 'a', new FakeShelf()), 'Why?');
  draft.attach(picture('p'));
  draft.take();
  draft.typed('And');
  draft.attach(file('f', 'text'));
  draft.refused();
  assert.deepEqual([draft.text, ids(draft)], ['Why?\n\nAnd', ['p', 'f']]);
});

test('asking the same again after a lost answer carries the same request id, anything else a new one', () => {
  const draft = typed(opened([new Storage()], 'a', new FakeShelf()), 'Why?');
  draft.attach(picture('p'));
  const first = draft.take().request;
  draft.refused();
  assert.equal(draft.take().request, first);
  draft.refused();
  draft.detach('p');
  const second = draft.take().request;
  assert.notEqual(second, first);
  draft.refused();
  draft.typed('Why not?');
  assert.notEqual(draft.take().request, second);
});

test('a page closed in the middle of asking: delivered, or given back with its request id', async () => {
  const [storages, shelf] = [[new Storage()], new FakeShelf()];
  const draft = typed(opened(storages, 'a', shelf), 'Why?');
  draft.attach(picture('p'));
  draft.attach(file('f', 'text'));
  const { content, request } = draft.take();
  const lost = opened(storages, 'a', shelf);
  lost.settle({ content: 'Another question' });
  await turn();
  assert.deepEqual([lost.text, ids(lost)], ['Why?', ['p', 'f']]);
  assert.equal(lost.take().request, request);
  const arrived = opened(storages, 'a', shelf);
  arrived.settle({ content });
  await turn();
  assert.deepEqual([arrived.text, ids(arrived), storages[0].size, shelf.size], ['', [], 0, 0]);
});

test('what the shelf has lost of a question that comes back is waited for no longer than the shelf takes', async () => {
  for (const late of [true, false]) {
    const [storages, shelf] = [[new Storage()], new FakeShelf()];
    const draft = typed(opened(storages, 'a', shelf), 'Why?');
    draft.attach(picture('p'));
    draft.attach(picture('q'));
    draft.take();
    shelf.delete('p');
    const lost = opened(storages, 'a', shelf);
    if (late) await turn();
    lost.settle(null);
    assert.equal(lost.fetching, !late);
    await turn();
    assert.deepEqual([lost.fetching, lost.text, lost.ids, ids(lost)], [false, 'Why?', ['q'], ['q']]);
  }
});

test('an example is asked beside what is being typed', () => {
  const draft = typed(opened([new Storage()], null), 'Half a thou');
  assert.equal(draft.aside('Why is the sky blue?').content, 'Why is the sky blue?');
  assert.equal(draft.text, 'Half a thou');
});

test('of a conversation that is deleted nothing is kept', () => {
  const [storages, shelf] = [[new Storage()], new FakeShelf()];
  for (const conversation of ['a', 'b']) {
    const draft = typed(opened(storages, conversation, shelf), 'Why?');
    draft.attach(picture(`sent-${conversation}`));
    draft.take();
    draft.attach(picture(`next-${conversation}`));
  }
  opened(storages, null, shelf).forget('a');
  assert.deepEqual([...shelf.keys()], ['sent-b', 'next-b']);
  assert.deepEqual([...storages[0].keys()], ['hearth.draft.b']);
});

test('a storage that is full or forbidden is no obstacle', () => {
  const forbidden = { getItem: () => assert.fail(), setItem: () => assert.fail(), removeItem: () => assert.fail() };
  const draft = opened([null, forbidden], 'a');
  draft.typed('text');
  assert.equal(draft.text, 'text');
});
