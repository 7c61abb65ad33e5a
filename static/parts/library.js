import { onceAFrame } from '../elements/once-a-frame.js';
import { t, tag } from '../elements/words.js';
import { byDay, untilTomorrow } from '../lib/days.js';
import { listed, title } from '../lib/title.js';
import { address } from './places.js';

// The conversations there are: the list of them, the search, and what can be done with each.
export function library(house) {
  listing(house);
  side(house);
  changing(house);
  deleting(house);
}

function listing({ library, search, chat, news, page }) {
  const { sideBar, chatMenu } = page;
  const draw = onceAFrame(() => {
    const current = chat.conversation?.id ?? (chat.showing ? address() : null);
    library.look(current);
    sideBar.list.show(search.phase === 'off' ? whole(library, current) : found(search, library, current));
    sideBar.found = search.phase === 'ready' ? search.found.length : null;
    chatMenu.hidden = chat.phase === 'missing' || chat.phase === 'failed';
    const shown = { chat, library };
    chatMenu.show({ conversation: listed(shown), title: title(shown) });
  });
  for (const source of [library, search]) source.addEventListener('change', draw);
  // Not with every word of a reply.
  let shown = '';
  chat.addEventListener('change', () => {
    const now = [chat.phase, chat.conversation?.id, title({ chat, library })].join(' ');
    if (shown !== (shown = now)) draw();
  });
  const tomorrow = () => setTimeout(() => (draw(), tomorrow()), untilTomorrow());
  tomorrow();

  document.addEventListener('search-conversations', ({ detail }) => search.type(detail.query));
  document.addEventListener('read-more', () => (search.phase === 'off' ? library : search).readMore());
  document.addEventListener('read-again', () => (search.phase === 'off' ? library.refresh() : search.again()));
  library.addEventListener('conversation', ({ detail }) => search.hear(detail));
  news.addEventListener('conversation', ({ detail }) => library.hear(detail));
  news.addEventListener('opened', () => library.refresh());
  // What comes of this page's own questions it isn't told.
  for (const type of ['delivered', 'finished']) chat.addEventListener(type, () => library.refresh());
  library.refresh();
}

// The drawer or column that the list is in. What a drawer covers is out of reach.
function side({ page }) {
  const { sideBar, sideOpen, room } = page;
  document.addEventListener('side-toggle', ({ detail: { open, drawer } }) => toggled(open, drawer));
  sideOpen.addEventListener('click', () => (sideBar.open = true));
  toggled(sideBar.open, false);

  function toggled(open, drawer) {
    room.inert = open && drawer;
    if (!open && !drawer && sideBar.contains(document.activeElement)) sideOpen.focus();
    sideOpen.ariaExpanded = String(open);
    sideOpen.title = sideOpen.ariaLabel = t('side.open');
  }
}

function changing({ library, page }) {
  async function change(id, fields) {
    try {
      await library.change(id, fields);
    } catch (error) {
      page.toasts.show({ text: `${t('library.not_changed')} ${error.message}` });
    }
  }

  document.addEventListener('pin-conversation', ({ detail: { conversation, pinned } }) => {
    change(conversation.id, { pinned });
  });
  document.addEventListener('rename-conversation', ({ detail: { conversation, title: named } }) => {
    change(conversation.id, { title: named || null });
  });
}

// Only after a while, for as long as it can be undone; or when the page is left.
function deleting({ library, chat, page }) {
  const waiting = new Set();

  function remove(conversation) {
    const { id } = conversation;
    // Pressed twice before it was gone: one undo is to be enough.
    if (!library.isDeleting(id)) hide(conversation);
    if (id === chat.conversation?.id) document.dispatchEvent(new CustomEvent('go', { detail: { conversation: null } }));
  }

  function hide({ id, title: name }) {
    library.hide(id);
    const called = name || t('library.untitled');
    const undo = () => {
      waiting.delete(toast);
      library.restore(id);
    };
    const over = async () => {
      if (!waiting.delete(toast)) return;
      await library.delete(id).catch((error) => {
        page.toasts.show({ text: `${t('library.not_deleted', { title: called })} ${error.message}` });
      });
    };
    const text = t('library.deleted', { title: called });
    const toast = page.toasts.show({ text, action: { label: t('library.undo'), run: undo }, over });
    waiting.add(toast);
  }

  document.addEventListener('delete-conversation', ({ detail }) => remove(detail.conversation));
  window.addEventListener('pagehide', () => {
    library.leave();
    const toasts = [...waiting];
    waiting.clear();
    for (const toast of toasts) toast.close();
  });
}

// --- what the list shows

function whole(library, current) {
  const sections = byDay(library.others).map(({ key, kind, since, conversations }) => {
    return { key, label: dayName(kind, since), conversations };
  });
  const { pinned } = library;
  if (pinned.length) sections.unshift({ key: 'pinned', label: t('library.pinned'), conversations: pinned });
  const empty = library.phase === 'ready' && sections.length === 0 && !library.more;
  return {
    sections: sections.map(({ key, label, conversations }) => {
      return { key, label, rows: conversations.map((one) => row(one, library, current)) };
    }),
    note: library.problem ? t('library.failed') : empty ? t('library.empty') : null,
    again: library.problem !== null,
    more: library.more && !library.problem,
  };
}

function found(search, library, current) {
  const rows = search.found
    .filter(({ id }) => !library.isDeleting(id))
    .map((one) => row(one, library, current, search.query));
  const nothing = search.phase === 'ready' && rows.length === 0;
  return {
    sections: rows.length ? [{ key: 'found', label: null, rows }] : [],
    note: search.problem ? t('library.search_failed') : nothing ? t('library.nothing', { query: search.query }) : null,
    again: search.problem !== null,
    more: search.more,
  };
}

function row(conversation, library, current, query = null) {
  const { id, running } = conversation;
  const sign = running.length ? 'running' : library.isUnread(id) ? 'unread' : null;
  return { conversation, current: id === current, sign, query };
}

function dayName(kind, since) {
  const names = {
    today: () => t('library.today'),
    yesterday: () => t('library.yesterday'),
    week: () => t('library.week'),
    days: () => t('library.days'),
    month: () => monthName(since),
  };
  return names[kind]();
}

function monthName(since) {
  const year = since.getFullYear() === new Date().getFullYear() ? undefined : 'numeric';
  return new Intl.DateTimeFormat(tag, { month: 'long', year }).format(since);
}
