import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Notes } from '../../static/lib/markdown/notes.js';
import { outlined } from '../../static/lib/markdown/outline.js';
import { treeText } from '../../static/lib/markdown/plain.js';
import { Tree } from '../../static/lib/markdown/tree.js';
import { begun, during, fixtures, parser, simple, tree, visible, written } from './markdown-support.mjs';

// Notes stand at the end, and are numbered for good once all are there.
function shown(root) {
  return visible({ ...root, children: root.children.filter(({ name }) => name !== 'section') }).replace(/\s+/g, '');
}

for (const [name, text] of fixtures) {
  test(`${name} is the same wherever it is cut`, () => {
    const whole = tree(text);
    for (let place = 1; place < text.length; place++) {
      assert.deepEqual(tree(text.slice(0, place), text.slice(place)), whole, `cut at ${place}`);
    }
    assert.deepEqual(tree(...text), whole);
  });
}

// What has no end, or is defined only later, can't be known before.
const unforeseen = /malformed|references/;

for (const [name, text] of fixtures.filter(([one]) => !unforeseen.test(one))) {
  test(`${name} never shows what it takes back`, () => {
    const whole = shown(tree(text));
    for (let place = 0; place <= text.length; place++) {
      const now = shown(during(text.slice(0, place)));
      assert.ok(whole.startsWith(now), `after ${JSON.stringify(text.slice(Math.max(0, place - 40), place))}: ${now.slice(-60)}`);
    }
  });
}

// Loose or tight, open or closed is known to the pieces only, and a code's last line break is nobody's.
function structure(root) {
  const marks = written(simple(root)).replace(/ className=(?:loose|tight|task)| open=\w+/g, '');
  return marks.replace(/<\/?p>/g, '¶').replace(/\s+/g, ' ').replace(/ ?¶[ ¶]*/g, '¶');
}

for (const [name, text] of fixtures.filter(([one]) => !/notes|windows/.test(one))) {
  test(`${name} read in pieces is what it is as a whole`, () => {
    const words = (key, values) => [key, ...Object.values(values ?? {})].join(' ');
    const whole = new Tree({ notes: new Notes({ prefix: 'm', words }), words });
    const root = { name: 'root', properties: {}, children: whole.blocks(parser.parse(text, Object.create(null))) };
    outlined(root.children, []);
    assert.equal(structure(tree(text)), structure(root));
  });
}

test('what is finished stays the same nodes', () => {
  const message = begun();
  const seen = [];
  for (const character of fixtures.find(([name]) => name === 'long-answer.md')[1]) {
    message.feed(character);
    message.show(true);
    seen.forEach((node, place) => assert.equal(message.root.children[place], node));
    for (const node of message.root.children.slice(seen.length, message.root.settled)) seen.push(node);
  }
  assert.ok(seen.length > 6);
});

test('finished items of a list and rows of a table stay the same nodes', () => {
  const grown = (...pieces) => {
    const message = begun();
    for (const piece of pieces) {
      message.feed(piece);
      message.show(true);
    }
    return message.root.children[0];
  };
  const list = grown('- a\n- b\n');
  assert.equal(list.settled, 1);
  assert.equal(list.children.length, 2);
  const table = grown('| a |\n|---|\n| 1 |\n| 2');
  assert.deepEqual(table.children[0].children[1].children.map(visible).map((text) => text.trim()), ['1', '2']);
  assert.equal(table.children[0].children[1].settled, 1);
});

const unfinished = [
  ['a **bold', '<p>a <strong>bold</strong></p>'],
  ['a **bold*', '<p>a <strong>bold</strong></p>'],
  ['a ***both', '<p>a <em><strong>both</strong></em></p>'],
  ['some `code', '<p>some <code>code</code></p>'],
  ['a [link](https://exa', '<p>a</p>'],
  ['a ![picture](htt', '<p>a</p>'],
  ['the formula $x^2', '<p>the formula</p>'],
  ['it costs $5 and', '<p>it costs $5 and</p>'],
  ['H<sub>2', '<p>H<sub>2</sub></p>'],
  ['a <b', '<p>a</p>'],
  ['text\n-', '<p>text</p>'],
  ['text\n1.', '<p>text</p>'],
  ['#', ''],
  ['- one\n-', '<ul className=tight><li><p>one</p></li></ul>'],
  ['- [ ] ', '<ul className=tight></ul>'],
  ['| a | b |', ''],
  ['| a | b |\n|--', ''],
  ['text\n| a | b |\n', '<p>text</p>'],
  ['```py', ''],
  ['``', ''],
  ['[label]: https://example.o', ''],
  ['$$\nx = 1\n- y', ''],
  ['a \\', '<p>a</p>'],
  ['Fish &am', '<p>Fish</p>'],
];

