// A longer formula stays source, and so does one that makes more of the page's elements, or nests them deeper: browsers
// may crash on what is nested in thousands.
const LONGEST = 5_000;
const MOST = 10_000;
const DEEPEST = 200;
// In em: what is pushed further than this would lie over other parts of the conversation.
const FURTHEST = { marginLeft: 20, marginRight: 20, top: 60 };
// A formula that makes macros of its own could grow without end by few characters.
const MACROS = /\\(?:[egx]?def|(?:re|provide)?newcommand|providecommand|let|futurelet|global|long)(?![a-z])/i;
const LONGEST_WITH_MACROS = 2_000;

const OPTIONS = {
  output: 'htmlAndMathml',
  throwOnError: true,
  errorColor: 'currentcolor',
  strict: 'ignore',
  trust: false,
  maxSize: 20,
};

// What KaTeX makes of a formula: {tree}, with `toNode()`; or else {problem}, in KaTeX's words, '' if it has none.
export function formula(katex, tex, displayMode) {
  const macros = MACROS.test(tex);
  if (tex.length > (macros ? LONGEST_WITH_MACROS : LONGEST)) return { problem: '' };
  try {
    const options = { ...OPTIONS, displayMode, maxExpand: macros ? 50 : 1_000, macros: {} };
    const tree = katex.renderToDomTree(tex, options);
    return fits(tree) ? { tree } : { problem: '' };
  } catch (error) {
    return { problem: error instanceof katex.ParseError ? error.rawMessage : '' };
  }
}

// The page's policy forbids style attributes, which KaTeX sets on a few elements of the MathML that is only spoken.
function fits(tree) {
  let count = 0;
  const visit = (node, depth) => {
    count += 1;
    if (count > MOST || depth > DEEPEST || strays(node.style ?? {})) return false;
    if (node.attributes) delete node.attributes.style;
    return (node.children ?? []).every((child) => visit(child, depth + 1));
  };
  return visit(tree, 0);
}

function strays(style) {
  return Object.entries(FURTHEST).some(([name, most]) => Math.abs(parseFloat(style[name])) > most);
}
