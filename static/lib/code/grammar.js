import { allNeeded } from './languages.js';
import { Runs, byLine } from './runs.js';

const loaded = new Map();

// Loads what colours this language, once for all. Gives a function: code → {lines, sure}. `lines` are the runs of
// each; `sure` tells that the code ends where the language is at its outermost, so that what follows can be coloured
// without what was before.
export function load(grammar) {
  if (!loaded.has(grammar)) loaded.set(grammar, begin(grammar));
  return loaded.get(grammar);
}

async function begin(grammar) {
  try {
    const [core] = await Promise.all([engine(), ...allNeeded(grammar).map(register)]);
    return (code) => highlight(core, grammar, code);
  } catch (error) {
    loaded.delete(grammar); // the next block tries again
    throw error;
  }
}

async function engine() {
  const { default: core } = await import('../../vendor/highlight/core.js');
  core.configure({ __emitter: Runs });
  return core;
}

async function register(name) {
  const [core, { default: define }] = await Promise.all([engine(), import(`../../vendor/highlight/${name}.js`)]);
  if (!core.getLanguage(name)) core.registerLanguage(name, define);
}

function highlight(core, language, code) {
  const { _emitter, _top, errorRaised } = core.highlight(code, { language, ignoreIllegals: true });
  if (errorRaised) return { lines: byLine([['', code]]), sure: true };
  return { lines: byLine(_emitter.runs), sure: !_top.parent && _top.subLanguage == null };
}
