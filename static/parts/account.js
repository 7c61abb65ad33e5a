import '../elements/account-sheet.js';
import { AccountsApi } from '../lib/accounts-api.js';
import { oneAtATime } from '../lib/one-at-a-time.js';
import { afterwards, answers } from './answers.js';
import { leaving } from './session.js';

// One's own account. Returns what opens it.
export function account(house) {
  const { api, session, sharing, ollama } = house;
  const calls = new AccountsApi(api);
  const sheet = document.querySelector('account-sheet');

  let opened = null;

  // What is read for one that was opened before comes too late: it would take away what is typed in this one.
  async function open() {
    const own = (opened = {});
    sheet.open();
    try {
      const reading = [calls.account(), calls.sessions(), calls.tokens(), isLast(), sharing.refresh()];
      const [mine, sessions, tokens, last] = await Promise.all(reading);
      const guarded = session.auth === 'required';
      if (own === opened) sheet.show({ account: mine, sessions, tokens, shares: sharing.all, last, guarded });
    } catch (error) {
      if (own === opened) sheet.problem = error;
    }
  }

  async function isLast() {
    if (!session.may.people) return false;
    const { people } = await calls.people();
    return people.filter(({ role, disabled }) => role === 'owner' && !disabled).length < 2;
  }

  const readSessions = oneAtATime(async () => (sheet.sessions = await calls.sessions()));
  const readTokens = oneAtATime(async () => (sheet.tokens = await calls.tokens()));

  answers(sheet, {
    'rename-account': async ({ name }) => {
      await calls.rename(name);
      // Tells the page who is there; what Ollama has may take its time.
      ollama.checkAnew();
    },
    'change-password': async (passwords) => {
      await session.renew(() => calls.changePassword({ old: passwords.old, new: passwords.new }));
      await afterwards(readSessions);
    },
    'delete-account': ({ password }) => leaving(house, () => calls.leave(password)),
    'end-session': async ({ id }) => {
      await calls.endSession(id);
      await readSessions();
    },
    'end-other-sessions': async () => {
      await calls.endOtherSessions();
      await readSessions();
    },
    'create-token': async ({ name, scopes, days }) => {
      const token = await calls.createToken({ name, scopes, days });
      await afterwards(readTokens);
      return token;
    },
    'end-token': async ({ id }) => {
      await calls.endToken(id);
      await readTokens();
    },
    'end-share': ({ id }) => sharing.end(id),
  });
  sharing.addEventListener('change', () => (sheet.shares = sharing.all));

  return open;
}
