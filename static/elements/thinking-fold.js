import { icon } from './icon.js';
import { make, set } from './make.js';
import './markdown-text.js';
import { duration, t } from './words.js';

// What the model thought before it answered: folded away, its time told.
class ThinkingFold extends HTMLElement {
  #label;
  #text;

  connectedCallback() {
    if (this.#label) return;
    this.#label = make('span');
    this.#text = make('markdown-text');
    const summary = make('summary', {}, icon('fold'), this.#label);
    this.append(make('details', {}, summary, this.#text));
  }

  set reply(reply) {
    const now = reply.phase === 'thinking';
    this.classList.toggle('live', now);
    set(this.#label, { textContent: now ? live(reply) : past(reply) });
    this.#text.live = now;
    this.#text.text = reply.thinking;
  }
}

function live({ thinkingSince }) {
  const time = thinkingSince === null ? '' : ` ${duration(performance.now() - thinkingSince)}`;
  return t('status.thinking') + time;
}

function past({ thoughtFor }) {
  if (thoughtFor === null) return t('thinking.some');
  return thoughtFor < 1000 ? t('thinking.short') : t('thinking.done', { duration: duration(thoughtFor) });
}

customElements.define('thinking-fold', ThinkingFold);
