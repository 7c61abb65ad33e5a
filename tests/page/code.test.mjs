import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { Colouring, MOST } from '../../static/lib/code/colouring.js';
import { load } from '../../static/lib/code/grammar.js';
import { allNeeded, grammars, languageOf } from '../../static/lib/code/languages.js';
import { Pace } from '../../static/lib/code/pace.js';
import { formula } from '../../static/lib/math.js';
import * as katex from '../../static/vendor/katex/katex.js';

const PYTHON = `import os  # why

class Kettle:
    """Boils
    water."""

    def boil(self, litres: float = 1.5) -> str:
        return f"{litres} l in 'the' kettle"
`;
const PAGE = `<!doctype html>
<style>
  p { color: red; }
</style>
<script>
  /* over
     two lines */
  const kettle = "<p>" + 3;
</script>
<p class="a">Tea &amp; cake</p>
`;

const linesOf = (code) => code.split(/(?<=\n)/);
const textOf = (lines) => lines.flat().map(([, text]) => text).join('');

// What is on the page in the end, when the lines come as `batches` says.
function coloured(highlight, batches) {
  const colouring = new Colouring(highlight);
  const shown = [];
  const work = () => {
    while (colouring.waiting) for (const [number, runs] of colouring.step()) shown[number] = runs;
  };
  for (const batch of batches) {
    batch.forEach((line) => colouring.add(line));
    work();
  }
  colouring.end();
  work();
  return shown;
}

test('a language is known by its names, however they are written', () => {
  const labels = ['py', 'Python', 'C++', 'cpp', 'sh', 'bash', 'ts', 'html', 'xml', 'toml', '{.rust}', 'Dockerfile'];
  const expected = ['Python', 'Python', 'C++', 'C++', 'Shell', 'Bash', 'TypeScript', 'HTML', 'XML', 'TOML', 'Rust'];
  assert.deepEqual(labels.map((name) => languageOf(name).label), [...expected, 'Dockerfile']);
  assert.deepEqual(languageOf('klingon'), { word: 'klingon', label: 'klingon', ending: 'txt', grammar: '' });
  assert.equal(languageOf('').label, '');
  assert.equal(languageOf('constructor').grammar, '');
});

test('each language has its file, and so has what it hands over to', () => {
  for (const name of grammars.flatMap(allNeeded)) {
    assert.ok(existsSync(new URL(`../../static/vendor/highlight/${name}.js`, import.meta.url)), name);
  }
});

test('each language colours something and keeps every character', async () => {
  const code = '#!/x\n// a "b" 1 <p class="c">\n# d\nif (x) { return 2 }\n\n\tend';
  for (const name of grammars) {
    const { lines } = (await load(name))(code);
    assert.equal(textOf(lines), code, name);
    assert.equal(lines.length, 6, name);
  }
});

test('words, strings and comments get their kinds', async () => {
  const { lines, sure } = (await load('python'))(PYTHON);
  assert.deepEqual(lines[0], [['keyword', 'import'], ['', ' os  '], ['comment', '# why'], ['', '\n']]);
  assert.deepEqual(lines[3], [['', '    '], ['string', '"""Boils\n']]);
  assert.equal(sure, true);
  assert.equal((await load('python'))('"""Boils\n').sure, false);
});

test('a page shows the colours of its styles and scripts', async () => {
  const { lines } = (await load('xml'))(PAGE);
  assert.ok(lines[2].some(([kind, text]) => kind === 'attribute' && text === 'color'));
  assert.ok(lines[7].some(([kind, text]) => kind === 'keyword' && text === 'const'));
});

for (const [grammar, code] of [['python', PYTHON], ['xml', PAGE], ['markdown', 'Tea\n===\n\n- *one*\n- two\n']]) {
  test(`${grammar} has the same colours whether it comes at once or line by line`, async () => {
    const highlight = await load(grammar);
    for (const source of [code, code.repeat(300)]) {
      const lines = linesOf(source);
      const whole = coloured(highlight, [lines]);
      const single = coloured(highlight, lines.map((line) => [line]));
      assert.equal(textOf(whole), lines.slice(0, whole.length).join(''));
      if (source === code || grammar !== 'markdown') assert.deepEqual(single, whole);
    }
  });
}

