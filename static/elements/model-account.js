import { onGPU } from '../lib/installed.js';
import { size } from '../lib/models.js';
import { abilityWords, tokens, until } from './model-words.js';
import { language, percent, t } from './words.js';

const rarer = { audio: 'model.audio', image: 'model.image', insert: 'model.insert', embedding: 'model.embedding' };

// All that a model can do besides chatting.
export function allAbilities(model) {
  return abilityWords(model, rarer);
}

// How it is in memory, for who looks after it: how much of it is on the GPU, and with how large a context.
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
