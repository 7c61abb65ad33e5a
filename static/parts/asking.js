import { isComposing } from '../elements/typing.js';
import { t } from '../elements/words.js';
import { problemWith } from '../lib/question.js';
import { blindness } from '../lib/sight.js';

// The composer: questions, and whether Hearth has them.
export function asking({ chat, ollama, draft, attachments, choice, page }) {
  const { composer, follower, announcer } = page;
  const model = () => choice.current(chat, ollama);
  let waits = false;

  function ask({ content, images, request }) {
    composer.value = draft.text;
    composer.note = '';
    follower.toEnd();
    announcer.say(t('announce.writing'));
    chat.ask(content, { model: model(), request, images });
  }

  function submit() {
    if (!chat.ready || blindness(attachments.all, model(), ollama.models)) return;
    const problem = problemWith(draft.question);
    if (problem) composer.note = problems[problem]();
    else if (ollama.problem === 'no_models') wait();
    else ask(draft.take());
  }

  // As long as there is no model the question stays where it is; it goes off by itself, unless it is changed.
  function wait() {
    waits = true;
    composer.hint = t('composer.waits');
  }

  composer.addEventListener('ask', submit);
  ollama.addEventListener('change', () => {
    if (!waits || ollama.problem) return;
    waits = false;
    submit();
  });
  for (const type of ['open', 'change']) {
    draft.addEventListener(type, () => {
      if (waits) composer.note = '';
      waits = false;
    });
  }
  composer.addEventListener('stop', () => chat.stop());
  composer.addEventListener('draft', ({ detail }) => {
    waits = false;
    draft.typed(detail.text);
  });
  document.addEventListener('example', ({ detail }) => {
    if (!chat.ready) return;
    ask(draft.aside(detail.text));
    composer.invite();
  });
  document.addEventListener('model-choice', ({ detail }) => {
    choice.pick(detail.name);
    composer.invite();
  });
  document.addEventListener('keydown', (event) => {
    // A notice over the page is nothing to be closed first.
    const open = document.querySelector('[popover="auto"]:popover-open, dialog[open]');
    const taken = isComposing(event) || event.defaultPrevented || open;
    if (event.key === 'Escape' && !taken) chat.stop();
  });

  window.addEventListener('pagehide', () => draft.flush());
  document.addEventListener('visibilitychange', () => document.hidden && draft.flush());

  chat.addEventListener('delivered', () => draft.delivered());
  chat.addEventListener('refused', () => {
    draft.refused();
    composer.value = draft.text;
    composer.note = chat.problem ? refusal(chat.problem) : '';
  });
}

const problems = {
  too_long: () => t('composer.too_large'),
  too_many: () => t('attach.too_many'),
};

function refusal(problem) {
  return problem.status === 413 ? t('composer.too_large') : `${t('composer.refused')} ${problem.message}`;
}