for (const [text, expected] of unfinished) {
  test(`${JSON.stringify(text)} waits, or looks as it will`, () => {
    assert.equal(written(during(text)).replace(/<ul className=tight><\/ul>/, ''), expected.replace(/<ul className=tight><\/ul>/, ''));
  });
}

test('a code is a code before it is closed', () => {
  const [block] = during('```js\nlet a;\n``').children;
  assert.deepEqual(block.properties, { language: 'js', open: true, code: 'let a;' });
  const [nested] = during('- x\n  ```js\n  let a;').children[0].children[0].children.slice(1);
  assert.deepEqual(nested.properties, { language: 'js', code: 'let a;', open: true });
});

test('a message that goes on is what it would have been in one go', () => {
  for (const text of ['# Hi\n\n- a\n- b **bold', '```js\na\n``', 'A [ref', '| a |\n|---|\n| b']) {
    const rest = { '# Hi\n\n- a\n- b **bold': '** c\n- d', '```js\na\n``': '`\nb', 'A [ref': '](https://example.org)', '| a |\n|---|\n| b': ' |\n| c |' }[text];
    const message = begun();
    message.feed(text);
    message.show(false);
    message.feed(rest);
    message.show(true);
    message.show(false);
    assert.deepEqual(simple(message.root), tree(text + rest));
  }
});

test('what may not join stands by itself', () => {
  const message = begun();
  message.feed('- a **b');
  message.breakWith({ name: 'hr', properties: {}, children: [] });
  message.feed('c** d');
  message.show(false);
  assert.equal(written(simple(message.root)), '<ul className=tight><li><p>a **b</p></li></ul><hr></hr><p>c** d</p>');
});

test('definitions at the end reach back', () => {
  const late = written(tree(fixtures.find(([name]) => name === 'references-late.md')[1]));
  assert.equal(late.split('href=https://example.org/later').length, 4);
});

test('footnotes are numbered as they are referred to, and lead there and back', () => {
  const text = 'One[^b], two[^a], one[^b], none[^c].\n\n[^a]: A\n[^b]: B\n[^d]: D';
  const [paragraph, section] = tree(text).children;
  assert.equal(visible(paragraph).trim(), 'One1, two2, one1, none[^c].');
  const notes = section.children[0].children.map((note) => [note.properties.id, visible(note).replace(/\s+/g, ' ').trim()]);
  assert.deepEqual(notes, [['m-note-1', 'B ↩'], ['m-note-2', 'A ↩'], ['m-note-3', 'D ↩']]);
});

test('links lead to the web and to mail only', () => {
  const links = (text) => [...written(tree(text)).matchAll(/href=([^ >]*)/g)].map(([, href]) => href);
  assert.deepEqual(links('[a](HTTPS://example.org) <me@example.org>'), ['https://example.org/', 'mailto:me@example.org']);
  for (const address of [
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    '&#106;avascript:alert(1)',
    'java&#x0A;script:alert(1)',
    '&Tab;javascript&colon;alert(1)',
    '<java\tscript:alert(1)>',
    '\u0001javascript:alert(1)',
    'vbscript:x',
    'data:text/html,x',
    'file:///etc/passwd',
    '/api/status',
    '//example.org',
    'blob:https://example.org/x',
  ]) {
    for (const text of [`[a](${address})`, `![a](${address})`, `[a]: ${address}\n\n[a]`, `<${address}>`]) assert.deepEqual(links(text), [], text);
  }
});

test('no picture of another host is shown, only told of', () => {
  const pictures = written(tree(fixtures.find(([name]) => name === 'pictures.md')[1]));
  assert.equal(pictures.match(/<img/g).length, 1);
  assert.match(pictures, /<img src=data:image\/png/);
  assert.match(pictures, /<a className=picture href=https:\/\/pictures.example.org\/cat.jpg>A cat on a sofa <span>markdown.picture pictures.example.org/);
});

