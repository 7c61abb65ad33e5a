import './elements/chat-menu.js';
import './elements/chat-settings.js';
import './elements/connection-note.js';
import './elements/demo-notice.js';
import './elements/drop-zone.js';
import './elements/empty-state.js';
import './elements/end-follower.js';
import './elements/live-announcer.js';
import './elements/message-composer.js';
import './elements/message-list.js';
import './elements/missing-state.js';
import './elements/model-picker.js';
import './elements/picture-viewer.js';
import './elements/pull-sign.js';
import './elements/reply-facts.js';
import './elements/reply-menu.js';
import './elements/settings-button.js';
import './elements/think-choice.js';
import './elements/side-bar.js';
import './elements/toast-list.js';
import { t, tag } from './elements/words.js';
import { blindness } from './lib/sight.js';
import { firstSent } from './lib/facts.js';
import { managesModels } from './lib/first.js';

// The elements of index.html, and what each of them shows of the state.
export class Page {
  composer = find('message-composer');
  follower = find('end-follower');
  announcer = find('live-announcer');
  messages = find('message-list');
  menu = find('reply-menu');
  facts = find('reply-facts');
  viewer = find('picture-viewer');
  sideBar = find('side-bar');
  sideOpen = find('.side-open');
  chatMenu = find('chat-menu');
  room = find('.room');
  toasts = find('toast-list');
  #advice = null;

  constructor() {
    document.documentElement.lang = tag;
    find('.skip').textContent = t('skip');
    find('.new-chat span').textContent = t('header.new');
  }

  draw({ chat, title, edits, ollama, connection, attachments, minutes, pulls, model, missing }) {
    const gone = chat.phase === 'missing' || chat.phase === 'failed';
    const empty = !gone && chat.phase !== 'loading' && chat.messages.length === 0;
    find('main > h1').textContent = title;
    find('main > h1').hidden = empty || gone;
    document.body.classList.toggle('without-messages', empty || gone);
    this.follower.still = empty || gone;
    find('empty-state').hidden = !empty;
    find('empty-state').classList.toggle('waiting', ollama.problem !== null);
    find('missing-state').hidden = !gone;
    if (gone) find('missing-state').problem = chat.problem;
    this.messages.show({
      messages: chat.messages,
      siblings: (message) => chat.siblings(message),
      unsent: ({ id }) => edits.get(id),
      firstSent: firstSent(chat.messages),
    });
    this.#advise({
      problem: gone ? null : ollama.problem,
      url: ollama.status?.ollama.url,
      manages: managesModels(ollama.status),
      facts: minutes.facts,
      search: minutes.search,
      found: minutes.found,
      pulls,
    });
    if (ollama.status?.demo) {
      find('demo-notice').hidden = false;
      find('demo-notice').show({ model: ollama.models[0]?.name, command: minutes.facts?.command ?? null });
    }
    find('connection-note').away = connection.away;
    find('pull-sign').show(pulls);
    find('model-picker').show({
      models: ollama.models,
      chosen: model,
      known: ollama.known,
      standard: ollama.standard,
      missing,
      manages: managesModels(ollama.status),
    });
    this.composer.hidden = chat.phase === 'failed';
    this.composer.busy = chat.busy;
    this.messages.classList.toggle('busy', chat.busy);
    this.facts.messages = chat.messages;
    this.composer.attachments = attachments.all;
    // Which model is to see them is known once the conversation is.
    this.composer.blindness = chat.phase === 'loading' ? null : blindness(attachments.all, model, ollama.models);
  }

  // The guide comes when something is missing for the first time.
  #advise(advice) {
    const guide = find('ollama-guide');
    this.#advice = advice;
    if (guide.show) this.#show(guide, advice);
    else if (advice.problem) import('./elements/ollama-guide.js').then(() => guide.show(this.#advice), () => {});
  }

  // Whoever was in it when nothing is missing any more can ask.
  #show(guide, advice) {
    const focused = guide.contains(document.activeElement);
    guide.show(advice);
    if (focused && guide.hidden) this.composer.invite();
  }
}

function find(selector) {
  return document.querySelector(selector);
}
