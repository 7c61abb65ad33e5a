// Hidden for longer than this, a page can't trust its connections any more.
const ASLEEP = 10_000;

// The reader comes back, or the network does: the page catches up. While it is looked at it hears what changes.
export function waking({ chat, ollama, connection, transports, news }) {
  let hiddenAt = 0;

  function wake({ asleep }) {
    connection.wake();
    if (asleep) transports.renew();
    chat.refresh();
    ollama.check();
  }

  const attend = () => (document.hidden ? news.leave() : news.attend());

  window.addEventListener('online', () => wake({ asleep: true }));
  window.addEventListener('focus', () => wake({ asleep: false }));
  window.addEventListener('pageshow', ({ persisted }) => persisted && wake({ asleep: true }));
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) hiddenAt = performance.now();
    else wake({ asleep: performance.now() - hiddenAt > ASLEEP });
    attend();
  });
  news.addEventListener('conversation', ({ detail }) => chat.hear(detail));
  news.addEventListener('opened', () => chat.refresh());

  attend();
  ollama.check();
}
