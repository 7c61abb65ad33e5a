import { t } from '../elements/words.js';

// The composer: questions, and whether Hearth has them.
export function asking({ chat, ollama, draft, choice, page }) {
  const { composer, follower, announcer } = page;
  const model = () => choice.current(chat, ollama);

  function ask(content) {
    if (chat.busy) return;
    const request = draft.asked(content);
    composer.value = '';
    follower.toEnd();
    announcer.say(t('announce.writing'));
    chat.ask(content, { model: model(), request });
  }

  composer.addEventListener('ask', ({ detail }) => ask(detail.content));
  composer.addEventListener('stop', () => chat.stop());
  composer.addEventListener('draft', ({ detail }) => draft.typed(detail.text));
  document.addEventListener('example', ({ detail }) => ask(detail.text));
  document.addEventListener('model-choice', ({ detail }) => {
    choice.pick(detail.name);
    composer.focus();
  });
  document.addEventListener('keydown', (event) => {
    const taken = event.isComposing || event.defaultPrevented || document.querySelector(':popover-open, dialog[open]');
    if (event.key === 'Escape' && !taken) chat.stop();
  });

  chat.addEventListener('delivered', () => draft.delivered());
  chat.addEventListener('refused', () => {
    draft.refused();
    composer.value = draft.text;
    composer.note = chat.problem ? refusal(chat.problem) : '';
  });
}

function refusal(problem) {
  return problem.status === 413 ? t('composer.too_large') : `${t('composer.refused')} ${problem.message}`;
}
