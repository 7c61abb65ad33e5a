import '../elements/models-sheet.js';
import { onceAFrame } from '../elements/once-a-frame.js';
import { language, t } from '../elements/words.js';
import { ApiError } from '../lib/errors.js';
import { shortName, size } from '../lib/models.js';
import { ModelsApi } from '../lib/models-api.js';
import { isRunning } from '../lib/pulls.js';
import { answers } from './answers.js';

// What is in memory changes by itself.
const LOOK = 5_000;

// The models of the house, for who looks after them. Returns what opens them.
export function models({ api, ollama, pulls, connection, first: minutes }) {
  const calls = new ModelsApi(api);
  const sheet = document.querySelector('models-sheet');
  let timer = null;

  function draw() {
    if (!sheet.opened) return;
    sheet.show({
      models: ollama.all,
      servers: ollama.servers,
      known: ollama.known,
      problem: ollama.problem,
      away: connection.away,
      url: ollama.status?.ollama.url,
      pulls: pulls.all,
      suggestions: minutes.facts?.suggestions,
    });
    if (!ollama.all.length) minutes.read();
  }

  function open() {
    sheet.open();
    draw();
    ollama.check();
    pulls.read();
    clearInterval(timer);
    timer = setInterval(() => !document.hidden && ollama.check(), LOOK);
  }

  // Done, and seen at once.
  const changing = (deed) => async (detail) => {
    try {
      return await deed(detail);
    } catch (error) {
      throw ofModels(error);
    } finally {
      await ollama.checkAnew();
    }
  };

  answers(sheet, {
    'get-model': ({ name, server }) => pulls.begin(name, server).catch((error) => Promise.reject(ofModels(error))),
    'update-models': () => pulls.update(),
    'cancel-pull': ({ id }) => pulls.cancel(id),
    'resume-pull': ({ id }) => pulls.resume(id),
    'dismiss-pull': ({ id }) => pulls.dismiss(id),
    'cancel-pulls': async () => {
      const cancel = (some) => Promise.all(some.map(({ id }) => pulls.cancel(id)));
      // What waits first, or it would begin in the place of what is cancelled.
      await cancel(pulls.running.filter(({ phase }) => phase === 'waiting'));
      await cancel(pulls.running);
    },
    'dismiss-pulls': () => Promise.all(pulls.all.filter((pull) => !isRunning(pull)).map(({ id }) => pulls.dismiss(id))),
    'read-model': ({ name, server }) => calls.details(name, server),
    'load-model': changing(({ name, server, keepAlive }) => calls.load(name, server, keepAlive)),
    'unload-model': changing(({ name, server }) => calls.unload(name, server)),
    'copy-model': changing(({ server, outcome, ...fields }) => calls.copy(fields, server)),
    'delete-model': changing(async ({ name, server }) => {
      const { freed } = await calls.delete(name, server);
      sheet.say(t('models.deleted', { name: shortName(name), size: size(freed, language) }));
    }),
  });

  sheet.addEventListener('models-closed', () => clearInterval(timer));
  const drawSoon = onceAFrame(draw);
  for (const source of [ollama, pulls, connection, minutes]) source.addEventListener('change', drawSoon);

  return open;
}

// A wrong name is a model's here, and no person's.
function ofModels(error) {
  return error.code === 'bad_name' ? new ApiError(error.status, 'bad_model', error.message) : error;
}
