import './elements/picture-viewer.js';
import './elements/shared-conversation.js';
import { tag } from './elements/words.js';
import { Api } from './lib/api.js';
import { Shared } from './lib/shared.js';

// The page behind a link to a shared conversation, for whoever has the link: to read, and nothing else.

const [id] = location.pathname.split('/').slice(-1);
const api = new Api();
const shared = new Shared({ read: () => api.shared(id) });
const conversation = document.querySelector('shared-conversation');

document.documentElement.lang = tag;
shared.addEventListener('change', show);
document.addEventListener('open-picture', ({ detail }) => document.querySelector('picture-viewer').show(detail));
document.addEventListener('visibilitychange', attend);
attend();

function show() {
  conversation.show(shared);
  if (shared.title) document.title = `${shared.title} · Hearth`;
  if (shared.phase === 'stranger') signIn();
}

// A live one is followed while it is looked at.
function attend() {
  if (document.hidden) shared.rest();
  else shared.attend();
}

// Where people sign in elsewhere, at a proxy, the page says what to do.
async function signIn() {
  const { auth } = await api.status().catch(() => ({}));
  if (auth === 'required') location.replace(`/sign-in?${new URLSearchParams({ next: location.pathname })}`);
}
