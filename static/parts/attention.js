import { storage } from '../elements/storage.js';
import { t } from '../elements/words.js';
import { Kept } from '../lib/kept.js';
import { title } from '../lib/title.js';

// A reply that took this long is worth a notice.
const LONG = 10_000;
const EXCERPT = 120;
const marks = { writing: '… ', unseen: '● ' };

// What a tab in the background tells: in its title that a reply is being written, or has come; and a notice for a
// long one, where the reader asked for it.
export function attention(house) {
  const { chat, library } = house;
  const wanted = new Kept(storage('localStorage'), 'notices');
  let watched = null;
  let begun = 0;
  let unseen = false;

  // Not with the page's frames: a tab in the background has none.
  function show() {
    const mark = chat.running ? marks.writing : unseen ? marks.unseen : '';
    const words = title(house);
    const text = mark + (words ? `${words} · Hearth` : 'Hearth');
    if (document.title !== text) document.title = text;
  }

  chat.addEventListener('change', () => {
    const { generation } = chat.running ?? {};
    if (generation && generation !== watched) [watched, begun, unseen] = [generation, performance.now(), false];
    show();
  });
  library.addEventListener('change', show);
  chat.addEventListener('finished', ({ detail: { reply } }) => {
    unseen = document.hidden && reply.state !== 'stopped';
    const long = reply.generation === watched && performance.now() - begun > LONG;
    if (unseen && long && wanted.read() === 'on') notify(title(house), excerpt(reply), location.pathname);
    show();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    unseen = false;
    show();
  });
}

function excerpt(reply) {
  if (reply.error) return t('notice.failed');
  return String(reply.content).trim().slice(0, EXCERPT);
}

// Phones show notices of a service worker only.
async function notify(title, body, tag) {
  if (Notification.permission !== 'granted') return;
  const options = { body, tag, icon: '/static/icons/192.png' };
  try {
    const notice = new Notification(title, options);
    notice.onclick = () => {
      window.focus();
      notice.close();
    };
  } catch {
    const worker = await navigator.serviceWorker?.getRegistration();
    worker?.showNotification(title, { ...options, data: tag });
  }
}
