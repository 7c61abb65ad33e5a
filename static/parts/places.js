// Every conversation has an address: which one is on the page, and how the reader goes to another.
export function places(house) {
  const { chat, draft, choice, page } = house;
  const { composer, follower } = page;

  async function open(id) {
    choice.forget();
    draft.open(id);
    composer.value = draft.text;
    composer.note = '';
    composer.invite();
    follower.toEnd();
    if (!(await chat.open(id))) return;
    draft.settle(chat.messages.findLast(({ role }) => role === 'user'));
    composer.value = draft.text;
  }

  // To the conversation `id`, or to a new one: null. The one that is there already is left as it is, with what is on
  // its way.
  function go(id) {
    if (id && id === address() && chat.showing) return stay();
    if (id !== address()) history.pushState(null, '', path(id));
    open(id);
  }

  function stay() {
    composer.invite();
    follower.toEnd();
    chat.refresh();
  }

  document.addEventListener('go', ({ detail }) => go(detail.conversation));
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    if (!link || event.defaultPrevented || event.button || link.target || link.origin !== location.origin) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (!isPlace(link.pathname)) return;
    event.preventDefault();
    go(address(link.pathname));
  });
  window.addEventListener('popstate', () => open(address()));
  chat.addEventListener('created', () => {
    history.pushState(null, '', path(chat.conversation.id));
    draft.moved(chat.conversation.id);
  });

  open(address());
}

function path(id) {
  return (id ? `/c/${encodeURIComponent(id)}` : '/') + location.search;
}

function isPlace(pathname) {
  return pathname === '/' || pathname.startsWith('/c/');
}

export function address(pathname = location.pathname) {
  const id = pathname.match(/^\/c\/([^/]+)$/)?.[1];
  return id ? decoded(id) : null;
}

// An address can be typed by anybody, and needn't make sense.
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
