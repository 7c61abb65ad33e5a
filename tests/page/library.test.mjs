import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from '../../static/lib/connection.js';
import { ApiError, ConnectionError } from '../../static/lib/errors.js';
import { Library } from '../../static/lib/library.js';

// A server with conversations, the newest first, which answers when it is told to.
class Server {
  asked = [];
  deleted = [];
  problem = null;
  waits = null;

  constructor(...conversations) {
    this.all = conversations;
  }

  async conversations({ pinned, before, limit }) {
    this.asked.push({ pinned, before, limit });
    const rest = this.all.filter((one) => one.pinned === pinned).map((one) => ({ ...one }));
    await this.waits;
    if (this.problem) throw this.problem;
    const from = before ? rest.findIndex(({ id }) => id === before) + 1 : 0;
    if (before && !from) throw new ApiError(404, 'not_found', 'gone');
    return { conversations: rest.slice(from, from + limit), more: rest.length > from + limit };
  }

  async changeConversation(id, fields) {
    if (this.problem) throw this.problem;
    return Object.assign(this.all.find((one) => one.id === id), fields);
  }

  async deleteConversation(id, options) {
    if (this.problem) throw this.problem;
    this.deleted.push([id, options]);
  }
}

function conversation(number, fields) {
  const time = new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString();
  return { id: `c${number}`, title: `Number ${number}`, pinned: false, updated_at: time, running: [], ...fields };
}

function many(count) {
  return Array.from({ length: count }, (_, number) => conversation(count - number));
}

function library(server, words = '') {
  const kept = { read: () => words, write: (text) => (words = text) };
  return new Library({ api: server, connection: new Connection({ delay: () => 1 }), unread: kept });
}

async function read(...conversations) {
  const server = new Server(...conversations);
  const one = library(server);
  await one.refresh();
  return { server, one };
}

const ids = (list) => list.map(({ id }) => id);

test('the pinned ones, and the others page by page', async () => {
  const { server, one } = await read(...many(120), conversation(0, { pinned: true }));
  assert.deepEqual(ids(one.pinned), ['c0']);
  assert.equal(one.others.length, 50);
  assert.equal(one.more, true);
  await Promise.all([one.readMore(), one.readMore()]);
  await one.readMore();
  await one.readMore();
  assert.deepEqual(ids(one.others), ids(many(120)));
  assert.equal(one.more, false);
  assert.equal(server.asked.length, 4);
});

test('what is new or is written in comes to the top, what is deleted goes', async () => {
  const { one } = await read(...many(3));
  one.hear({ id: 'c4', deleted: false, conversation: conversation(4) });
  one.hear({ id: 'c1', deleted: false, conversation: conversation(5, { id: 'c1' }) });
  one.hear({ id: 'c2', deleted: true, conversation: null });
  assert.deepEqual(ids(one.others), ['c1', 'c4', 'c3']);
});

test('times are compared whatever their digits', async () => {
  const { one } = await read(
    conversation(2, { updated_at: '2026-01-01T00:00:00.5Z' }),
    conversation(1, { updated_at: '2026-01-01T00:00:00.123456Z' }),
    conversation(3, { updated_at: '2026-01-01T00:00:00Z' }),
  );
  assert.deepEqual(ids(one.others), ['c2', 'c1', 'c3']);
});

test('one from further down that changes isn’t shown out of its place, until that is read', async () => {
  const { server, one } = await read(...many(60));
  one.hear({ id: 'c5', conversation: { ...server.all.at(-5), title: 'Renamed' } });
  assert.equal(one.others.length, 50);
  await one.readMore();
  assert.equal(one.others.length, 60);
});

test('what happened while nobody heard is found out, as far down as was read', async () => {
  const { server, one } = await read(...many(120));
  await one.readMore();
  server.all = [conversation(121), ...many(120).filter(({ id }) => id !== 'c100')];
  server.all.find(({ id }) => id === 'c80').title = 'Renamed';
  await one.refresh();
  assert.equal(one.others.length, 100);
  assert.equal(one.others[0].id, 'c121');
  assert.ok(!ids(one.others).includes('c100'));
  assert.equal(one.others.find(({ id }) => id === 'c80').title, 'Renamed');
});

test('an answer that was overtaken by news doesn’t undo them', async () => {
  const { server, one } = await read(...many(3));
  let go;
  server.waits = new Promise((resolve) => (go = resolve));
  const refreshed = one.refresh();
  await Promise.resolve();
  await Promise.resolve();
  one.hear({ id: 'c9', conversation: conversation(9) });
  one.hear({ id: 'c3', deleted: true });
  one.hear({ id: 'c2', conversation: { ...conversation(2), title: 'New' } });
  go();
  await refreshed;
  assert.deepEqual(ids(one.others), ['c9', 'c2', 'c1']);
  assert.equal(one.others[1].title, 'New');
});

