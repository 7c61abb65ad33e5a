import { storage } from '../elements/storage.js';
import { problemWords } from '../elements/problem-words.js';
import { t } from '../elements/words.js';
import { forget } from '../lib/belongings.js';
import { later } from './later.js';

// How long calls that are on their way are waited for.
const PATIENCE = 3_000;

// Who is signed in, what they look after, and the ways out.
export function session(house) {
  const { api, ollama, session: own, page } = house;

  own.addEventListener('change', () => (page.sideBar.session = own));
  own.addEventListener('out', () => {
    if (own.leaving) leave(house);
    else if (own.auth === 'required') signIn();
    else stranded();
  });
  // What is kept for all tabs is theirs by now.
  own.addEventListener('another', () => {
    forgetLeaving([storage('sessionStorage')]);
    location.replace('/');
  });
  api.addEventListener('stranger', () => own.doubt());
  ollama.addEventListener('status', () => own.hear(ollama.status));

  document.addEventListener('sign-out', async () => {
    try {
      await finished(api);
      await leaving(house, () => api.signOut());
    } catch (error) {
      page.toasts.show({ text: t('person.not_signed_out', { reason: problemWords(error) }) });
    }
  });
  const bringAccount = () => import('./account.js').then(({ account }) => account(house));
  document.addEventListener('open-account', later(page, bringAccount));
  const bringPeople = () => import('./people.js').then(({ people }) => people(house));
  document.addEventListener('open-people', later(page, bringPeople, 'people-sheet'));

  // What is typed is kept in this tab (its draft), and is there again afterwards.
  function signIn() {
    const next = location.pathname;
    location.replace(`/sign-in?${new URLSearchParams({ next })}`);
  }

  // Whoever signed in at a proxy has to do so there again.
  function stranded() {
    const action = { label: t('person.reload'), run: () => location.reload() };
    page.toasts.show({ text: t('person.stranded'), action, ms: Infinity });
  }
}

// Does what ends their session, or their account. That it is over may be heard before the answer comes.
export async function leaving(house, deed) {
  house.session.leaving = true;
  try {
    await deed();
  } catch (error) {
    house.session.leaving = false;
    throw error;
  }
  await leave(house);
}

// Nothing of theirs stays behind.
async function leave({ shelf }) {
  forgetLeaving([storage('sessionStorage'), storage('localStorage')]);
  await Promise.allSettled([shelf.clear(), window.caches?.delete('shell')]);
  location.replace('/sign-in');
}

// Also what is kept in the moment when the page is left.
function forgetLeaving(storages) {
  window.addEventListener('pagehide', () => forget(storages));
  forget(storages);
}

// What waits to be done when the page is left (deleting what could be undone, settings) is done while it may be.
async function finished(api) {
  window.dispatchEvent(new Event('pagehide'));
  await Promise.race([api.settled(), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}
