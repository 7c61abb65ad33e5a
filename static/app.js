import { t } from './elements/words.js';
import { Api } from './lib/api.js';
import { Chat } from './lib/chat.js';
import { Connection } from './lib/connection.js';
import { Draft } from './lib/draft.js';
import { follow } from './lib/follow.js';
import { Kept } from './lib/kept.js';
import { listen } from './lib/listen.js';
import { ModelChoice } from './lib/model-choice.js';
import { OllamaWatch } from './lib/ollama-watch.js';
import { TransportChoice } from './lib/transports/choice.js';
import { EventStreamTransport } from './lib/transports/event-stream.js';
import { SocketTransport } from './lib/transports/socket.js';
import { Page } from './page.js';

// Hidden for longer than this, a page can't trust its connections any more.
const ASLEEP = 10_000;

const api = new Api();
const connection = new Connection();
const transports = new TransportChoice({
  socket: new SocketTransport({ create: (protocol) => new WebSocket(socketAddress(), protocol) }),
  eventStream: new EventStreamTransport(),
  forced: new URLSearchParams(location.search).get('transport'),
});
const chat = new Chat({
  api,
  connection,
  follow: (generation, after, signal) => follow(generation, after, { transports, connection, signal }),
});
const ollama = new OllamaWatch({ api, connection });
const draft = new Draft([storage('sessionStorage'), storage('localStorage')]);
const choice = new ModelChoice(new Kept(storage('localStorage'), 'model'));
const page = new Page();
const { composer, follower, announcer } = page;

// --- what the reader does

composer.addEventListener('ask', ({ detail }) => ask(detail.content));
composer.addEventListener('stop', () => chat.stop());
composer.addEventListener('draft', ({ detail }) => draft.typed(detail.text));
document.addEventListener('example', ({ detail }) => ask(detail.text));
document.addEventListener('try-again', ({ detail }) => chat.tryAgain(detail.reply, { model: model() }));
document.addEventListener('go-on', ({ detail }) => chat.goOn(detail.reply));
document.addEventListener('new-chat', newChat);
document.addEventListener('model-choice', ({ detail }) => {
  choice.pick(detail.name);
  show();
  composer.focus();
});
document.addEventListener('keydown', (event) => {
  const taken = event.isComposing || event.defaultPrevented || document.querySelector(':popover-open');
  if (event.key === 'Escape' && !taken) chat.stop();
});
for (const link of page.links) {
  link.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    newChat();
  });
}

// --- what happens in the conversation

chat.addEventListener('change', show);
chat.addEventListener('change', attend);
ollama.addEventListener('change', show);
connection.addEventListener('change', show);
chat.addEventListener('created', () => {
  history.pushState(null, '', `/c/${encodeURIComponent(chat.conversation.id)}${location.search}`);
  draft.moved(chat.conversation.id);
});
chat.addEventListener('delivered', () => draft.delivered());
chat.addEventListener('refused', () => {
  draft.refused();
  composer.value = draft.text;
  composer.note = chat.problem ? refusal(chat.problem) : '';
});
chat.addEventListener('finished', ({ detail: { reply } }) => {
  announcer.say(t('announce.reply', { text: String(reply.content) || reply.error?.message || '' }));
  if (reply.error) ollama.check();
});

// --- what the browser tells

let hiddenAt = 0;
let attending = null;
window.addEventListener('popstate', () => open(address()));
window.addEventListener('online', () => wake({ asleep: true }));
window.addEventListener('focus', () => wake({ asleep: false }));
window.addEventListener('pageshow', ({ persisted }) => persisted && wake({ asleep: true }));
document.addEventListener('visibilitychange', () => {
  if (document.hidden) hiddenAt = performance.now();
  else wake({ asleep: performance.now() - hiddenAt > ASLEEP });
  attend();
});

ollama.check();
open(address());

// ---

function ask(content) {
  if (chat.busy) return;
  const request = draft.asked(content);
  composer.value = '';
  follower.toEnd();
  announcer.say(t('announce.writing'));
  chat.ask(content, { model: model(), request });
}

function newChat() {
  if (address()) history.pushState(null, '', `/${location.search}`);
  open(null);
}

async function open(id) {
  choice.forget();
  draft.open(id);
  composer.value = draft.text;
  composer.note = '';
  composer.invite();
  follower.toEnd();
  await chat.open(id);
  if (id !== address()) return;
  draft.settle(chat.messages.findLast(({ role }) => role === 'user')?.content);
  composer.value = draft.text;
}

// The reader is back, or the network: catch up now.
function wake({ asleep }) {
  connection.wake();
  if (asleep) transports.renew();
  chat.refresh();
  ollama.check();
}

// While a conversation is looked at, the page hears what happens to it elsewhere.
function attend() {
  const wanted = chat.showing && !document.hidden;
  if (wanted === Boolean(attending)) return;
  attending?.abort();
  attending = wanted ? new AbortController() : null;
  if (!wanted) return;
  const { signal } = attending;
  const hear = (change) => chat.hear(change);
  listen({ transports, connection, hear, opened: () => chat.refresh(), reached: () => ollama.check(), signal });
}

function show() {
  page.draw(() => ({ chat, ollama, connection, model: model() }));
}

function model() {
  return choice.current(chat, ollama);
}

function address() {
  const id = location.pathname.match(/^\/c\/([^/]+)/)?.[1];
  return id ? decodeURIComponent(id) : null;
}

function socketAddress() {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;
}

function refusal(problem) {
  return problem.status === 413 ? t('composer.too_large') : `${t('composer.refused')} ${problem.message}`;
}

// Reading `window.localStorage` itself throws where it is forbidden.
function storage(name) {
  try {
    return window[name];
  } catch {
    return null;
  }
}
