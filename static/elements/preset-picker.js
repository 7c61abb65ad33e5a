import { LONGEST } from '../lib/presets.js';
import { refocus } from './focus.js';
import { make, send, set } from './make.js';
import { isComposing } from './typing.js';
import { t } from './words.js';

// The presets to choose from, and what is done with them. Sends
//   preset-choice {id}          null: none
//   preset-create {name}, preset-rename {id, name}
//   preset-update {id}          it becomes what the settings are now
//   preset-delete {id}
// all but the first with `deed`, which tells the outcome what it is of.
class PresetPicker extends HTMLElement {
  #select;
  #update;
  #tools;
  #form;
  #name;
  #problem;
  #question;
  #hint;
  #presets = [];
  #chosen = null;
  #renaming = null;
  // What is under way, as long as nothing else was begun.
  #deed = null;

  connectedCallback() {
    if (this.#select) return;
    this.#select = make('select', { id: 'preset' });
    this.#select.addEventListener('change', () => {
      this.#tell('');
      send(this, 'preset-choice', { id: this.#select.value || null });
    });
    const label = make('label', { htmlFor: 'preset', textContent: t('preset.label') });
    this.#hint = make('p', { className: 'hint', textContent: t('preset.hint') });
    this.#buildTools();
    this.#buildForm();
    this.#question = make('div', { className: 'question', role: 'group', hidden: true });
    const row = make('div', { className: 'row' }, label, this.#select);
    this.append(row, this.#tools, this.#form, this.#question, this.#problem, this.#hint);
  }

  // presets; chosen: the one the settings began with, or are the same as; changed: they differ from it by now.
  show({ presets, chosen, changed, own }) {
    if (presets !== this.#presets || !this.#select.length) this.#fill(presets);
    this.#presets = presets;
    this.#chosen = chosen;
    const words = own && !chosen ? t('preset.own') : t('preset.none');
    set(this.#select.options[0], { textContent: words });
    this.#select.value = chosen?.id ?? '';
    this.#select.closest('.row').hidden = !presets.length;
    for (const one of this.#tools.querySelectorAll('.for-chosen')) one.hidden = !chosen;
    this.#update.hidden = !chosen || !changed;
    this.#hint.hidden = presets.length > 0;
    if (this.#question.dataset.id !== chosen?.id) this.#forget();
  }

  // What became of something that was to be done; problem: '' for the best.
  set outcome({ deed, problem }) {
    if (deed !== this.#deed) return this.#tellLate(problem);
    for (const one of this.querySelectorAll('form button, .question button')) one.disabled = false;
    this.#tell(problem);
    if (problem) return this.#form.hidden ? refocus(this.#question.querySelector('button')) : this.#name.focus();
    if (!this.#form.hidden) this.#closeForm();
    this.#forget();
    return undefined;
  }

  // Who began something else is not disturbed.
  #tellLate(problem) {
    if (problem && this.#form.hidden && this.#question.hidden) this.#tell(problem);
  }

  #send(type, detail) {
    this.#deed = {};
    send(this, type, { ...detail, deed: this.#deed });
  }

  #tell(problem) {
    set(this.#problem, { textContent: problem, hidden: !problem });
  }

  #fill(presets) {
    this.#select.replaceChildren(new Option('', ''), ...presets.map(({ id, name }) => new Option(name, id)));
  }

  #buildTools() {
    const tool = (key, onclick, className) => framed(key, { className: `quiet-button framed ${className}`, onclick });
    this.#update = tool('preset.update', () => this.#send('preset-update', { id: this.#chosen.id }), 'update');
    this.#tools = make(
      'div',
      { className: 'tools' },
      this.#update,
      tool('preset.save', () => this.#openForm(null), 'save'),
      tool('preset.rename', () => this.#openForm(this.#chosen), 'for-chosen'),
      tool('preset.delete', () => this.#ask(this.#chosen), 'for-chosen'),
    );
  }

  #buildForm() {
    this.#name = make('input', { type: 'text', id: 'preset-name', maxLength: LONGEST, dir: 'auto' });
    set(this.#name, { autocomplete: 'off', 'aria-describedby': 'preset-problem' });
    this.#problem = make('p', { className: 'problem', id: 'preset-problem', role: 'alert', hidden: true });
    const cancel = framed('preset.cancel');
    cancel.addEventListener('click', () => this.#closeForm());
    const keep = make('button', { type: 'submit', className: 'main-button', textContent: t('preset.keep') });
    const label = make('label', { htmlFor: 'preset-name', textContent: t('preset.name') });
    const line = make('div', { className: 'line' }, this.#name, keep, cancel);
    this.#form = make('form', { hidden: true }, label, line);
    this.#form.addEventListener('submit', (event) => this.#submit(event));
    // Escape leaves the form, not the whole dialog.
    this.#form.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || isComposing(event)) return;
      event.preventDefault();
      event.stopPropagation();
      this.#closeForm();
    });
  }

  #openForm(preset) {
    this.#deed = null;
    this.#renaming = preset?.id ?? null;
    this.#form.querySelector('.main-button').disabled = false;
    this.#form.hidden = false;
    this.#tools.hidden = true;
    this.#question.hidden = true;
    this.#name.value = preset?.name ?? '';
    this.#tell('');
    this.#name.focus();
    this.#name.select();
  }

  #closeForm() {
    this.#deed = null;
    this.#tell('');
    this.#form.hidden = true;
    this.#tools.hidden = false;
    this.#tools.querySelector(this.#renaming ? '.for-chosen:not([hidden])' : '.save')?.focus();
  }

  #submit(event) {
    event.preventDefault();
    this.#form.querySelector('.main-button').disabled = true;
    const name = this.#name.value;
    if (this.#renaming) this.#send('preset-rename', { id: this.#renaming, name });
    else this.#send('preset-create', { name });
  }

  // What can't be undone is asked about first.
  #ask({ id, name }) {
    this.#deed = null;
    this.#tell('');
    const words = make('p', { textContent: t('preset.delete.question', { name }) });
    const yes = framed('preset.delete', { className: 'quiet-button framed danger' });
    const no = framed('preset.cancel');
    yes.addEventListener('click', () => {
      yes.disabled = true;
      this.#send('preset-delete', { id });
    });
    no.addEventListener('click', () => {
      this.#deed = null;
      this.#question.hidden = true;
      this.#tell('');
      this.#tools.querySelector('.for-chosen:last-child').focus();
    });
    this.#question.dataset.id = id;
    this.#question.ariaLabel = words.textContent;
    this.#question.replaceChildren(words, yes, no);
    this.#question.hidden = false;
    no.focus();
  }

  // What is asked about is gone: its deletion is heard of here or with the news, whichever comes first.
  #forget() {
    if (this.#question.hidden) return;
    this.#question.hidden = true;
    this.#tell('');
    refocus(this.#tools.querySelector('.save'));
  }
}

function framed(key, properties = {}) {
  return make('button', { type: 'button', className: 'quiet-button framed', textContent: t(key), ...properties });
}

customElements.define('preset-picker', PresetPicker);
