import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStreamParser } from '../../static/lib/event-stream.js';

const encode = (text) => new TextEncoder().encode(text);

function parse(...pieces) {
  const parser = new EventStreamParser();
  return pieces.flatMap((piece) => parser.feed(piece));
}

const stream = [
  '\uFEFFretry: 1000\nid: 1\n\n',
  ': a comment\n\n',
  'id: 2\nevent: content\ndata: {"text":"héllo 你好 🙂"}\n\n',
  'id: 3\r\nevent: content\r\ndata:no space\r\ndata:  two spaces\r\n\r\n',
  'id: 4\rdata\rdata: after an empty line\r\r',
  'nonsense: x\nid: bad\0id\ndata: last\n\n',
  'data: never finished\n',
].join('');

const expected = [
  { id: '2', type: 'content', data: '{"text":"héllo 你好 🙂"}' },
  { id: '3', type: 'content', data: 'no space\n two spaces' },
  { id: '4', type: 'message', data: '\nafter an empty line' },
  { id: '4', type: 'message', data: 'last' },
];

test('a whole stream gives its events, and no comment, no block without data, no unfinished one', () => {
  assert.deepEqual(parse(encode(stream)), expected);
});

test('a stream cut in two at any byte gives the same events', () => {
  const bytes = encode(stream);
  for (let cut = 0; cut <= bytes.length; cut++) {
    assert.deepEqual(parse(bytes.slice(0, cut), bytes.slice(cut)), expected, `cut at ${cut}`);
  }
});

test('a stream that comes byte by byte, with empty pieces between, gives the same events', () => {
  const pieces = [...encode(stream)].flatMap((byte) => [Uint8Array.of(byte), new Uint8Array()]);
  assert.deepEqual(parse(...pieces), expected);
});

test('U+2028 and U+0085 are text, not line ends', () => {
  assert.deepEqual(parse(encode('data: a\u2028b\u0085c\n\n')), [{ id: '', type: 'message', data: 'a\u2028b\u0085c' }]);
});
