// Writes static/vendor/ anew: the libraries of the page, from npm by the exact versions in package-lock.json, made
// small.
//
//     node scripts/vendor/vendor.mjs        or: make vendor
//
// The result is kept in the repository; neither Hearth nor its tests need this to have run.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { grammars } from '../../static/lib/code/languages.js';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '../../static/vendor');
const modules = join(here, 'node_modules');

execFileSync('npm', ['ci', '--no-progress'], { cwd: here, stdio: ['ignore', 'ignore', 'inherit'] });
const { build } = await import('esbuild');

rmSync(target, { recursive: true, force: true });
mkdirSync(join(target, 'licences'), { recursive: true });

await bundle('marked.js', "export { Marked } from 'marked';");
await bundle('highlight/core.js', "export { default } from 'highlight.js/lib/core';");
for (const name of grammars) {
  await bundle(`highlight/${name}.js`, `export { default } from 'highlight.js/lib/languages/${name}';`);
}
const wanted = '__renderToDomTree as renderToDomTree, ParseError';
await bundle('katex/katex.js', `export { ${wanted} } from 'katex/dist/katex.mjs';`);
await styles('katex/katex.css');
fonts('katex/fonts');
writeFileSync(join(target, 'versions.json'), `${JSON.stringify(versions(), null, 2)}\n`);

async function bundle(path, contents) {
  await build({
    stdin: { contents, resolveDir: here },
    outfile: join(target, path),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2020',
    legalComments: 'none',
  });
}

// Every browser that runs the page reads woff2, so the two older formats are left out.
async function styles(path) {
  const contents = readFileSync(join(modules, 'katex/dist/katex.css'), 'utf8').replace(
    /,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\([^)]*\)/g,
    '',
  );
  const stdin = { contents, loader: 'css', resolveDir: here };
  await build({ stdin, outfile: join(target, path), minify: true, legalComments: 'none' });
}

function fonts(path) {
  const from = join(modules, 'katex/dist/fonts');
  for (const name of readdirSync(from)) if (name.endsWith('.woff2')) cpSync(join(from, name), join(target, path, name));
}

function versions() {
  const prefixes = { marked: 'marked.js', 'highlight.js': 'highlight/', katex: 'katex/' };
  return Object.entries(prefixes).map(([name, prefix]) => {
    const { version, license } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'));
    const kept = `licences/${name}.txt`;
    cpSync(join(modules, name, 'LICENSE'), join(target, kept));
    const paths = [...all(target).filter((path) => path.startsWith(prefix)), kept];
    return { name, version, licence: license, files: Object.fromEntries(paths.map((path) => [path, facts(path)])) };
  });
}

function facts(path) {
  const bytes = readFileSync(join(target, path));
  const compressed = path.endsWith('.woff2') ? bytes : gzipSync(bytes, { level: 6 });
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length, gzip: compressed.length };
}

function all(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? all(path) : [relative(target, path)];
    })
    .sort();
}
