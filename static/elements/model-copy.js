import { modelName } from '../lib/model-names.js';
import { shortName } from '../lib/models.js';
import { options, parsed, standard, typed } from '../lib/options.js';
import { ask, Fault, Field, fold, Form } from './form.js';
import { make } from './make.js';
import { t, tag } from './words.js';

const problems = { number: 'option.problem.number', whole: 'option.problem.whole', range: 'option.problem.range' };

// A form for a model of the same weights with other instructions or parameters. from: the details of the model that is
// copied. Asks, at `element`, for `copy-model` {name, from, system?, parameters?}; `done` is called with the new name.
export function modelCopy(element, from, done) {
  const name = new Field({ label: t('models.copy.name'), placeholder: `${plain(from.name)}-short` });
  Object.assign(name.input, { autocomplete: 'off', autocapitalize: 'off', spellcheck: false, dir: 'ltr' });
  const system = new Field({ label: t('settings.system'), hint: t('models.copy.system.hint'), lines: 3 });
  system.input.value = from.system ?? '';
  const set = options.map((option) => [option, parameter(option, from)]);
  const rare = fold(t('settings.more'));
  const fields = { name, system, ...Object.fromEntries(set.map(([option, field]) => [option.name, field])) };
  const form = new Form({
    fields,
    label: t('models.copy.do'),
    places: { bad_model: 'name', ...Object.fromEntries(options.map((option) => [place(option), option.name])) },
    more: [rare],
    run: async (values) => {
      const wanted = modelName(values.name);
      if (!wanted) throw new Fault('bad_model', t(values.name.trim() ? 'models.copy.bad' : 'models.copy.empty'));
      rare.open ||= options.some((option) => option.rare && parsed(option, values[option.name]).problem);
      await ask(element, 'copy-model', { name: wanted, from: from.name, ...changed(values, from) });
      if (name.input.value === values.name) name.input.value = '';
      done(wanted);
    },
  });
  rare.append(...set.filter(([option]) => option.rare).map(([, field]) => field.element));
  return [make('p', { className: 'hint', textContent: t('models.copy.hint') }), form.element];
}

// What is left empty stays as it is in the model.
function changed(values, from) {
  const set = options.map((option) => [option.name, read(option, values[option.name])]);
  const parameters = Object.fromEntries(set.filter(([, value]) => value !== null));
  const system = values.system.trim();
  return {
    ...(system && system !== from.system?.trim() ? { system } : {}),
    ...(Object.keys(parameters).length ? { parameters } : {}),
  };
}

function parameter(option, from) {
  const { value } = standard(option, from);
  const properties = { placeholder: typed(value), autocomplete: 'off', spellcheck: false };
  const hint = t(`option.${option.name}.hint`);
  return new Field({
    label: t(`option.${option.name}`),
    hint,
    ...(option.kind === 'lines' ? { lines: 2 } : { inputMode: option.least < 0 ? 'text' : 'decimal' }),
    ...properties,
  });
}

function read(option, text) {
  const { value = null, problem } = parsed(option, text);
  if (!problem) return value;
  const number = (one) => new Intl.NumberFormat(tag).format(one);
  const words = t(problems[problem], { least: number(option.least), most: number(option.most) });
  throw new Fault(place(option), words);
}

function place(option) {
  return `bad_${option.name}`;
}

// Without its tag, so that a tag for the copy can be thought of.
function plain(name) {
  return shortName(name).replace(/:.*$/, '').replace(/^.*\//, '');
}
