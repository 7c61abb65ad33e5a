// The languages that code blocks know: the label, a file's ending, the grammar in vendor/highlight/, and the words by
// which a fence names it, beside the grammar's own name. scripts/vendor/vendor.mjs brings the grammars that are named
// here; '' is for those that highlight.js doesn't have.
const table = [
  ['Ada', 'adb', 'ada'],
  ['Apache', 'conf', 'apache', 'apacheconf'],
  ['AppleScript', 'applescript', 'applescript', 'osascript'],
  ['Arduino', 'ino', 'arduino', 'ino'],
  ['Assembly', 'asm', 'x86asm', 'asm', 'assembly', 'nasm'],
  ['Assembly', 's', 'armasm', 'arm'],
  ['AWK', 'awk', 'awk', 'gawk'],
  ['Bash', 'sh', 'bash'],
  ['Batch', 'bat', 'dos', 'bat', 'batch', 'cmd'],
  ['C', 'c', 'c', 'h'],
  ['C++', 'cpp', 'cpp', 'c++', 'cc', 'cxx', 'hpp', 'hxx', 'hh'],
  ['C#', 'cs', 'csharp', 'cs', 'c#', 'dotnet'],
  ['Caddyfile', 'caddyfile', '', 'caddy', 'caddyfile'],
  ['Clojure', 'clj', 'clojure', 'clj', 'cljs', 'edn'],
  ['CMake', 'cmake', 'cmake'],
  ['CoffeeScript', 'coffee', 'coffeescript', 'coffee'],
  ['Crystal', 'cr', 'crystal', 'cr'],
  ['CSS', 'css', 'css'],
  ['D', 'd', 'd', 'dlang'],
  ['Dart', 'dart', 'dart'],
  ['Delphi', 'pas', 'delphi', 'pascal', 'pas', 'objectpascal'],
  ['Diff', 'diff', 'diff', 'patch', 'udiff'],
  ['Django', 'html', 'django', 'jinja', 'jinja2'],
  ['Dockerfile', 'dockerfile', 'dockerfile', 'docker', 'containerfile'],
  ['Elixir', 'ex', 'elixir', 'ex', 'exs'],
  ['Elm', 'elm', 'elm'],
  ['Erlang', 'erl', 'erlang', 'erl'],
  ['ERB', 'erb', 'erb'],
  ['F#', 'fs', 'fsharp', 'fs', 'f#'],
  ['Fortran', 'f90', 'fortran', 'f90', 'f95'],
  ['G-code', 'nc', 'gcode', 'nc'],
  ['GLSL', 'glsl', 'glsl', 'wgsl', 'hlsl', 'shader'],
  ['Go', 'go', 'go', 'golang'],
  ['Gradle', 'gradle', 'gradle'],
  ['GraphQL', 'graphql', 'graphql', 'gql'],
  ['Groovy', 'groovy', 'groovy', 'jenkinsfile'],
  ['Handlebars', 'hbs', 'handlebars', 'hbs', 'mustache'],
  ['Haskell', 'hs', 'haskell', 'hs'],
  ['Haxe', 'hx', 'haxe', 'hx'],
  ['HTML', 'html', 'xml', 'html', 'xhtml', 'htm', 'vue', 'svelte', 'astro'],
  ['INI', 'ini', 'ini', 'cfg', 'conf', 'systemd', 'editorconfig', 'desktop'],
  ['Java', 'java', 'java'],
  ['JavaScript', 'js', 'javascript', 'js', 'mjs', 'cjs', 'node'],
  ['JSON', 'json', 'json', 'jsonc', 'json5', 'jsonl', 'ndjson'],
  ['JSX', 'jsx', 'javascript', 'jsx'],
  ['Julia', 'jl', 'julia', 'jl'],
  ['Kotlin', 'kt', 'kotlin', 'kt', 'kts'],
  ['LaTeX', 'tex', 'latex', 'tex', 'bibtex'],
  ['Less', 'less', 'less'],
  ['Lisp', 'lisp', 'lisp', 'commonlisp', 'common-lisp', 'cl', 'elisp', 'emacs-lisp'],
  ['LLVM IR', 'll', 'llvm', 'll'],
  ['Lua', 'lua', 'lua', 'luau'],
  ['Makefile', 'mk', 'makefile', 'make', 'mk', 'mak'],
  ['Markdown', 'md', 'markdown', 'md', 'mdx'],
  ['MATLAB', 'm', 'matlab', 'octave'],
  ['nginx', 'conf', 'nginx', 'nginxconf'],
  ['Nim', 'nim', 'nim'],
  ['Nix', 'nix', 'nix', 'nixos'],
  ['Objective-C', 'm', 'objectivec', 'objective-c', 'objc', 'obj-c', 'mm'],
  ['OCaml', 'ml', 'ocaml', 'ml', 'sml'],
  ['OpenSCAD', 'scad', 'openscad', 'scad'],
  ['Perl', 'pl', 'perl', 'pl', 'pm'],
  ['PHP', 'php', 'php'],
  ['PowerShell', 'ps1', 'powershell', 'pwsh', 'ps', 'ps1'],
  ['Processing', 'pde', 'processing', 'pde'],
  ['Prolog', 'pl', 'prolog'],
  ['Properties', 'properties', 'properties', 'env', 'dotenv'],
  ['Protocol Buffers', 'proto', 'protobuf', 'proto'],
  ['Puppet', 'pp', 'puppet', 'pp'],
  ['Python', 'py', 'python', 'py', 'python3', 'py3', 'ipython', 'gyp', 'starlark', 'bazel'],
  ['Python', 'txt', 'python-repl', 'pycon'],
  ['QML', 'qml', 'qml'],
  ['R', 'r', 'r'],
  ['Racket', 'rkt', 'scheme', 'racket', 'rkt'],
  ['ReasonML', 're', 'reasonml', 'reason'],
  ['Ruby', 'rb', 'ruby', 'rb', 'gemspec', 'podspec', 'irb'],
  ['Rust', 'rs', 'rust', 'rs'],
  ['Scala', 'scala', 'scala', 'sbt'],
  ['Scheme', 'scm', 'scheme', 'scheme', 'scm'],
  ['SCSS', 'scss', 'scss', 'sass'],
  ['Shell', 'sh', 'bash', 'sh', 'shell', 'zsh', 'fish', 'ksh', 'ash', 'dash'],
  ['Shell', 'txt', 'shell', 'console', 'shellsession', 'shell-session', 'sh-session', 'terminal'],
  ['Solidity', 'sol', '', 'solidity', 'sol'],
  ['SQL', 'sql', 'sql', 'mysql', 'sqlite', 'mariadb', 'postgres', 'postgresql', 'pgsql', 'psql', 'plsql', 'tsql'],
  ['Stylus', 'styl', 'stylus', 'styl'],
  ['SVG', 'svg', 'xml', 'svg'],
  ['Swift', 'swift', 'swift'],
  ['Tcl', 'tcl', 'tcl', 'tk'],
  ['Terraform', 'tf', '', 'terraform', 'tf', 'hcl'],
  ['Thrift', 'thrift', 'thrift'],
  ['TOML', 'toml', 'ini', 'toml'],
  ['TSX', 'tsx', 'typescript', 'tsx'],
  ['Twig', 'twig', 'twig'],
  ['TypeScript', 'ts', 'typescript', 'typescript', 'ts', 'mts', 'cts'],
  ['Vala', 'vala', 'vala'],
  ['VB.NET', 'vb', 'vbnet', 'vb', 'visualbasic', 'vba'],
  ['Verilog', 'v', 'verilog', 'v', 'sv', 'systemverilog'],
  ['VHDL', 'vhdl', 'vhdl'],
  ['Vim script', 'vim', 'vim', 'viml', 'vimscript'],
  ['WebAssembly', 'wat', 'wasm', 'wat'],
  ['XML', 'xml', 'xml', 'xml', 'rss', 'atom', 'xsd', 'xsl', 'xslt', 'plist', 'wsdl'],
  ['YAML', 'yml', 'yaml', 'yml', 'compose', 'docker-compose'],
];

