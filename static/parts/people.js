import '../elements/people-sheet.js';
import { AccountsApi } from '../lib/accounts-api.js';
import { oneAtATime } from '../lib/one-at-a-time.js';
import { afterwards, answers } from './answers.js';

// The people of the house, for its owner. Returns what opens them.
export function people(house) {
  const { api, session, ollama } = house;
  const calls = new AccountsApi(api);
  const sheet = document.querySelector('people-sheet');

  const read = oneAtATime(async () => {
    const known = await calls.people();
    const models = ollama.models.map(({ name }) => name);
    sheet.show({ ...known, me: session.user?.id, models, guarded: session.auth === 'required' });
  });

  async function open() {
    sheet.open();
    await read().catch((error) => (sheet.problem = error));
    if (ollama.models.length) return;
    // To choose from, once they are known.
    await ollama.check();
    await afterwards(read);
  }

  answers(sheet, {
    invite: async ({ name }) => {
      const invitation = await calls.invite(name ? { name } : {});
      await afterwards(read);
      return invitation;
    },
    'end-invitation': async ({ id }) => {
      await calls.endInvitation(id);
      await read();
    },
    'change-person': async ({ id, fields }) => {
      await calls.changePerson(id, fields);
      await read();
    },
    'renew-password': async ({ id }) => {
      const invitation = await calls.invite({ person: id });
      await afterwards(read);
      return invitation;
    },
    'delete-person': async ({ id }) => {
      await calls.deletePerson(id);
      await read();
    },
  });

  return open;
}
