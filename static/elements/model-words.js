import { onGPU } from '../lib/installed.js';
import { size } from '../lib/models.js';
import { language, percent, t, tag } from './words.js';

const DAY = 24 * 60 * 60 * 1000;
const abilities = {
  thinking: 'model.thinking',
  vision: 'model.vision',
  tools: 'model.tools',
  audio: 'model.audio',
  image: 'model.image',
  insert: 'model.insert',
  embedding: 'model.embedding',
};

// What a model can do besides chatting: all of it, or what matters to who chats.
export function abilityWords({ capabilities }, wanted = Object.keys(abilities)) {
  return wanted.filter((one) => capabilities?.includes(one)).map((one) => t(abilities[one]));
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

// The same for who looks after it: how much of it is on the GPU, and with how large a context.
export function memoryInFull(running) {
  const bytes = running.size || running.size_vram;
  const part = onGPU(running);
  const context = running.context_length && t('model.context', { size: tokens(running.context_length) });
  return [until(running.expires_at), bytes && size(bytes, language), part !== null && share(part), context]
    .filter(Boolean).join(' · ');
}

function share(part) {
  if (part >= 1) return t('models.gpu.all');
  return part > 0 ? t('models.gpu.part', { percent: percent(part) }) : t('models.gpu.none');
}

function until(expires) {
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
function tokens(count) {
  const number = new Intl.NumberFormat(tag);
  return count % 1024 === 0 ? `${number.format(count / 1024)}k` : number.format(count);
}
