import { t } from '../elements/words.js';
import { managesModels } from '../lib/first.js';
import { shortName } from '../lib/models.js';
import { PullPoll } from '../lib/pull-poll.js';
import { later } from './later.js';

// What Ollama fetches: begun, cancelled, resumed and dismissed from anywhere on the page, and seen in every tab; and the
// sheet with all models.
export function pulling(house) {
  const { pulls, ollama, news, transports, page } = house;
  const sheet = document.querySelector('models-sheet');
  const doing = (deed, failed) => async ({ detail }) => {
    try {
      await deed(detail);
    } catch (error) {
      page.toasts.show({ text: `${t(failed)} ${error.message}` });
    }
  };
  // On the Ollama that is told of; with several of them who sends the event may say which.
  const begin = ({ model, server }) => pulls.begin(model, server ?? ollama.status?.ollama.url);
  document.addEventListener('pull-begin', doing(begin, 'pull.not_begun'));
  document.addEventListener('pull-cancel', doing(({ id }) => pulls.cancel(id), 'pull.not_changed'));
  document.addEventListener('pull-resume', doing(({ id }) => pulls.resume(id), 'pull.not_changed'));
  document.addEventListener('pull-dismiss', doing(({ id }) => pulls.dismiss(id), 'pull.not_changed'));

  const bring = () => import('./models.js').then(({ models }) => models(house));
  const open = later(page, bring, 'models-sheet', 'model-row', 'pull-list');
  document.addEventListener('open-models', async (event) => {
    // Pressed before it is known who is there.
    if (!ollama.status) await ollama.check();
    if (managesModels(ollama.status)) open(event);
  });

  const heard = () => Boolean(transports.current.changes);
  new PullPoll({ pulls, heard: () => document.hidden || heard() });
  news.addEventListener('pulls', ({ detail }) => pulls.hear(detail));
  news.addEventListener('models', () => ollama.checkAnew());
  news.addEventListener('opened', catchUp);
  pulls.addEventListener('over', ({ detail }) => !sheet.opened && tell(detail.pulls));

  // What went on while nothing could be heard; a socket tells at its beginning of all that there are.
  async function catchUp() {
    if (heard()) return pulls.all.length && pulls.read();
    if (!ollama.status) await ollama.check();
    if (managesModels(ollama.status)) pulls.read();
  }

  // Those who looked away; the first model of all is told of elsewhere.
  function tell(ended) {
    const failed = ended.filter(({ state }) => state === 'failed');
    const done = ollama.problem === 'no_models' ? [] : ended.filter(({ state }) => state === 'done');
    const words = [done.length && outcome('pulls.over', done), failed.length && outcome('pulls.failed', failed)];
    const text = words.filter(Boolean).join(' ');
    const action = { label: t('pulls.show'), run: () => open({}) };
    if (text) page.toasts.show(failed.length ? { text, action } : { text });
  }
}

function outcome(key, pulls) {
  return t(key, { count: pulls.length, name: shortName(pulls[0].model) });
}