test('a finished line is not coloured again, and the cost of one does not grow with the code', async () => {
  const highlight = await load('python');
  let most = 0;
  const colouring = new Colouring((code) => {
    most = Math.max(most, code.length);
    return highlight(code);
  });
  const seen = new Set();
  for (const line of linesOf(PYTHON.repeat(200))) {
    colouring.add(line);
    while (colouring.waiting) {
      for (const [number] of colouring.step()) {
        assert.ok(!seen.has(number), `line ${number}`);
        seen.add(number);
      }
    }
  }
  assert.ok(most < 2 * PYTHON.length, `${most} characters at once`);
});

test('what is too long to be read stays plain, in bounded pieces of work', async () => {
  const highlight = await load('python');
  let longest = 0;
  const measured = (code) => {
    longest = Math.max(longest, code.length);
    return highlight(code);
  };
  assert.ok(textOf(coloured(measured, [linesOf('x = 1  # one\n'.repeat(100_000))])).length <= MOST);
  assert.deepEqual(coloured(measured, [[`x = "${'y'.repeat(1_000_000)}"\n`]]), []);
  const text = coloured(measured, [linesOf(`"""\n${'all one string\n'.repeat(50_000)}`)]);
  assert.ok(text.length > 100);
  assert.ok(longest <= 130_000, `${longest} characters at once`);
});

test('work takes a part of the time that does not depend on how slow it is', () => {
  let now = 1_000;
  const pace = new Pace(() => now);
  assert.equal(pace.wait, 0);
  pace.run(() => (now += 10));
  assert.equal(pace.wait, 80);
  now += 200;
  assert.equal(pace.wait, 0);
});

// --- formulas

test('a formula becomes what is seen and what is spoken', () => {
  const { tree } = formula(katex, 'e^{i\\pi}+1=0', false);
  const [spoken, seen] = tree.children;
  assert.deepEqual([spoken.classes, seen.classes], [['katex-mathml'], ['katex-html']]);
  assert.equal(seen.attributes['aria-hidden'], 'true');
});

test('what is no formula is told in words', () => {
  assert.match(formula(katex, '\\frac{1}{', false).problem, /end of input/);
  assert.match(formula(katex, '\\nonsense', false).problem, /Undefined control sequence/);
});

test('no formula makes a link, an image, or a style attribute', () => {
  const hostile = [
    '\\href{javascript:alert(1)}{x}',
    '\\url{https://example.org/}',
    '\\includegraphics{https://example.org/x.png}',
    '\\htmlData{a=b}{x}',
    '\\htmlStyle{position:fixed}{x}',
    '\\htmlClass{actions}{x}',
    '\\htmlId{question}{x}',
    '\\pmb{x}',
    '\\fcolorbox{red}{blue}{x}',
  ];
  for (const tex of hostile) {
    const { tree } = formula(katex, tex, false);
    const all = [];
    const visit = (node) => all.push(node) && (node.children ?? []).forEach(visit);
    visit(tree);
    for (const { attributes = {}, classes = [] } of all) {
      const names = Object.keys(attributes);
      assert.ok(!names.some((name) => /^(href|src|style|id|data-.*|on.*)$/.test(name)), `${tex}: ${names}`);
      assert.ok(!classes.includes('actions'), tex);
    }
  }
});

test('a formula that would grow without end, or leave its place, stays as it is', () => {
  const bombs = [
    '\\def\\a{\\b\\b}\\def\\b{\\a\\a}\\a',
    '\\def\\a#1{\\a{#1#1}}\\a{x}',
    `\\newcommand{\\a}{${'x'.repeat(1000)}}${'\\a'.repeat(300)}`,
    `${'\\sqrt{'.repeat(500)}x${'}'.repeat(500)}`,
    `\\begin{matrix}${'1&'.repeat(2_400)}\\end{matrix}`,
    'x'.repeat(100_000),
    '\\kern-80em over',
    '\\smash{\\raisebox{-90em}{over}}',
  ];
  for (const tex of bombs) assert.equal(formula(katex, tex, true).tree, undefined, tex.slice(0, 40));
});

test('a macro of one formula is unknown to the next', () => {
  assert.ok(formula(katex, '\\gdef\\kettle{x}\\kettle', false).tree);
  assert.match(formula(katex, '\\kettle', false).problem, /kettle/);
});
