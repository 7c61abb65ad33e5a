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

  // What became of the last thing that was to be done: '' for the best.
  set outcome(problem) {
    for (const one of this.querySelectorAll('form button, .question button')) one.disabled = false;
    this.#tell(problem);
    if (problem) return this.#form.hidden ? refocus(this.#question.querySelector('button')) : this.#name.focus();
    if (!this.#form.hidden) this.#closeForm();
    this.#forget();
    return undefined;
  }

  #tell(problem) {
    set(this.#problem, { textContent: problem, hidden: !problem });
  }

  #fill(presets) {
    this.#select.replaceChildren(new Option('', ''), ...presets.map(({ id, name }) => new Option(name, id)));
  }

  #buildTools() {
    const tool = (key, onclick, className) => framed(key, { className: `quiet-button framed ${className}`, onclick });
    this.#update = tool('preset.update', () => send(this, 'preset-update', { id: this.#chosen.id }), 'update');
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
    this.#renaming = preset?.id ?? null;
    this.#form.hidden = false;
    this.#tools.hidden = true;
    this.#question.hidden = true;
    this.#name.value = preset?.name ?? '';
    this.#tell('');
    this.#name.focus();
    this.#name.select();
  }

  #closeForm() {
    this.#tell('');
    this.#form.hidden = true;
    this.#tools.hidden = false;
    this.#tools.querySelector(this.#renaming ? '.for-chosen:not([hidden])' : '.save')?.focus();
  }

  #submit(event) {
    event.preventDefault();
    this.#form.querySelector('.main-button').disabled = true;
    const name = this.#name.value;
    if (this.#renaming) send(this, 'preset-rename', { id: this.#renaming, name });
    else send(this, 'preset-create', { name });
  }

  // What can't be undone is asked about first.
  #ask({ id, name }) {
    this.#tell('');
    const words = make('p', { textContent: t('preset.delete.question', { name }) });
    const yes = framed('preset.delete', { className: 'quiet-button framed danger' });
    const no = framed('preset.cancel');
    yes.addEventListener('click', () => {
      yes.disabled = true;
      send(this, 'preset-delete', { id });
    });
    no.addEventListener('click', () => {
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