// Grammars that hand pieces over to others: without those, the pieces would stay plain.
const needs = {
  django: ['xml'],
  dockerfile: ['bash'],
  erb: ['xml', 'ruby'],
  handlebars: ['xml'],
  javascript: ['xml'],
  markdown: ['xml'],
  'python-repl': ['python'],
  shell: ['bash'],
  twig: ['xml'],
  typescript: ['xml'],
  xml: ['css', 'javascript'],
};

const known = new Map();
for (const [label, ending, grammar, ...names] of table) {
  for (const name of names) known.set(name, { label, ending, grammar });
}
// A grammar's own name goes to the first that uses it, unless it is told otherwise.
for (const [label, ending, grammar] of table) {
  if (grammar && !known.has(grammar)) known.set(grammar, { label, ending, grammar });
}

export const grammars = [...new Set([...known.values()].map(({ grammar }) => grammar))].filter(Boolean).sort();

// What is known of a fence's first word. An unknown one is its own label: the writer chose it for people.
export function languageOf(word) {
  const name = word.toLowerCase().replace(/^\{?\.?|\}$/g, '');
  return { word, ...(known.get(name) ?? { label: word.slice(0, 40), ending: 'txt', grammar: '' }) };
}

export function allNeeded(grammar) {
  return [grammar, ...(needs[grammar] ?? [])];
}
