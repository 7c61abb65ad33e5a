import { shortName, size } from '../lib/models.js';
import { icon } from './icon.js';
import { make } from './make.js';
import { language, t, tag } from './words.js';

const DAY = 24 * 60 * 60 * 1000;
const abilities = { thinking: 'model.thinking', vision: 'model.vision', tools: 'model.tools' };

// One model in a list to choose from.
export function modelOption(model, { selected, standard }) {
  const able = Object.keys(abilities).filter((one) => model.capabilities?.includes(one));
  const words = able.map((one) => t(abilities[one]));
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

function facts(model) {
  const bytes = model.size && size(model.size, language);
  const context = model.context_length && t('model.context', { size: tokens(model.context_length) });
  return [model.family, model.parameter_size, model.quantization_level, bytes, context].filter(Boolean);
}

function memory({ size_vram: bytes, expires_at: expires }) {
  const until = expires ? untilWhen(new Date(expires)) : t('model.running');
  return [until, bytes && size(bytes, language)].filter(Boolean).join(' · ');
}

// `keep_alive: -1` is told as a time in some other century.
function untilWhen(time) {
  const left = time - Date.now();
  if (!(left > 0)) return t('model.running');
  if (left > 300 * DAY) return t('model.running.good');
  const date = left < DAY / 2 ? {} : { weekday: 'short' };
  const words = new Intl.DateTimeFormat(tag, { ...date, hour: 'numeric', minute: '2-digit' }).format(time);
  return t('model.running.until', { time: words });
}

// 131,072 is called 128k by everybody.
function tokens(count) {
  const number = new Intl.NumberFormat(tag);
  return count % 1024 === 0 ? `${number.format(count / 1024)}k` : number.format(count);
}
