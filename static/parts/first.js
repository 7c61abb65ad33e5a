import { t } from '../elements/words.js';
import { managesModels } from '../lib/first.js';
import { installed, sameModel, shortName } from '../lib/models.js';

// The first minutes: from no Ollama and no model to the first question.
export function first({ first: minutes, pulls, ollama, choice, page }) {
  const { composer, announcer, toasts } = page;
  // Models that were asked for here: the first to come is the one to chat with.
  const wanted = new Set();

  ollama.addEventListener('change', () => {
    if (!managesModels(ollama.status)) return;
    if (ollama.problem) minutes.read();
    // Also where no socket tells of it.
    if (ollama.problem === 'no_models' || pulls.running.length) pulls.read();
  });

  document.addEventListener('look-for-ollama', async () => {
    await minutes.look();
    if (minutes.search !== 'found') return;
    const [{ url, version }] = minutes.found;
    toasts.show({ text: t('first.found', { url, version }) });
    ollama.check();
  });
  document.addEventListener('demo-steps', () => minutes.read());

  document.addEventListener('pull-begin', ({ detail }) => {
    if (ollama.problem === 'no_models') wanted.add(detail.model);
  });
  pulls.addEventListener('fetched', async ({ detail: { pull } }) => {
    const first = ollama.problem === 'no_models' || [...wanted].some((name) => sameModel(name, pull.model));
    await ollama.checkAnew();
    const model = installed(ollama.models, pull.model);
    if (!first || !model) return;
    wanted.clear();
    choice.pick(model.name);
    announcer.say(t('first.ready', { name: shortName(model.name) }));
    composer.invite();
  });
}
