import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../static/lib/errors.js';
import { bring } from '../../static/lib/exchange/bring.js';
import { batches, readExport } from '../../static/lib/exchange/read-export.js';
import { exported, takeAll, wrapped } from '../../static/lib/exchange/take.js';
import { fileName, toMarkdown } from '../../static/lib/exchange/to-markdown.js';

const read = (value) => readExport(JSON.stringify(value));

const node = (id, parent, role, parts, more = {}) => ({
  id,
  parent,
  children: [],
  message: role && { id, author: { role }, content: { content_type: 'text', parts }, create_time: 1700000000.5, recipient: 'all', ...more },
});
const chatgpt = {
  title: 'Tea',
  create_time: 1700000000,
  update_time: 1700000100,
  current_node: 'tool',
  mapping: {
    root: node('root', null, null),
    system: node('system', 'root', 'system', ['']),
    q1: node('q1', 'system', 'user', ['How long does it steep?']),
    a1: node('a1', 'q1', 'assistant', ['Three minutes.'], { metadata: { model_slug: 'gpt-5' } }),
    a2: node('a2', 'q1', 'assistant', ['Five', 'minutes.']),
    hidden: node('hidden', 'a2', 'user', ['secret'], { metadata: { is_visually_hidden_from_conversation: true } }),
    search: node('search', 'hidden', 'assistant', ['search("tea")'], { recipient: 'web' }),
    tool: node('tool', 'search', 'tool', ['results']),
  },
};

test('ChatGPT’s tree, without what its reader never saw', () => {
  const [{ messages, ...conversation }] = read([chatgpt]);
  assert.deepEqual(conversation, {
    title: 'Tea',
    created_at: '2023-11-14T22:13:20.000Z',
    updated_at: '2023-11-14T22:15:00.000Z',
    leaf: 'a2',
  });
  assert.deepEqual(
    messages.map(({ id, parent, role, content }) => [id, parent, role, content]),
    [
      ['q1', null, 'user', 'How long does it steep?'],
      ['a1', 'q1', 'assistant', 'Three minutes.'],
      ['a2', 'q1', 'assistant', 'Five\n\nminutes.'],
    ],
  );
  assert.equal(messages[1].model, 'gpt-5');
});

test('ChatGPT’s pictures and code leave their words', () => {
  const mapping = {
    q: node('q', null, 'user', [{ content_type: 'image_asset_pointer', asset_pointer: 'file-service://x' }, 'What is it?']),
    a: node('a', 'q', 'assistant', null, { content: { content_type: 'code', text: 'print(1)' } }),
  };
  mapping.q.message.content.content_type = 'multimodal_text';
  const [{ messages }] = read([{ mapping }]);
  assert.deepEqual(messages.map(({ content }) => content), ['What is it?', '```\nprint(1)\n```']);
});

test('a ChatGPT tree that leads round in a circle comes to an end', () => {
  const mapping = { a: node('a', 'b', null), b: node('b', 'a', null), q: node('q', 'a', 'user', ['hi']) };
  assert.deepEqual(read([{ mapping }])[0].messages.map(({ parent }) => parent), [null]);
});

const openWebUI = {
  id: 'x',
  title: 'Bread',
  created_at: 1700000000,
  updated_at: 1700000100000000000,
  pinned: true,
  chat: {
    title: 'Bread',
    models: ['llama3:latest'],
    params: { system: 'Be brief.' },
    history: {
      currentId: 'a2',
      messages: {
        q: { id: 'q', parentId: null, role: 'user', content: 'Rye?', timestamp: 1700000000, files: [{ type: 'image', url: 'data:image/png;base64,AAAA' }] },
        a1: { id: 'a1', parentId: 'q', role: 'assistant', content: 'Yes.', model: 'llama3:latest' },
        a2: {
          id: 'a2',
          parentId: 'q',
          role: 'assistant',
          content: '<details type="reasoning" done="true" duration="3">\n<summary>Thought for 3 seconds</summary>\n> Hm,\n> rye.\n</details>\nWith caraway.',
        },
      },
    },
  },
};

test('Open WebUI’s tree, with its pictures and what was thought', () => {
  const [{ messages, ...conversation }] = read([openWebUI]);
  assert.deepEqual(conversation, {
    title: 'Bread',
    model: 'llama3:latest',
    system: 'Be brief.',
    pinned: true,
    created_at: '2023-11-14T22:13:20.000Z',
    updated_at: '2023-11-14T22:15:00.000Z',
    leaf: 'a2',
  });
  assert.deepEqual(messages, [
    { id: 'q', parent: null, role: 'user', content: 'Rye?', images: ['AAAA'], created_at: '2023-11-14T22:13:20.000Z' },
    { id: 'a1', parent: 'q', role: 'assistant', content: 'Yes.', model: 'llama3:latest' },
    { id: 'a2', parent: 'q', role: 'assistant', content: 'With caraway.', thinking: 'Hm,\nrye.' },
  ]);
});

test('Open WebUI’s older form, a list', () => {
  const chat = { messages: [{ role: 'user', content: 'hi' }, { role: 'assistant', content: 'Hello.' }] };
  const [{ messages }] = read([{ title: 'Old', chat }]);
  assert.deepEqual(messages.map(({ role, content }) => [role, content]), [['user', 'hi'], ['assistant', 'Hello.']]);
});

