import { shortName } from '../lib/models.js';
import { isRunning } from '../lib/reply.js';
import './copy-button.js';
import { icon } from './icon.js';
import { make, send, set } from './make.js';
import './plain-text.js';
import './reply-end.js';
import './reply-status.js';
import './thinking-fold.js';
import { t } from './words.js';

// A reply: what was thought, what is written, what it waits for, how it ended. Sends `try-again` {reply}.
class AssistantMessage extends HTMLElement {
  #reply = null;
  #parts = null;
  #clock = null;

  set message(reply) {
    if (reply === this.#reply) return;
    this.#reply = reply;
    if (this.isConnected) this.#show();
  }

  connectedCallback() {
    this.#parts ??= this.#build();
    this.#show();
  }

  disconnectedCallback() {
    this.#tick(false);
  }

  #build() {
    const parts = {
      heading: make('h2', { className: 'visually-hidden' }),
      fold: make('thinking-fold'),
      text: make('plain-text'),
      status: make('reply-status'),
      end: make('reply-end'),
      model: make('span', { className: 'model' }),
      copy: make('copy-button', { text: () => this.#reply.content }),
      again: againButton(() => send(this, 'try-again', { reply: this.#reply })),
    };
    const { heading, fold, text, status, end, copy, again, model } = parts;
    parts.actions = make('div', { className: 'actions' }, copy, again, model);
    this.append(heading, fold, text, status, end, parts.actions);
    return parts;
  }

  #show() {
    const reply = this.#reply;
    const { heading, fold, text, status, end, actions, copy, again, model } = this.#parts;
    const running = isRunning(reply);
    const name = reply.model ? shortName(reply.model) : 'Hearth';
    const { empty } = reply.content;
    const writing = running && reply.phase === 'writing';
    const state = writing ? 'running writing' : 'running';
    set(this, { ariaBusy: String(running), className: running ? state : reply.state });
    set(heading, { textContent: t('message.reply', { model: name }) });
    set(model, { textContent: name });
    fold.hidden = reply.thinking.empty;
    fold.reply = reply;
    text.hidden = empty;
    text.text = reply.content;
    status.hidden = !running;
    if (running) status.reply = reply;
    end.reply = reply;
    actions.hidden = running;
    copy.hidden = empty;
    again.hidden = running || !reply.parent;
    again.classList.toggle('named', reply.state !== 'done');
    this.#tick(running && !writing);
  }

  // Seconds are counted in words while something is waited for.
  #tick(on) {
    if (on === Boolean(this.#clock)) return;
    if (!on) this.#clock = clearInterval(this.#clock);
    else this.#clock = setInterval(() => this.#show(), 1_000);
  }
}

function againButton(onclick) {
  const label = t('message.again');
  const words = make('span', { textContent: label });
  const properties = { type: 'button', className: 'quiet-button again', title: label, onclick };
  return make('button', properties, icon('again'), words);
}

customElements.define('assistant-message', AssistantMessage);
