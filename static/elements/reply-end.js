import { shortName } from '../lib/models.js';
import './copy-command.js';
import { make } from './make.js';
import { t } from './words.js';

const known = [
  'ollama_unreachable',
  'ollama_busy',
  'model_not_found',
  'model_failed',
  'broken_stream',
  'too_long',
  'interrupted',
];

// How a reply ended, where it didn't simply end: what happened and what to do, then the model server's own words.
class ReplyEnd extends HTMLElement {
  #shown = '';

  set reply(reply) {
    const parts = howItEnded(reply);
    const shown = JSON.stringify(parts);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.hidden = !parts;
    this.classList.toggle('error', Boolean(parts?.error));
    this.replaceChildren(...(parts ? nodes(parts) : []));
  }
}

// Decides the words: {words, command, detail, error}, or null where there is nothing to say.
function howItEnded({ state, reason, error, content, model }) {
  const form = content.empty ? '.empty' : '';
  if (state === 'stopped') return { words: t(`end.stopped${form}`) };
  if (state === 'done' && reason === 'length') return { words: t('end.length') };
  if (state === 'done' && content.empty) return { words: t('end.empty') };
  if (state === 'interrupted' || state === 'failed') return failure(error ?? { code: state }, form, model);
  return null;
}

function failure({ code, message }, form, model) {
  const halves = code === 'interrupted' || code === 'broken_stream';
  const key = known.includes(code) ? `error.${code}${halves ? form : ''}` : 'error.other';
  return {
    words: t(key, { model: shortName(model ?? '') }),
    command: code === 'model_not_found' && model ? `ollama pull ${shortName(model)}` : null,
    detail: code === 'interrupted' ? null : message,
    error: true,
  };
}

function nodes({ words, command, detail }) {
  const parts = [make('p', { textContent: words })];
  if (command) parts.push(make('copy-command', { command }));
  if (detail) parts.push(make('p', { className: 'detail', dir: 'auto', textContent: detail }));
  return parts;
}

customElements.define('reply-end', ReplyEnd);
