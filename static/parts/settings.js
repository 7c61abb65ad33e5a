import { onceAFrame } from '../elements/once-a-frame.js';
import { t } from '../elements/words.js';
import { same } from '../lib/chat-settings.js';
import { installed } from '../lib/models.js';
import { thinkingNow } from '../lib/options.js';
import { address } from './places.js';

const NONE = { system: null, options: null, think: null, keep_alive: null };

// What the conversation on the page is held with: its model, thinking, settings, and the presets for them.
export function settings(house) {
  const { chat, ollama, choice, page, news, settings: set, presets } = house;
  const panel = document.querySelector('chat-settings');
  const button = document.querySelector('settings-button');
  const think = document.createElement('think-choice');
  (page.composer.querySelector('.tools') ?? document.querySelector('.room > header')).append(think);

  let conversation;
  // The preset that the settings began with, as long as the conversation is on the page.
  let begun = null;
  // What was before a preset was chosen: {settings, model, words}
  let before = null;
  let drawn = [];
  // The conversation whose settings were asked for before it was there.
  let wanted = null;

  const model = () => choice.current(chat, ollama);

  function draw() {
    const id = chat.conversation?.id ?? null;
    if (id !== conversation) leave(id);
    const name = model();
    const { current } = set;
    const seen = [id, set.available, current, name, ollama.models, presets.all, set.problem, before, begun];
    if (seen.every((one, at) => one === drawn[at])) return;
    drawn = seen;
    const fits = presets.matching(current, name, begun);
    const chosen = fits ?? presets.find(begun);
    const described = installed(ollama.models, name);
    think.now = set.available ? thinkingNow(described, current.think) : null;
    button.hidden = !set.available;
    button.show({ own: set.own, problem: set.problem !== null });
    document.querySelector('empty-state').show({ presets: presets.all, chosen: fits });
    if (!set.available) panel.close();
    panel.show({
      conversation: id,
      settings: current,
      model: described,
      presets: { presets: presets.all, chosen, changed: chosen !== fits, own: set.own },
      notice: before?.words ?? '',
      problem: set.problem ? `${t('settings.problem')} ${set.problem.message}` : '',
    });
  }

  function leave(id) {
    conversation = id;
    before = begun = null;
    panel.close();
  }

  function apply(preset) {
    const { system, options, think: thinks, keep_alive: stay } = preset ?? NONE;
    const words = preset ? t('preset.applied', { name: preset.name }) : t('preset.cleared');
    before = { settings: set.current, model: model(), words };
    begun = preset?.id ?? null;
    const wanted = installed(ollama.models, preset?.model);
    if (wanted) choice.pick(wanted.name, { lasting: false });
    set.change({ system, options, think: thinks, keep_alive: stay }, { soon: true });
  }

  function undo() {
    if (!before) return;
    const { settings: old, model: name } = before;
    before = null;
    begun = null;
    if (name && name !== model()) choice.pick(name, { lasting: false });
    set.change(old, { soon: true });
  }

  // Does something with the presets and tells the panel what became of it.
  async function keep(deed, wrong, action) {
    const said = (error) => `${t('preset.refused')} ${error.message}`;
    panel.presetOutcome = { deed, problem: wrong ? t(wrong) : await action().then(() => '', said) };
  }

  const wrongName = (name, id) => problems[presets.problem(name, id)] ?? null;

  function open() {
    wanted = set.available ? null : address();
    if (wanted) return;
    draw();
    panel.open();
    ollama.check();
    presets.read();
  }

  function openLate() {
    if (wanted === null || chat.phase === 'loading') return;
    const here = wanted === chat.conversation?.id;
    wanted = null;
    if (here) open();
  }

  listen('open-chat-settings', open);
  listen('settings-change', ({ fields, soon }) => {
    before = null;
    set.change(fields, { soon });
  });
  listen('settings-closed', () => {
    before = null;
    set.flush();
  });
  listen('settings-undo', undo);
  listen('settings-again', () => set.flush());
  listen('think-choice', ({ think: value }) => set.change({ think: value }, { soon: true }));
  listen('models-wanted', () => ollama.check());
  listen('preset-choice', ({ id }) => apply(presets.find(id)));
  listen('preset-create', ({ deed, name }) => {
    keep(deed, wrongName(name), async () => {
      const here = conversation;
      const made = await presets.create(name, set.current, model());
      if (here !== conversation) return;
      begun = made;
      draw();
    });
  });
  listen('preset-rename', ({ deed, id, name }) => {
    keep(deed, wrongName(name, id), () => presets.change(id, { name }));
  });
  listen('preset-update', ({ deed, id }) => {
    keep(deed, null, () => presets.change(id, { ...set.current, model: model() }));
  });
  listen('preset-delete', ({ deed, id }) => keep(deed, null, () => presets.remove(id)));

  news.addEventListener('presets', () => presets.read());
  news.addEventListener('opened', () => presets.read());
  window.addEventListener('pagehide', () => set.leave());
  document.addEventListener('visibilitychange', () => document.hidden && set.flush());
  // A new chat whose first question has made a conversation is still the same one.
  chat.addEventListener('created', () => (conversation = chat.conversation.id));
  const drawSoon = onceAFrame(() => {
    draw();
    openLate();
  });
  for (const source of [chat, ollama, choice, set, presets]) source.addEventListener('change', drawSoon);
  presets.read();
}

const problems = { empty: 'preset.problem.empty', long: 'preset.problem.long', taken: 'preset.problem.taken' };

function listen(type, action) {
  document.addEventListener(type, ({ detail }) => action(detail ?? {}));
}
