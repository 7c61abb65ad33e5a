import './elements/connection-note.js';
import './elements/demo-notice.js';
import './elements/empty-state.js';
import './elements/end-follower.js';
import './elements/live-announcer.js';
import './elements/message-composer.js';
import './elements/message-list.js';
import './elements/missing-state.js';
import './elements/model-picker.js';
import './elements/ollama-guide.js';
import { t, tag } from './elements/words.js';

// The elements of index.html, and what each of them shows of the state.
export class Page {
  composer = find('message-composer');
  follower = find('end-follower');
  announcer = find('live-announcer');
  #frame = null;

  constructor() {
    document.documentElement.lang = tag;
    find('.skip').textContent = t('skip');
    find('.new-chat span').textContent = t('header.new');
  }

  // Draws with the next frame, however often it is asked to before.
  draw(state) {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#draw(state());
    });
  }

  #draw({ chat, ollama, connection, model }) {
    const gone = chat.phase === 'missing' || chat.phase === 'failed';
    const empty = !gone && chat.phase !== 'loading' && chat.messages.length === 0;
    const words = title(chat);
    document.title = words ? `${words} · Hearth` : 'Hearth';
    find('main > h1').textContent = words;
    find('main > h1').hidden = empty || gone;
    document.body.classList.toggle('without-messages', empty || gone);
    find('empty-state').hidden = !empty;
    find('empty-state').classList.toggle('waiting', ollama.problem !== null);
    find('missing-state').hidden = !gone;
    if (gone) find('missing-state').problem = chat.problem;
    find('message-list').messages = chat.messages;
    find('ollama-guide').show({ problem: gone ? null : ollama.problem, url: ollama.status?.ollama.url });
    find('demo-notice').hidden = !ollama.status?.demo;
    find('connection-note').away = connection.away;
    find('model-picker').show({ models: ollama.models, chosen: model, known: ollama.status !== null });
    this.composer.hidden = chat.phase === 'failed';
    this.composer.busy = chat.busy;
  }
}

function title({ conversation, messages }) {
  const question = messages.find(({ role }) => role === 'user')?.content;
  return conversation?.title || question?.trim().slice(0, 80) || '';
}

function find(selector) {
  return document.querySelector(selector);
}
