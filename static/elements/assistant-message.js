import { shortName } from '../lib/models.js';
import { canGoOn, isRunning } from '../lib/reply.js';
import './branch-switch.js';
import './context-meter.js';
import './copy-button.js';
import { icon } from './icon.js';
import { make, send, set } from './make.js';
import './markdown-text.js';
import './reply-end.js';
import './reply-status.js';
import './thinking-fold.js';
import { t } from './words.js';

// A reply: what was thought, what is written, what it waits for, how it ended. Sends `try-again`, `go-on` and
// `open-reply-facts` {reply}, `open-reply-menu` {reply, button, plain}, and `choose-branch`.
class AssistantMessage extends HTMLElement {
  #reply = null;
  #parts = null;
  #clock = null;

  get message() {
    return this.#reply;
  }

  set message(reply) {
    if (reply === this.#reply) return;
    this.#reply = reply;
    if (this.isConnected) this.#show();
  }

  set siblings(siblings) {
    this.#parts.branches.siblings = siblings;
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
      text: make('markdown-text'),
      status: make('reply-status'),
      end: make('reply-end'),
      branches: make('branch-switch', { hidden: true }),
      model: make('span', { className: 'model' }),
      copy: make('copy-button', { text: () => this.#reply.content }),
      goOn: button('forward', t('message.continue'), () => this.#send('go-on')),
      again: button('again', t('message.again'), () => this.#send('try-again')),
      more: button('more', t('message.others'), () => {
        this.#send('open-reply-menu', { button: parts.more, plain: () => parts.text.plain });
      }),
      about: button('info', t('facts.title'), () => this.#send('open-reply-facts')),
      meter: make('context-meter', { className: 'for-last', hidden: true }),
    };
    const { heading, fold, text, status, end, branches, copy, goOn, again, more, about, model, meter } = parts;
    goOn.classList.add('named', 'for-last');
    set(more, { ariaHasPopup: 'menu', ariaExpanded: 'false' });
    parts.ended = [copy, again, more, about, model];
    parts.actions = make('div', { className: 'actions' }, branches, copy, goOn, again, more, about, model, meter);
    this.append(heading, fold, text, status, end, parts.actions);
    return parts;
  }

  #show() {
    const reply = this.#reply;
    const { heading, fold, text, status, end, ended, copy, goOn, again, model, meter } = this.#parts;
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
    text.live = running;
    text.text = reply.content;
    status.hidden = !running;
    if (running) status.reply = reply;
    end.reply = reply;
    for (const one of ended) one.hidden = running;
    copy.hidden ||= empty;
    goOn.hidden = !canGoOn(reply);
    meter.reply = reply;
    again.classList.toggle('named', reply.state !== 'done');
    this.#tick(running && !writing);
  }

  #send(type, detail) {
    send(this, type, { reply: this.#reply, ...detail });
  }

  // Seconds are counted in words while something is waited for.
  #tick(on) {
    if (on === Boolean(this.#clock)) return;
    if (!on) this.#clock = clearInterval(this.#clock);
    else this.#clock = setInterval(() => this.#show(), 1_000);
  }
}

function button(picture, label, onclick) {
  const words = make('span', { textContent: label });
  const properties = { type: 'button', className: 'quiet-button', ariaLabel: label, title: label, onclick };
  return make('button', properties, icon(picture), words);
}

customElements.define('assistant-message', AssistantMessage);
