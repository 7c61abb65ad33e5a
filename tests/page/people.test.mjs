import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAgent } from '../../static/lib/agent.js';
import { Api } from '../../static/lib/api.js';
import { belong, forget } from '../../static/lib/belongings.js';
import { ApiError, ConnectionError } from '../../static/lib/errors.js';
import { Session } from '../../static/lib/session.js';
import { Shared } from '../../static/lib/shared.js';
import { Sharing } from '../../static/lib/sharing.js';
import { turn } from './fake-hearth.mjs';

const OLGA = { id: 'house', name: 'Olga', role: 'owner', may: { models: true, people: true } };
const MIA = { id: 'm1', name: 'Mia', role: 'member', may: { models: false, people: false } };
const OUT = { user: null, auth: 'required' };
const STRANGER = new ApiError(401, 'unauthorized', 'Sign in first');

function session({ status = async () => ({ user: OLGA, auth: 'required' }), person = 'house' } = {}) {
  const fired = [];
  const one = new Session({ api: { status }, person });
  for (const type of ['change', 'out', 'another']) one.addEventListener(type, () => fired.push(type));
  return { one, fired };
}

// As a browser's storage.
function storage(values = {}) {
  const kept = new Map(Object.entries(values));
  return {
    get length() {
      return kept.size;
    },
    key: (place) => [...kept.keys()][place],
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    values: () => Object.fromEntries(kept),
  };
}

test('who is signed in, and what they look after', () => {
  const { one, fired } = session();
  assert.deepEqual(one.may, { models: false, people: false });
  one.hear({ user: OLGA, auth: 'required' });
  assert.deepEqual([one.user.name, one.auth, one.may.people], ['Olga', 'required', true]);
  one.hear({ user: null, auth: 'none' });
  assert.deepEqual(one.may, { models: true, people: false });
  assert.deepEqual(fired, ['change', 'change']);
});

test('that nobody is signed in any more is told once', async () => {
  const { one, fired } = session({ status: async () => OUT });
  one.hear({ user: OLGA, auth: 'required' });
  one.hear(OUT);
  one.hear(OUT);
  await turn();
  assert.deepEqual(fired, ['change', 'out']);
});

test('the end of the session before is not that of the one that another password begins', async () => {
  const there = { user: OLGA, auth: 'required' };
  let now = OUT;
  const { one, fired } = session({ status: async () => now });
  one.hear(there);
  let changed;
  const changing = one.renew(() => new Promise((resolve) => (changed = resolve)));
  one.hear(OUT);
  await turn();
  now = there;
  changed('done');
  assert.equal(await changing, 'done');
  one.hear(OUT); // asked before
  await turn();
  assert.deepEqual([...new Set(fired)], ['change']);
  now = OUT;
  await assert.rejects(one.renew(() => Promise.reject(STRANGER)));
  one.hear(OUT);
  await turn();
  assert.equal(fired.at(-1), 'out');
});

test('somebody else’s page is over', () => {
  const { one, fired } = session();
  one.hear({ user: MIA, auth: 'required' });
  one.hear({ user: OLGA, auth: 'required' });
  assert.deepEqual(fired, ['another']);
});

test('a refused call is looked into, once at a time, and may have been of the session before', async () => {
  let asked = 0;
  const status = async () => ((asked += 1), { user: OLGA, auth: 'required' });
  const { one, fired } = session({ status });
  await Promise.all([one.doubt(), one.doubt()]);
  assert.equal(asked, 1);
  assert.deepEqual(fired, ['change']);
});

test('a proxy that refuses everything, and a Hearth that is away, are told apart', async () => {
  const refused = session({ status: () => Promise.reject(STRANGER) });
  await refused.one.doubt();
  assert.deepEqual(refused.fired, ['out']);
  assert.equal(refused.one.auth, null);
  const away = session({ status: () => Promise.reject(new ConnectionError()) });
  await away.one.doubt();
  assert.deepEqual(away.fired, []);
});

