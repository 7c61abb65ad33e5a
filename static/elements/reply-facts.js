import { ending, facts, fullness } from '../lib/facts.js';
import { shortName } from '../lib/models.js';
import { isRunning } from '../lib/reply.js';
import { make } from './make.js';
import { refill, sheet } from './sheet.js';
import { language, t, duration } from './words.js';

// What there is to know of a reply: its model, its counts and times, how it ended, how full the context is.
class ReplyFacts extends HTMLElement {
  #dialog = null;
  #reply = null;

  show(reply) {
    this.#dialog?.remove();
    const dialog = sheet(t('facts.title'), ...content(reply));
    dialog.addEventListener('close', () => this.#closed(dialog));
    this.append(dialog);
    this.#dialog = dialog;
    this.#reply = reply;
    dialog.showModal();
  }

  // Those of the branch on the page: some facts are told behind a reply's end.
  set messages(messages) {
    const now = this.#dialog && messages.find(({ id }) => id === this.#reply.id);
    if (!now || now === this.#reply || isRunning(now)) return;
    this.#reply = now;
    refill(this.#dialog, ...content(now));
  }

  #closed(dialog) {
    dialog.remove();
    if (dialog === this.#dialog) this.#dialog = null;
  }
}

function content(reply) {
  return [make('dl', {}, ...rows(reply)), ...context(reply)];
}

function rows(reply) {
  const told = facts(reply).map(({ name, value, unit }) => [names[name](), units[unit](value)]);
  const model = reply.model ? [[t('facts.model'), shortName(reply.model)]] : [];
  return [...model, ...told, [t('facts.end'), endings[ending(reply)]()]].flatMap(([name, value]) => [
    make('dt', { textContent: name }),
    make('dd', { textContent: value }),
  ]);
}

const names = {
  read: () => t('facts.read'),
  written: () => t('facts.written'),
  rate: () => t('facts.rate'),
  queue: () => t('facts.queue'),
  load: () => t('facts.load'),
  prompt: () => t('facts.prompt'),
  first: () => t('facts.first'),
  thinking: () => t('facts.thinking'),
  writing: () => t('facts.writing'),
  total: () => t('facts.total'),
};

const endings = {
  stop: () => t('facts.end.stop'),
  length: () => t('facts.end.length'),
  stopped: () => t('facts.end.stopped'),
  interrupted: () => t('facts.end.interrupted'),
  failed: () => t('facts.end.failed'),
};

const units = {
  tokens: (value) => t('facts.tokens', { tokens: number(value), count: value }),
  rate: (value) => t('facts.per_second', { tokens: number(value, value < 100 ? 1 : 0) }),
  time: (value) => (value < 60_000 ? seconds(value / 1000) : duration(value)),
};

function context(reply) {
  const full = fullness(reply);
  if (!full) return [];
  const { used, size, share, level } = full;
  const amount = t('context.used', { used: number(used), size: number(size), share: percent(share) });
  const fill = make('div', { className: 'fill' });
  fill.style.inlineSize = `${share * 100}%`;
  const bar = make('div', { className: `bar ${level ?? ''}`, ariaHidden: 'true' }, fill);
  const words = t(level === 'nearly' ? 'context.nearly' : 'context.explained');
  return [
    make('h3', { textContent: t('context.title') }),
    make('p', { textContent: amount }),
    bar,
    make('p', { className: 'explained', textContent: words }),
  ];
}

function seconds(value) {
  return t('duration.seconds', { seconds: number(value, value < 10 ? (value < 0.1 ? 3 : 1) : 0) });
}

function number(value, maximumFractionDigits = 0) {
  return new Intl.NumberFormat(language, { maximumFractionDigits }).format(value);
}

function percent(share) {
  return new Intl.NumberFormat(language, { style: 'percent' }).format(share);
}

customElements.define('reply-facts', ReplyFacts);
