import { shortName } from '../lib/models.js';
import { canGoOn, isRunning } from '../lib/reply.js';
import './copy-button.js';
import { icon } from './icon.js';
import { make, send, set } from './make.js';
import './plain-text.js';
import './reply-end.js';
import './reply-status.js';
import './thinking-fold.js';
import { t } from './words.js';

// A reply: what was thought, what is written, what it waits for, how it ended. Sends `try-again` and `go-on` {reply}.
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
      leftOut: make('p', { className: 'left-out' }),
      model: make('span', { className: 'model' }),
      copy: make('copy-button', { text: () => this.#reply.content }),
      goOn: lastButton('forward', t('message.continue'), () => send(this, 'go-on', { reply: this.#reply })),
      again: lastButton('again', t('message.again'), () => send(this, 'try-again', { reply: this.#reply })),
    };
    const { heading, fold, text, status, end, leftOut, copy, goOn, again, model } = parts;
    goOn.classList.add('named');
    parts.actions = make('div', { className: 'actions' }, copy, goOn, again, model);
    this.append(heading, fold, text, status, end, leftOut, parts.actions);
    return parts;
  }

  #show() {
    const reply = this.#reply;
    const { heading, fold, text, status, end, leftOut, actions, copy, goOn, again, model } = this.#parts;
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
    text.seams = reply.seams ?? [];
    text.text = reply.content;
    status.hidden = !running;
    if (running) status.reply = reply;
    end.reply = reply;
    const count = reply.context?.left_out?.length ?? 0;
    leftOut.hidden = count === 0;
    set(leftOut, { textContent: count ? t('message.left_out', { count }) : '' });
    actions.hidden = running;
    copy.hidden = empty;
    goOn.hidden = !canGoOn(reply);
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

// Of the last reply only: what came behind an older one would be out of sight.
function lastButton(picture, label, onclick) {
  const words = make('span', { textContent: label });
  const properties = { type: 'button', className: 'quiet-button for-last', title: label, onclick };
  return make('button', properties, icon(picture), words);
}

customElements.define('assistant-message', AssistantMessage);
