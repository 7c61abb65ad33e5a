import { isComposing } from '../elements/typing.js';
import { t } from '../elements/words.js';
import { problemWith } from '../lib/question.js';
import { blindness } from '../lib/sight.js';

// What keeps a question back no longer than this, in ms, needs no words.
const AT_ONCE = 300;

// The composer: questions, and whether Hearth has them.
export function asking({ chat, ollama, draft, attachments, choice, page }) {
  const { composer, follower, announcer } = page;
  const model = () => choice.current(chat, ollama);
  // {question, hurdle}: what was asked and can't be sent yet stays where it is, and goes off by itself unless it is
  // changed.
  let waits = null;
  let hint = null;

  function ask({ content, images, request }) {
    composer.value = draft.text;
    composer.note = '';
    follower.toEnd();
    announcer.say(t('announce.writing'));
    chat.ask(content, { model: model(), request, images });
  }

  function submit() {
    giveUp();
    if (chat.busy) return;
    const problem = problemWith(draft.question);
    const hurdle = inTheWay();
    if (problem) composer.note = problems[problem]();
    else if (hurdle) wait(hurdle);
    else if (!blindness(attachments.all, model(), ollama.models)) ask(draft.take());
  }

  const hurdles = [
    { stands: () => chat.phase === 'loading', words: () => t('composer.waits.conversation') },
    { stands: () => attachments.pending, words: () => t('composer.waits.files') },
    { stands: () => ollama.problem === 'no_models', words: () => t('composer.waits.model') },
  ];

  function inTheWay() {
    return hurdles.find((hurdle) => hurdle.stands()) ?? null;
  }

  function wait(hurdle) {
    waits = { question: asked(), hurdle };
    hint = setTimeout(() => (composer.hint = hurdle.words()), AT_ONCE);
  }

  function goOn() {
    if (waits && waits.hurdle !== inTheWay()) submit();
  }

  function compare() {
    if (waits && waits.question !== asked()) giveUp();
  }

  function giveUp() {
    clearTimeout(hint);
    if (waits) composer.hint = '';
    waits = null;
  }

  function asked() {
    return JSON.stringify([draft.text, attachments.ids]);
  }

  composer.addEventListener('ask', submit);
  ollama.addEventListener('change', () => ollama.problem || goOn());
  attachments.addEventListener('added', goOn);
  draft.addEventListener('fetched', goOn);
  draft.addEventListener('settled', () => (chat.phase === 'ready' ? goOn() : giveUp()));
  draft.addEventListener('open', giveUp);
  attachments.addEventListener('change', compare);
  composer.addEventListener('stop', () => chat.stop());
  composer.addEventListener('draft', ({ detail }) => {
    giveUp();
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