test('the end of what was read is gone: the list is read anew', async () => {
  const { server, one } = await read(...many(60));
  server.all = many(60).filter(({ id }) => id !== 'c11');
  await one.readMore();
  await one.refresh();
  assert.equal(one.problem, null);
  assert.ok(!ids(one.others).includes('c11'));
  await one.readMore();
  assert.equal(one.others.length, 59);
});

test('a reply that ends where the reader isn’t is unread until it is looked at, also over a reload', async () => {
  const { one } = await read(...many(2));
  one.look('c2');
  for (const id of ['c1', 'c2']) {
    one.hear({ id, conversation: conversation(3, { id, running: ['g'] }) });
    assert.equal(one.isUnread(id), false);
    one.hear({ id, conversation: conversation(3, { id }) });
  }
  assert.equal(one.isUnread('c1'), true);
  assert.equal(one.isUnread('c2'), false);
  one.look('c1');
  assert.equal(one.isUnread('c1'), false);
  assert.equal(library(new Server(), 'c7 c8').isUnread('c8'), true);
});

test('a change is shown at once, and taken back where Hearth says no', async () => {
  const { server, one } = await read(...many(2));
  const changing = one.change('c1', { pinned: true });
  assert.deepEqual(ids(one.pinned), ['c1']);
  await changing;
  server.problem = new ApiError(507, 'disk_full', 'The disk is full');
  const refused = one.change('c1', { title: 'Other' });
  assert.equal(one.pinned[0].title, 'Other');
  await assert.rejects(refused, { code: 'disk_full' });
  assert.equal(one.pinned[0].title, 'Number 1');
});

test('of two changes the last one holds, also where the first has to be told again', async () => {
  const { server, one } = await read(...many(2));
  const change = server.changeConversation;
  server.changeConversation = async () => {
    server.changeConversation = change;
    throw new ConnectionError();
  };
  const titles = new Set();
  one.addEventListener('change', () => titles.add(one.get('c1').title));
  await Promise.all([one.change('c1', { title: 'Draft' }), one.change('c1', { title: 'Final' })]);
  assert.deepEqual([one.get('c1').title, server.all[1].title], ['Final', 'Final']);
  assert.deepEqual([...titles], ['Draft', 'Final']);
});

test('what is to be deleted is hidden whatever comes, until that is undone', async () => {
  const { one } = await read(...many(3));
  one.hide('c2');
  one.hear({ id: 'c2', conversation: conversation(9, { id: 'c2' }) });
  await one.refresh();
  assert.deepEqual(ids(one.others), ['c3', 'c1']);
  one.restore('c2');
  assert.ok(ids(one.others).includes('c2'));
});

test('it is deleted, or shown again where that fails; one that is gone already is no failure', async () => {
  const { server, one } = await read(...many(3));
  one.hide('c2');
  server.problem = new ApiError(507, 'disk_full', 'The disk is full');
  await assert.rejects(one.delete('c2'));
  assert.ok(ids(one.others).includes('c2'));
  server.problem = new ApiError(404, 'not_found', 'There is none');
  one.hide('c3');
  await one.delete('c3');
  server.problem = null;
  one.hide('c2');
  await one.delete('c2');
  assert.deepEqual(ids(one.others), ['c1']);
  assert.equal(one.isDeleting('c2'), false);
});

test('a page that is left deletes what it hides, at last', async () => {
  const { server, one } = await read(...many(3));
  one.hide('c1');
  one.hide('c2');
  one.restore('c1');
  one.leave();
  assert.deepEqual(server.deleted, [['c2', { last: true }]]);
});

test('garbage is no list; what is there stays, and the next good answer is shown', async () => {
  const answers = [null, [], { conversations: 5 }, { conversations: [], more: true }, { conversations: [{ id: 'x' }] }];
  answers.push({ conversations: [conversation(1, { updated_at: 'yesterday' })] }, { conversations: [conversation(1, { title: 5 })] });
  for (const answer of answers) {
    const server = new Server(...many(2));
    const one = library(server);
    const well = server.conversations;
    server.conversations = async () => answer;
    await one.refresh();
    assert.equal(one.phase, 'failed');
    server.conversations = well;
    await one.refresh();
    assert.equal(one.phase, 'ready');
    assert.equal(one.problem, null);
    server.conversations = async () => answer;
    await one.refresh();
    assert.equal(one.problem.code, 'unreadable');
    assert.equal(one.others.length, 2);
  }
});

test('the search hears how a conversation is now, and that it is gone', async () => {
  const { one } = await read(...many(2));
  const told = [];
  one.addEventListener('conversation', ({ detail }) => told.push([detail.id, detail.conversation?.title]));
  one.hear({ id: 'c1', conversation: conversation(1, { title: 'New' }) });
  one.hear({ id: 'c1', deleted: true });
  assert.deepEqual(told, [['c1', 'New'], ['c1', undefined]]);
});
