import { options, others, stays, withOption } from '../lib/options.js';
import './option-field.js';
import './preset-picker.js';
import { keepingFocus } from './focus.js';
import { make, send, set } from './make.js';
import { sheet } from './sheet.js';
import { t } from './words.js';

const stayWords = ['0', '5m', '30m', '1h', '4h', '24h', '-1'].map((value) => [value, `stay.${value}`]);

// What the conversation is held with: its presets, system prompt and options. Sends
//   settings-change {fields, soon}   soon: not typed letter by letter
//   settings-closed, settings-undo, settings-again
class ChatSettings extends HTMLElement {
  #dialog = null;
  #presets;
  #system;
  #fields;
  #stay;
  #others;
  #clear;
  #notice;
  #problem;
  #state = null;
  #shown = '';
  #conversation;

  open() {
    this.#dialog ?? this.#build();
    if (this.#dialog.open) return;
    this.#dialog.showModal();
    this.#draw();
  }

  close() {
    this.#dialog?.close();
  }

  // Called before it is opened. conversation: its id, null for a new one; settings; model; presets, as the picker takes
  // them; notice: what was done, and can be undone; problem: why it couldn't be kept.
  show(state) {
    this.#state = state;
    if (this.#dialog?.open && JSON.stringify(state) !== this.#shown) this.#draw();
  }

  set presetOutcome(outcome) {
    this.#presets.outcome = outcome;
  }

  #build() {
    this.#presets = make('preset-picker');
    this.#system = make('textarea', { id: 'system-prompt', rows: 3, dir: 'auto', 'aria-describedby': 'system-hint' });
    this.#system.placeholder = t('settings.system.placeholder');
    this.#system.addEventListener('input', () => this.#change({ system: this.#system.value || null }));
    this.#fields = options.map((option) => Object.assign(make('option-field'), { option }));
    const rare = this.#fields.filter(({ option }) => option.rare);
    this.#stay = this.#buildStay();
    this.#others = make('div', { className: 'others' });
    this.#clear = make('button', { type: 'button', className: 'quiet-button framed clear' }, t('settings.clear'));
    this.#clear.addEventListener('click', () => send(this, 'preset-choice', { id: null }));
    const more = make('summary', { textContent: t('settings.more') });
    this.#notice = make('p', { className: 'notice', role: 'status', hidden: true });
    this.#problem = make('p', { className: 'problem', role: 'alert', hidden: true });
    this.#dialog = sheet(
      t('settings.title'),
      this.#problem,
      this.#notice,
      this.#presets,
      make('label', { htmlFor: 'system-prompt', className: 'head' }, t('settings.system')),
      make('p', { className: 'hint', id: 'system-hint' }, t('settings.system.hint')),
      this.#system,
      ...this.#fields.filter(({ option }) => !option.rare),
      make('details', {}, more, ...rare, this.#stay, this.#others),
      this.#clear,
    );
    this.#dialog.addEventListener('close', () => send(this, 'settings-closed'));
    this.addEventListener('option-change', ({ detail: { name, value } }) => this.#option(name, value));
    this.append(this.#dialog);
  }

  #buildStay() {
    const select = make('select', { id: 'keep-alive' });
    set(select, { 'aria-describedby': 'keep-alive-hint' });
    select.addEventListener('change', () => {
      const known = stays.find((value) => String(value) === select.value);
      this.#change({ keep_alive: select.value === '' ? null : known ?? this.#state.settings.keep_alive }, true);
    });
    const label = make('label', { htmlFor: 'keep-alive', textContent: t('stay.label') });
    const hint = make('p', { className: 'hint', id: 'keep-alive-hint', textContent: t('stay.hint') });
    return make('div', { className: 'stay' }, label, select, hint);
  }

  // A button that goes with what it did leaves the focus to the one that undoes it, or to the first of all.
  #draw() {
    keepingFocus(() => this.#fill(), () => ['.notice button', 'header button'].map((one) => this.#dialog.querySelector(one)));
  }

  #fill() {
    const { conversation, settings, model, presets, notice, problem } = this.#state;
    this.#shown = JSON.stringify(this.#state);
    if (conversation !== this.#conversation) for (const field of this.#fields) field.clear();
    this.#conversation = conversation;
    this.#presets.show(presets);
    const system = (settings.system ?? '').replace(/\r\n?/g, '\n');
    if (this.#system.value !== system) this.#system.value = system;
    for (const field of this.#fields) field.show({ value: settings.options?.[field.option.name] ?? null, model });
    this.#fillStay(settings.keep_alive);
    this.#fillOthers(settings.options);
    this.#clear.hidden = !presets.own;
    this.#say(this.#notice, notice, 'settings.undo', 'settings-undo');
    this.#say(this.#problem, problem, 'settings.again', 'settings-again');
  }

  // What was set elsewhere and isn't offered here is offered too while it holds.
  #fillStay(current) {
    const select = this.#stay.querySelector('select');
    const choices = [['', 'stay.standard'], ...stayWords].map(([value, key]) => [value, t(key)]);
    const value = String(current ?? '');
    const unknown = !choices.some(([known]) => known === value);
    if (unknown) choices.push([value, typeof current === 'number' ? t('stay.seconds', { count: current }) : value]);
    if (select.length !== choices.length) {
      select.replaceChildren(...choices.map(([known, words]) => new Option(words, known)));
    }
    select.value = value;
  }

  #fillOthers(current) {
    const found = others(current);
    const rows = found.map(([name, value]) => {
      const words = make('code', { textContent: `${name} = ${JSON.stringify(value)}` });
      const reset = make('button', { type: 'button', className: 'quiet-button' }, t('settings.others.remove'));
      reset.ariaLabel = t('option.reset', { name });
      reset.addEventListener('click', () => this.#option(name, null, true));
      return make('div', { className: 'row' }, words, reset);
    });
    const made = JSON.stringify(found);
    if (this.#others.dataset.made === made) return;
    this.#others.dataset.made = made;
    this.#others.replaceChildren(...(found.length ? [make('p', { textContent: t('settings.others') }), ...rows] : []));
  }

  #say(place, words, action, event) {
    set(place, { hidden: !words });
    if (place.dataset.words === words) return;
    place.dataset.words = words;
    const button = make('button', { type: 'button', className: 'quiet-button', textContent: t(action) });
    button.addEventListener('click', () => send(this, event));
    place.replaceChildren(...(words ? [make('span', { textContent: words }), button] : []));
  }

  #option(name, value, soon = false) {
    this.#change({ options: withOption(this.#state.settings.options, name, value) }, soon);
  }

  #change(fields, soon = false) {
    // What comes next is laid over this, though the page is drawn anew only with the next frame.
    this.#state = { ...this.#state, settings: { ...this.#state.settings, ...fields } };
    send(this, 'settings-change', { fields, soon });
  }
}

customElements.define('chat-settings', ChatSettings);
