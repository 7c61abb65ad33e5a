import { size } from '../lib/models.js';
import { language, t, tag } from './words.js';

const DAY = 24 * 60 * 60 * 1000;
const abilities = { thinking: 'model.thinking', vision: 'model.vision', tools: 'model.tools' };

// What matters to who chats; `more`: words for other abilities.
export function abilityWords({ capabilities }, more = {}) {
  return Object.entries({ ...abilities, ...more }).filter(([one]) => capabilities?.includes(one)).map(([, key]) => t(key));
}

export function facts(model) {
  const bytes = model.size && size(model.size, language);
  const context = model.context_length && t('model.context', { size: tokens(model.context_length) });
  return [model.family, model.parameter_size, model.quantization_level, bytes, context].filter(Boolean);
}

// In memory: until when, and how much.
export function memory({ size_vram: bytes, expires_at: expires }) {
  return [until(expires), bytes && size(bytes, language)].filter(Boolean).join(' · ');
}

export function until(expires) {
  return expires ? untilWhen(new Date(expires)) : t('model.running');
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
export function tokens(count) {
  const number = new Intl.NumberFormat(tag);
  return count % 1024 === 0 ? `${number.format(count / 1024)}k` : number.format(count);
}
