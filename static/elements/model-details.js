import { fold } from './form.js';
import { make } from './make.js';
import { day } from './moments.js';
import { typed } from '../lib/options.js';
import { t } from './words.js';

// Enough to compare two by.
const DIGEST = 12; // characters

// What a model is made of, as GET /api/models/NAME tells it: each text folded away.
export function modelDetails({ digest, modified_at: modified, families, parameters, system, template, license }) {
  const facts = [
    families?.join(', '),
    modified && t('models.modified', { day: day(modified) }),
    digest && t('models.digest', { digest: digest.replace(/^sha256:/, '').slice(0, DIGEST) }),
  ];
  const set = Object.entries(parameters ?? {});
  return [
    make('p', { className: 'hint', textContent: facts.filter(Boolean).join(' · ') }),
    ...(set.length ? [fold(t('models.parameters'), table(set))] : []),
    ...texts([[t('models.system'), system], [t('models.template'), template], [t('models.license'), license]]),
  ];
}

function table(entries) {
  const rows = entries.flatMap(([name, value]) => [
    make('dt', { textContent: name }),
    make('dd', { textContent: typed(value) }),
  ]);
  return make('dl', {}, ...rows);
}

// Long ones are scrolled, also by keyboard.
function texts(named) {
  return named.filter(([, text]) => text?.trim()).map(([name, text]) => {
    const properties = { tabIndex: 0, role: 'region', ariaLabel: name, dir: 'auto' };
    return fold(name, make('pre', { ...properties, textContent: text.trim() }));
  });
}
