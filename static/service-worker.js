// Keeps the page's own files, so that it opens while Hearth is away; it then says that it is reconnecting. Whatever is
// asked of Hearth itself (/api, /chat, /ws) passes by: nothing stands between a stream and the page.

const SHELL = 'shell';
const FILES = /^\/(static|built)\//;
// Away from home the network often doesn't say no, it says nothing.
const PATIENCE = 4_000;

self.addEventListener('install', (event) => {
  // Where the browser can be told beforehand, this worker isn't even started for the rest.
  const rest = [{ urlPattern: '/api/*' }, { urlPattern: '/chat' }];
  event.addRoutes?.(rest.map((condition) => ({ condition, source: 'network' })));
  self.skipWaiting();
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const key = place(request);
  if (key) event.respondWith(newest(request, key));
});

// The page tells what it was made of once it is there.
self.addEventListener('message', (event) => {
  if (event.data?.type === 'keep') event.waitUntil(keep(event.data.files));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data ?? '/'));
});

// Under which address an answer is kept: all conversations are one page. Null for what is none of the shell.
function place({ method, mode, url }) {
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== self.location.origin) return null;
  if (mode === 'navigate') return /^\/(c\/[^/]+)?$/.test(pathname) ? '/' : null;
  return FILES.test(pathname) ? pathname : null;
}

async function newest(request, key) {
  const kept = await (await caches.open(SHELL)).match(key);
  const answer = fetch(request);
  if (!kept) return answer;
  // A proxy in front of Hearth answers for it while it is away.
  const good = answer.then((it) => (it.status < 500 ? it : kept), () => kept);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, kept));
  return Promise.race([good, late]);
}

async function keep(files) {
  const cache = await caches.open(SHELL);
  const wanted = new Set(['/', ...files.filter((file) => FILES.test(file))]);
  for (const request of await cache.keys()) {
    if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
  }
  for (const file of wanted) {
    const answer = await fetch(file).catch(() => null);
    // Who has been signed out meanwhile is led elsewhere.
    if (answer?.ok && !answer.redirected) await cache.put(file, answer);
  }
}

async function show(path) {
  const pages = await self.clients.matchAll({ type: 'window' });
  const page = pages.find(({ url }) => new URL(url).pathname === path) ?? pages[0];
  if (!page) return self.clients.openWindow(path);
  page.postMessage({ type: 'go', path });
  return page.focus();
}
