import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Attachments } from '../../static/lib/attachments.js';
import { Draft } from '../../static/lib/draft.js';
import { isPicture } from '../../static/lib/file-content.js';
import { problemWith, question } from '../../static/lib/question.js';
import { blindness } from '../../static/lib/sight.js';
import { filesOf } from '../../static/lib/transfer.js';

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const named = (name, ...parts) => Object.assign(new Blob(parts), { name });
const png = (name = 'a.png') => named(name, Uint8Array.from([...PNG, 0, 0]));
const text = (name, content) => ({ id: name, kind: 'text', name, text: content });

function begin(prepare = async () => ({ type: 'image/png', data: 'AAAA', bytes: 3 })) {
  const draft = new Draft([]);
  draft.open('a');
  const attachments = new Attachments({ draft, prepare });
  const fired = [];
  attachments.addEventListener('added', ({ detail }) => fired.push(['added', detail.attachment.name]));
  attachments.addEventListener('refused', ({ detail }) => fired.push([detail.code, detail.name]));
  return { draft, attachments, fired };
}

async function attached(...files) {
  const { attachments, fired, draft } = begin();
  await attachments.add(files);
  return { all: attachments.all, fired, draft };
}

test('text is told by what is in it, whatever it is called', async () => {
  const utf16 = (order) => (letter) => (order === 'le' ? [letter.charCodeAt(0), 0] : [0, letter.charCodeAt(0)]);
  const files = [
    named('notes', 'käse\n'),
    named('notes.zip', '\ufeffwith a mark'),
    named('le.txt', Uint8Array.from([0xff, 0xfe, ...[...'wide'].flatMap(utf16('le'))])),
    named('be.txt', Uint8Array.from([0xfe, 0xff, ...[...'wide'].flatMap(utf16('be'))])),
    named('empty.txt'),
  ];
  const { all, fired } = await attached(...files);
  assert.deepEqual(all.map((one) => one.text), ['käse\n', 'with a mark', 'wide', 'wide', '']);
  assert.ok(fired.every(([what]) => what === 'added'));
});

test('what is neither text nor picture is refused by its name', async () => {
  const zip = [0x50, 0x4b, 3, 4, 20, 0, 0, 0];
  const late = new Uint8Array(10_000).fill(97);
  late[9_000] = 0;
  const { all, fired } = await attached(
    named('zip.txt', Uint8Array.from(zip)),
    named('latin.txt', Uint8Array.from([0x6b, 0xe4, 0x73])),
    named('late.txt', late),
  );
  assert.deepEqual(all, []);
  assert.deepEqual(fired, [['unreadable', 'zip.txt'], ['unreadable', 'latin.txt'], ['unreadable', 'late.txt']]);
});

test('a file that can’t be read is told, and those after it are read', async () => {
  const folder = { name: 'folder', slice: () => ({ arrayBuffer: () => Promise.reject(new Error()) }) };
  const { fired } = await attached(folder, named('b.txt', 'b'));
  assert.deepEqual(fired, [['gone', 'folder'], ['added', 'b.txt']]);
});

test('pictures are told by how they begin', () => {
  const bytes = (start, ...rest) => Uint8Array.from([...start].map((one) => one.charCodeAt(0)).concat(rest));
  const pictures = ['GIF89a', 'RIFF....WEBP', '\0\0\0\x18ftypheic', '\0\0\0\x18ftypavif', 'BM....\0\0\0\0'];
  for (const start of pictures) assert.ok(isPicture(bytes(start, 1, 2)), start);
  assert.ok(isPicture(Uint8Array.from([0xff, 0xd8, 0xff, 0xe1])));
  for (const start of ['BMW is a car', 'RIFF....WAVE', '\0\0\0\x18ftypisom', 'GIF', '']) {
    assert.equal(isPicture(bytes(start)), false, start);
  }
});

test('a picture that the browser can’t show is refused', async () => {
  const { attachments, fired } = begin(() => Promise.reject(new Error()));
  await attachments.add([png()]);
  assert.deepEqual([attachments.all, fired], [[], [['bad_picture', 'a.png']]]);
});

test('while a picture is made ready it has its place, and can be taken away', async () => {
  let finish;
  const { attachments, fired } = begin(() => new Promise((resolve) => (finish = resolve)));
  const adding = attachments.add([png()]);
  while (!finish) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(attachments.all.map(({ kind, name }) => [kind, name]), [['pending', 'a.png']]);
  attachments.remove(attachments.all[0].id);
  finish({ type: 'image/png', data: 'AAAA', bytes: 3 });
  await adding;
  assert.deepEqual([attachments.all, fired], [[], []]);
});