test('a call that is refused to strangers is told, and calls on their way can be waited for', async () => {
  const error = { error: { code: 'unauthorized', message: 'Sign in first' } };
  let strangers = 0;
  let answer;
  const api = new Api(() => new Promise((resolve) => (answer = resolve)));
  api.addEventListener('stranger', () => strangers++);
  const call = api.presets();
  let settled = false;
  const settling = api.settled().then(() => (settled = true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(settled, false);
  answer(new Response(JSON.stringify(error), { status: 401 }));
  await assert.rejects(call, { code: 'unauthorized' });
  await settling;
  assert.equal(strangers, 1);
});

test('signing out is done where Hearth leads on to its own page, and not where it says no', async () => {
  const answering = (answer) => new Api(async () => answer);
  await answering({ ok: false, type: 'opaqueredirect', status: 0 }).signOut();
  const no = new Response(JSON.stringify({ error: { code: 'forbidden', message: 'No' } }), { status: 403 });
  await assert.rejects(answering(no).signOut(), { code: 'forbidden' });
  await assert.rejects(new Api(() => Promise.reject(new TypeError())).signOut(), ConnectionError);
});

test('what is kept belongs to a person; look and language to the device', () => {
  const tab = storage({ 'hearth.draft.new': 'cats', other: 'not ours' });
  const lasting = storage({ 'hearth.draft.new': 'cats', 'hearth.theme': 'dark', 'hearth.language': 'zh' });
  assert.equal(belong([null, tab, lasting], 'house'), false); // it was the owner's before there were accounts
  assert.equal(tab.getItem('hearth.draft.new'), 'cats');
  assert.equal(belong([null, tab, lasting], 'm1'), true);
  assert.deepEqual(tab.values(), { other: 'not ours', 'hearth.person': 'm1' });
  assert.deepEqual(lasting.values(), { 'hearth.theme': 'dark', 'hearth.language': 'zh', 'hearth.person': 'm1' });
  forget([null, tab, lasting]);
  assert.deepEqual(tab.values(), { other: 'not ours', 'hearth.person': '' });
  assert.deepEqual(lasting.values(), { 'hearth.theme': 'dark', 'hearth.language': 'zh', 'hearth.person': '' });
});

test('what a tab keeps after somebody went is not the owner’s', () => {
  const lasting = storage({ 'hearth.person': 'm1' });
  forget([lasting]);
  lasting.setItem('hearth.draft.new', 'cats');
  assert.equal(belong([lasting], 'house'), true);
  assert.equal(lasting.getItem('hearth.draft.new'), null);
});

test('another tab of the same person finds the browser theirs', () => {
  const lasting = storage({ 'hearth.person': 'm1', 'hearth.draft.new': 'cats' });
  assert.equal(belong([storage({}), lasting], 'm1'), false);
  assert.equal(lasting.getItem('hearth.draft.new'), 'cats');
});

test('browsers in words', () => {
  const x = 'Mozilla/5.0';
  const agents = [
    [`${x} (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36`, 'Chrome', 'Linux'],
    [`${x} (Windows NT 10.0; Win64; x64) Chrome/150.0.0.0 Safari/537.36 Edg/150.0`, 'Edge', 'Windows'],
    [`${x} (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1`, 'Safari', 'iPhone'],
    [`${x} (iPhone; CPU iPhone OS 19_0 like Mac OS X) CriOS/150.0 Mobile Safari/604.1`, 'Chrome', 'iPhone'],
    [`${x} (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1.15`, 'Safari', 'macOS'],
    [`${x} (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0`, 'Firefox', 'Android'],
    [`${x} (Linux; Android 16) SamsungBrowser/29.0 Chrome/136.0 Safari/537.36`, 'Samsung Internet', 'Android'],
    [`${x} (X11; CrOS x86_64 1) Chrome/150.0 Safari/537.36 OPR/120`, 'Opera', 'ChromeOS'],
    ['curl/8.14.1', 'curl', null],
    ['', null, null],
  ];
  for (const [text, name, system] of agents) assert.deepEqual(readAgent(text), { name, system }, text);
});

test('links are listed the newest first, and one that was ended elsewhere is gone', async () => {
  const old = { id: 'a', conversation: 'c1', created_at: '2026-01-01T00:00:00Z' };
  const recent = { id: 'b', conversation: 'c1', created_at: '2026-02-01T00:00:00Z' };
  const api = {
    shares: async () => ({ shares: [old, recent] }),
    createShare: async (conversation, fields) => ({ id: 'n', conversation, ...fields }),
    deleteShare: () => Promise.reject(new ApiError(404, 'not_found', 'There is no such link')),
  };
  const sharing = new Sharing({ api, connection: { retry: (action) => action() } });
  await sharing.refresh();
  assert.deepEqual(sharing.of('c1').map(({ id }) => id), ['b', 'a']);
  await sharing.add('c2', { message: null, sign_in: true });
  assert.deepEqual(sharing.of('c2').map(({ id }) => id), ['n']);
  await sharing.end('a');
  assert.deepEqual(sharing.all.map(({ id }) => id), ['n', 'b']);
});

test('a list of links that was read before one was made does not take it away', async () => {
  const share = (id) => ({ id, conversation: 'c', created_at: `2026-01-0${id}T00:00:00Z` });
  const there = [share(1)];
  let go;
  const slow = new Promise((resolve) => (go = resolve));
  const api = {
    shares: async () => {
      const shares = [...there];
      await slow;
      return { shares };
    },
    createShare: async () => {
      there.push(share(2));
      return share(2);
    },
  };
  const sharing = new Sharing({ api, connection: { retry: (action) => action() } });
  const reading = sharing.refresh();
  await turn();
  await sharing.add('c', { message: null, sign_in: true });
  go();
  await reading;
  assert.deepEqual(sharing.of('c').map(({ id }) => id), [2, 1]);
  await sharing.add('c', { message: null, sign_in: true });
  assert.deepEqual(sharing.of('c').map(({ id }) => id), [2, 1]);
});

const question = { id: 'q', role: 'user', content: 'Hi', images: [], state: null };
const reply = (content, state = 'running') => ({ id: 'r', role: 'assistant', content, images: [], state });

function reading(answers) {
  const read = () => {
    const next = answers.length > 1 ? answers.shift() : answers[0];
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  const shared = new Shared({ read, interval: 1 });
  const until = (condition) => new Promise((resolve) => {
    const look = () => condition(shared) && (shared.removeEventListener('change', look), resolve());
    shared.addEventListener('change', look);
    look();
  });
  return { shared, until };
}

test('a live link is read again and again, and a reply grows in its place', async () => {
  const at = (text, state) => ({ title: 'Bread', live: true, messages: [question, reply(text, state)] });
  const { shared, until } = reading([at('Kn'), at('Knead'), at('Bake.', 'done')]);
  shared.attend();
  await until(() => shared.phase === 'ready');
  const { content } = shared.messages[1];
  await until(() => String(shared.messages[1].content) === 'Knead');
  assert.equal(shared.messages[1].content, content);
  await until(() => String(shared.messages[1].content) === 'Bake.');
  assert.notEqual(shared.messages[1].content, content);
  shared.rest();
});

test('a link that is not live is read until its reply is whole', async () => {
  const at = (text, state) => ({ title: null, live: false, messages: [question, reply(text, state)] });
  let reads = 0;
  const answers = [at('Kn'), at('Knead.', 'done')];
  const shared = new Shared({ read: async () => answers[Math.min(reads++, 1)], interval: 1 });
  await shared.attend();
  while (shared.messages[1].state !== 'done') await new Promise((resolve) => setTimeout(resolve, 1));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(reads, 2);
});

test('an answer that comes behind a newer one does not bring back what was', async () => {
  const at = (text, state) => ({ title: 'Bread', live: false, messages: [question, reply(text, state)] });
  const asked = [];
  const shared = new Shared({ read: () => new Promise((resolve) => asked.push(resolve)), interval: 1 });
  const first = shared.attend();
  shared.rest();
  const second = shared.attend();
  asked[1](at('Knead.', 'done'));
  await second;
  asked[0](at('Kn', 'running'));
  await first;
  assert.deepEqual([String(shared.messages[1].content), shared.messages[1].state], ['Knead.', 'done']);
});

test('a link that ends takes along what it showed; one that can’t be reached keeps it', async () => {
  const there = { title: 'Bread', live: true, messages: [question] };
  const { shared, until } = reading([there, new ConnectionError(), new ApiError(404, 'not_found', 'Gone')]);
  shared.attend();
  await until(() => shared.problem instanceof ConnectionError);
  assert.deepEqual([shared.phase, shared.messages.length], ['ready', 1]);
  await until(() => shared.phase === 'gone');
  assert.equal(shared.messages.length, 0);
});

test('a link for those who sign in says so, and another no is told as it is', async () => {
  for (const [error, phase] of [[STRANGER, 'stranger'], [new ApiError(400, 'bad_request', 'No'), 'failed']]) {
    const { shared } = reading([error]);
    await shared.attend();
    assert.deepEqual([shared.phase, shared.problem], [phase, error]);
  }
});
