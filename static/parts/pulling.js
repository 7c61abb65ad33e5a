import { t } from '../elements/words.js';

// What Ollama fetches: begun, cancelled, resumed and dismissed from anywhere on the page, and seen in every tab.
export function pulling({ pulls, ollama, news, page }) {
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

  news.addEventListener('pulls', ({ detail }) => pulls.hear(detail));
  news.addEventListener('models', () => ollama.check());
  // What went on while nothing could be heard.
  news.addEventListener('opened', () => pulls.running.length && pulls.read());
}