test('HTML is text', () => {
  const { children } = tree('<script>alert(1)</script>\n\n<img src=x onerror=alert(1)> <b>x</b>');
  assert.equal(children.map(visible).join('').replace(/\n+/g, '\n').trim(), '<script>alert(1)</script>\n<img src=x onerror=alert(1)> <b>x</b>');
});

test('a message as plain text', () => {
  const text = '# Hi\n\nA **b** [c](https://example.org/c) $x$ `d`[^1]\n\n- one\n  1. two\n- [x] three\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\ncode\n```\n\n[^1]: Note';
  assert.equal(
    treeText(tree(text)),
    'Hi\n\nA b c (https://example.org/c) x d[1]\n\n• one\n  1. two\n• [x] three\n\na\tb\n1\t2\n\ncode\n\n1. Note',
  );
});

const emphasised = [
  ['字**“x”**字', '字[“x”]字'],
  ['**注意：**请', '[注意：]请'],
  ['请看**（重点）**这里', '请看[（重点）]这里'],
  ['**強調？**残念', '[強調？]残念'],
  ['**용어(term)**를', '[용어(term)]를'],
  ['**《书》**和**《另一本》**的', '[《书》]和[《另一本》]的'],
  ['字**`code`**字', '字[code]字'],
  ['价格~~￥100。~~现在', '价格(￥100。)现在'],
  ['*“斜”*字', '/“斜”/字'],
  ['** 字**字', '** 字**字'],
  ['字 * 字 * 字', '字 * 字 * 字'],
  ['**a(b)**c', '**a(b)**c'],
];
const signs = { strong: ['[', ']'], em: ['/', '/'], del: ['(', ')'] };

function withSigns(one) {
  if (typeof one === 'string') return one;
  const [begin, end] = signs[one.name] ?? ['', ''];
  return begin + one.children.map(withSigns).join('') + end;
}

for (const [text, expected] of emphasised) {
  test(`${text} is emphasised as it is meant`, () => assert.equal(withSigns(tree(text)), expected));
}

test('headings begin below the page’s own, and skip no level', () => {
  const levels = (...pieces) => written(tree(...pieces)).match(/<h\d/g).join('');
  assert.equal(levels('## Bread\n\n#### Dough\n\n### Oven\n\n# End'), '<h3<h4<h4<h3');
  assert.equal(levels('# a\n\n- ### b\n- # c\n\n> ## d\n'), '<h3<h4<h3<h4');
  assert.equal(levels(...'# 1\n\n## 2\n\n### 3\n\n#### 4\n\n##### 5\n\n# 1\n'), '<h3<h4<h5<h6<h6<h3');
});

test('a heading that refers to what comes later keeps its level', () => {
  assert.match(written(tree('# a\n\n## [b]\n\n[b]: https://example.org/\n')), /<h4[^>]*><a /);
});

test('footnotes within a quote or a list are shown as text', () => {
  for (const text of ['> a[^1]\n> [^1]: the note\n', '- a[^1]\n\n  [^1]: the note\n- b']) {
    assert.match(visible(tree(text)), /the note/);
  }
});

test('where a reply went on is not part of its plain text', () => {
  const message = begun();
  message.feed('One');
  message.breakWith({ name: 'p', properties: { className: 'seam' }, children: ['continued here'] });
  message.feed('two');
  message.show(false);
  assert.equal(treeText(message.root), 'One\n\ntwo');
});

test('a comment is not shown, and one that never ends hides nothing once the reply is whole', () => {
  const comment = 'Before\n\n<!-- a --> b\n\n<!-- open\n\n# After';
  assert.equal(visible(during(comment)).trim(), 'Before\n\nb');
  assert.equal(visible(tree(...comment)).trim(), 'Before\n\nb\n\n<!-- open\n\n# After');
});

// Looking for the end of each through all the rest would take minutes.
test('a model that begins comments without end, again and again, stops nothing', () => {
  const text = '<!-- again\n\n'.repeat(100_000);
  assert.equal(visible(during(`Before\n\n${text}`)).trim(), 'Before');
  assert.equal(visible(tree(text)).trim(), text.trim());
});