test('Hearth’s own: an export of all, of one, and what the API answers', () => {
  const conversation = { id: 'c', title: 'T', leaf: 'm', running: [], messages: [{ id: 'm', role: 'user', content: 'hi' }] };
  const file = wrapped([JSON.stringify(exported(conversation))]).join('');
  assert.deepEqual(readExport(file), [exported(conversation)]);
  assert.deepEqual(read({ ...conversation, snippet: null }), [conversation]);
  assert.deepEqual(read([conversation]), [conversation]);
});

test('what is no export is told apart', () => {
  const code = (text) => {
    try {
      readExport(text);
    } catch (error) {
      return error.code;
    }
    return null;
  };
  assert.equal(code('PK\u0003\u0004…'), 'zip');
  assert.equal(code('{'), 'not_json');
  assert.equal(code('[1, 2, null, "x", {"a": 1}]'), 'unknown');
  assert.equal(code('"hello"'), 'unknown');
  assert.deepEqual(readExport('[]'), []);
});

test('large exports are brought in parts', () => {
  const all = Array.from({ length: 10 }, (_, n) => ({ title: String(n), messages: ['x'.repeat(100)] }));
  const parts = batches(all, 400);
  assert.ok(parts.length > 2 && parts.length < 10);
  assert.deepEqual(parts.flat(), all);
  assert.deepEqual(batches([{ messages: ['x'.repeat(1000)] }], 10).length, 1);
});

test('what Hearth refuses is left out, and everything else is brought', async () => {
  const api = {
    async importConversations(part) {
      if (part.some(({ bad }) => bad)) throw new ApiError(400, 'bad_request', 'no');
      return { conversations: part, skipped: 0 };
    },
  };
  const all = Array.from({ length: 9 }, (_, n) => ({ title: String(n), bad: n === 4, messages: [] }));
  const told = [];
  const outcome = await bring(api, all, (count) => told.push(count));
  assert.deepEqual(outcome, { brought: 8, empty: 0, refused: [{ title: '4', message: 'no' }] });
  assert.deepEqual(told, [9]);
});

test('a full disk ends it', async () => {
  const api = { importConversations: () => Promise.reject(new ApiError(507, 'disk_full', 'full')) };
  await assert.rejects(bring(api, [{ messages: [] }]), /full/);
});

test('all conversations are taken, page for page, but for those that are gone meanwhile', async () => {
  const ids = Array.from({ length: 5 }, (_, n) => ({ id: String(n) }));
  const api = {
    async conversations({ before }) {
      const from = before === undefined ? 0 : Number(before) + 1;
      return { conversations: ids.slice(from, from + 2), more: from + 2 < ids.length };
    },
    async conversation(id) {
      if (id === '3') throw new ApiError(404, 'not_found', 'gone');
      return { id, leaf: null, running: ['g'], messages: [] };
    },
  };
  const text = (await takeAll(api)).join('');
  assert.deepEqual(readExport(text), ['0', '1', '2', '4'].map((id) => ({ id, leaf: null, messages: [] })));
});

test('a proxy that knows of no Hearth just now ends an export, and leaves nothing out of it', async () => {
  const unknown = () => Promise.reject(new ApiError(404, 'unreadable', 'HTTP 404'));
  let asked = 0;
  const list = async () => {
    if (++asked > 3) throw new Error('it is asked for again and again');
    return unknown();
  };
  await assert.rejects(takeAll({ conversations: list }), /HTTP 404/);
  const page = { conversations: [{ id: '0' }], more: false };
  await assert.rejects(takeAll({ conversations: async () => page, conversation: unknown }), /HTTP 404/);
});

test('what is written in while all is exported is in it, once', async () => {
  let list = Array.from({ length: 450 }, (_, number) => `c${number}`);
  const top = (id) => (list = [id, ...list.filter((one) => one !== id)]);
  // Behind each page: one of those that are still to be read, or the last of the page.
  const happens = [() => top('c440'), top, (last) => (list = list.filter((id) => id !== last))];
  const api = {
    conversations: async ({ before, limit }) => {
      const from = before ? list.indexOf(before) + 1 : 0;
      if (before && !from) throw new ApiError(404, 'not_found', 'gone');
      const page = { conversations: list.slice(from, from + limit).map((id) => ({ id })), more: list.length > from + limit };
      happens.shift()?.(page.conversations.at(-1).id);
      return page;
    },
    conversation: async (id) => ({ id, leaf: null, running: [], messages: [] }),
  };
  const found = readExport((await takeAll(api)).join('')).map(({ id }) => id);
  assert.equal(new Set(found).size, found.length);
  assert.deepEqual(list.filter((id) => !found.includes(id)), []);
});

test('a conversation as Markdown', () => {
  const words = { you: 'You', images: (count) => `${count} images` };
  const messages = [
    { role: 'user', content: ' Why?\n', images: ['a', 'b'] },
    { role: 'assistant', content: '**Because.**', model: 'llama3' },
  ];
  const text = '# A\n\n## You\n\n*2 images*\n\nWhy?\n\n## llama3\n\n**Because.**\n';
  assert.equal(toMarkdown({ title: 'A', messages }, words), text);
});

test('a file’s name is one that every system takes', () => {
  assert.equal(fileName('a/b: c?\n"d"', 'md'), 'a-b- c- -d-.md');
  assert.equal(fileName('..', 'json'), 'Hearth.json');
  assert.equal(fileName(null, 'json'), 'Hearth.json');
  assert.equal(fileName('茶'.repeat(200), 'md').length, 83);
});
