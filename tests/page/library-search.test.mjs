import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from '../../static/lib/connection.js';
import { byDay, untilTomorrow } from '../../static/lib/days.js';
import { ApiError } from '../../static/lib/errors.js';
import { hits } from '../../static/lib/hits.js';
import { Search } from '../../static/lib/search.js';

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

function found(id) {
  return { id, title: id, updated_at: '2026-01-01T00:00:00Z', running: [], snippet: null };
}

// Each call waits for its answer.
function searching() {
  const calls = [];
  const conversations = (asked) => new Promise((resolve, reject) => calls.push({ ...asked, resolve, reject }));
  const search = new Search({ api: { conversations }, connection: new Connection({ delay: () => 1 }), delay: 0 });
  return { search, calls };
}

test('only what was typed last is asked, and only its answer counts', async () => {
  const { search, calls } = searching();
  search.type('b');
  search.type('br');
  await turn();
  search.type(' bread ');
  await turn();
  assert.deepEqual(calls.map(({ query }) => query), ['br', 'bread']);
  assert.equal(search.phase, 'searching');
  calls[1].resolve({ conversations: [found('bread')], more: false });
  await turn();
  calls[0].resolve({ conversations: [found('bricks')], more: false });
  await turn();
  assert.equal(search.phase, 'ready');
  assert.deepEqual(search.found.map(({ id }) => id), ['bread']);
});

test('nothing typed is no search, also while one is under way', async () => {
  const { search, calls } = searching();
  search.type('bread');
  await turn();
  search.type('  ');
  calls[0].resolve({ conversations: [found('bread')], more: false });
  await turn();
  assert.equal(search.phase, 'off');
  assert.deepEqual(search.found, []);
});

test('there is more of it; how a conversation is now; that it is gone', async () => {
  const { search, calls } = searching();
  search.type('bread');
  await turn();
  calls[0].resolve({ conversations: [found('a'), found('b')], more: true });
  await turn();
  search.readMore();
  search.readMore();
  assert.deepEqual(calls.map(({ before }) => before), [undefined, 'b']);
  calls[1].resolve({ conversations: [found('c')], more: false });
  await turn();
  search.hear({ id: 'a', conversation: { ...found('a'), title: 'New' } });
  search.hear({ id: 'b', conversation: null });
  assert.deepEqual(search.found.map(({ title }) => title), ['New', 'c']);
});

test('a search that fails says so, and works when it is tried again', async () => {
  const { search, calls } = searching();
  search.type('bread');
  await turn();
  calls[0].reject(new ApiError(500, 'unreadable', 'HTTP 500'));
  await turn();
  assert.equal(search.phase, 'failed');
  search.again();
  calls[1].resolve({ conversations: 'garbage' });
  await turn();
  assert.equal(search.problem.code, 'unreadable');
  search.again();
  calls[2].resolve({ conversations: [found('a')], more: false });
  await turn();
  assert.equal(search.phase, 'ready');
  assert.equal(search.problem, null);
});

test('hits are marked as the search finds them', () => {
  const marked = (text, query) => hits(text, query).map(({ text: piece, hit }) => (hit ? `[${piece}]` : piece)).join('');
  assert.equal(marked('Bread, decaf Café, breadth', 'CAFE bread'), '[Bread], decaf [Café], [bread]th');
  assert.equal(marked('Cafe\u0301 und mehr', 'café'), '[Cafe\u0301] und mehr');
  assert.equal(marked('天空为什么是蓝色的', '天空 蓝'), '[天空]为什么是[蓝]色的');
  assert.equal(marked('GPU天空', '空 gpu'), '[GPU]天[空]');
  assert.equal(marked('a <b>bold</b> "word"', '<b> word'), 'a <[b]>[b]old</[b]> "[word]"');
  assert.equal(marked('😀 smile', '😀 smi'), '😀 [smi]le');
  assert.equal(marked('', 'x'), '');
  assert.equal(marked('nothing', '…'), 'nothing');
});

test('sections are days of the calendar, then months', () => {
  const now = new Date(2026, 4, 15, 0, 30);
  const at = (...time) => ({ updated_at: new Date(...time).toISOString() });
  const times = [
    at(2026, 4, 16, 9),
    at(2026, 4, 15, 0, 1),
    at(2026, 4, 14, 23, 59),
    at(2026, 4, 14, 0, 0),
    at(2026, 4, 13, 23, 59),
    at(2026, 4, 8, 0, 0),
    at(2026, 4, 7, 23, 59),
    at(2026, 3, 15, 0, 0),
    at(2026, 3, 14, 23, 59),
    at(2026, 2, 31, 12),
    at(2025, 3, 14, 12),
  ];
  const sections = byDay(times, now).map(({ key, conversations }) => [key, conversations.length]);
  assert.deepEqual(sections, [
    ['today', 2],
    ['yesterday', 2],
    ['week', 2],
    ['days', 2],
    ['2026-4', 1],
    ['2026-3', 1],
    ['2025-4', 1],
  ]);
  assert.equal(untilTomorrow(now), 23.5 * 3600 * 1000);
});
