import { shortName } from '../lib/models.js';
import { icon } from './icon.js';
import { make } from './make.js';
import { abilityWords, facts, memory } from './model-words.js';
import { t } from './words.js';

// One model in a list to choose from.
export function modelOption(model, { selected, standard }) {
  const words = abilityWords(model);
  if (standard) words.unshift(t('model.standard'));
  const item = make('li', { role: 'option', id: `model-${model.name}`, ariaSelected: String(selected) });
  item.append(
    make('span', { className: 'name', textContent: shortName(model.name), dir: 'auto' }),
    make('span', { className: 'abilities' }, ...words.map((textContent) => make('span', { textContent }))),
    make('span', { className: 'details', textContent: facts(model).join(' · ') }),
  );
  if (model.running) {
    item.append(make('span', { className: 'memory' }, make('i', { className: 'ember' }), memory(model.running)));
  }
  if (selected) item.append(icon('check'));
  item.dataset.name = model.name;
  return item;
}