test('which files go along is not another matter because a later one is ready first', async () => {
  let finish;
  const { attachments } = begin(() => new Promise((resolve) => (finish = resolve)));
  const adding = attachments.add([png()]);
  while (!finish) await new Promise((resolve) => setImmediate(resolve));
  const small = attachments.add([named('b.txt', 'b')]);
  const before = attachments.ids;
  await small;
  assert.deepEqual(attachments.all.map(({ name }) => name), ['b.txt', 'a.png']);
  assert.deepEqual(attachments.ids, before);
  finish({ type: 'image/png', data: 'AAAA', bytes: 3 });
  await adding;
  assert.deepEqual(attachments.ids, before);
});

test('what is still made ready doesn’t follow the reader into another conversation', async () => {
  let finish;
  const { attachments, draft, fired } = begin(() => new Promise((resolve) => (finish = resolve)));
  const adding = attachments.add([png()]);
  while (!finish) await new Promise((resolve) => setImmediate(resolve));
  draft.open('b');
  finish({ type: 'image/png', data: 'AAAA', bytes: 3 });
  await adding;
  assert.deepEqual([attachments.all, fired], [[], []]);
});

test('a message has room for eight pictures', async () => {
  const { all, fired } = await attached(...Array.from({ length: 9 }, (_, place) => png(`${place}.png`)));
  assert.equal(all.length, 8);
  assert.deepEqual(fired.at(-1), ['too_many', '8.png']);
});

test('a text file may have 512 KiB, counted as it is sent, and a message 1 MiB in all', async () => {
  const letters = (count) => 'x'.repeat(count * 1024);
  const wide = Uint8Array.from([0xff, 0xfe, ...Array.from({ length: 512 * 1024 }, () => [120, 0]).flat()]);
  const { all, fired } = await attached(
    named('a', letters(512)),
    named('b', letters(513)),
    named('huge', letters(4000)),
    named('wide', wide),
    named('c', letters(10)),
  );
  assert.deepEqual(fired, [['added', 'a'], ['too_large', 'b'], ['too_large', 'huge'], ['too_long', 'wide'], ['added', 'c']]);
  assert.deepEqual(all.map(({ name }) => name), ['a', 'c']);
});

test('what is pasted has the room of a message', () => {
  const { attachments, draft, fired } = begin();
  draft.typed('What is this?');
  attachments.addText('x'.repeat(5_000_000), 'Pasted text');
  attachments.addText('x'.repeat(1_000_000), 'Pasted text');
  assert.deepEqual(fired, [['too_long', 'Pasted text'], ['added', 'Pasted text']]);
  assert.equal(draft.text, 'What is this?');
});

test('files are sent as fenced blocks behind what was typed, under their names', () => {
  const { content } = question(' Compare: \n', [text('a.py', 'print()\n'), text('b c.md', 'no end')]);
  assert.equal(content, 'Compare:\n\n```a.py\nprint()\n```\n\n```b c.md\nno end\n```');
  assert.equal(question('', [text('a', '')]).content, '```a\n```');
});

test('no file ends its own fence, and no name ends its line', () => {
  const { content } = question('', [text('we`ird\n```\nname', 'one\n```js\n`````\n')]);
  assert.equal(content, '``````we ird name\none\n```js\n`````\n``````');
});

test('a question that Hearth would refuse is not sent', () => {
  assert.equal(problemWith({ content: 'x'.repeat(1024 * 1024), images: [] }), null);
  assert.equal(problemWith({ content: '你'.repeat(400_000), images: [] }), 'too_long');
  assert.equal(problemWith({ content: '', images: Array(9).fill('') }), 'too_many');
});

test('a model that can’t see, and those that can, the ones in memory first', () => {
  const model = (name, capabilities, running = null) => ({ name, capabilities, running });
  const blind = model('blind', ['completion']);
  const models = [blind, model('seer', ['vision']), model('warm', ['vision'], {}), model('silent', null)];
  const pictures = [{ kind: 'picture' }];
  assert.deepEqual(blindness(pictures, 'blind', models), { model: 'blind', able: ['warm', 'seer'] });
  assert.deepEqual(blindness(pictures, 'blind', [blind]), { model: 'blind', able: [] });
  for (const name of ['seer', 'silent', 'unknown', null]) assert.equal(blindness(pictures, name, models), null);
  assert.equal(blindness([{ kind: 'text' }], 'blind', models), null);
});

test('of what an office program copies, the words are meant and not their picture', () => {
  const files = [png()];
  assert.deepEqual(filesOf({ types: ['text/plain', 'text/html', 'Files'], files }), []);
  assert.deepEqual(filesOf({ types: ['text/html', 'Files'], files }), files);
  assert.deepEqual(filesOf({ types: ['text/plain', 'Files'], files }), files);
  assert.deepEqual(filesOf(null), []);
});
