import { contextCost, contextSizes, parsed, standard, typed } from '../lib/options.js';
import { size } from '../lib/models.js';
import { icon } from './icon.js';
import { make, send, set } from './make.js';
import { language, t, tag } from './words.js';

const problems = { number: 'option.problem.number', whole: 'option.problem.whole', range: 'option.problem.range' };

// One option of Ollama's: what it is set to, what holds where it isn't, and what it is good for. Its `option` is one of
// lib/options.js. Sends `option-change` {name, value}; what can't be read is told beside it, and sent nowhere.
class OptionField extends HTMLElement {
  option;
  #field;
  #reset;
  #standard;
  #note;
  #problem;
  #value = null;
  #model = null;

  connectedCallback() {
    if (this.#field) return;
    const { name, kind } = this.option;
    const id = `option-${name}`;
    this.#field = kind === 'lines' ? make('textarea', { rows: 2 }) : make('input', { type: 'text' });
    set(this.#field, { id, autocomplete: 'off', spellcheck: false, 'aria-describedby': `${id}-hint ${id}-problem` });
    this.#field.inputMode = keyboard(this.option);
    if (name === 'num_ctx') this.#field.setAttribute('list', `${id}-sizes`);
    const label = make('label', { htmlFor: id, textContent: t(`option.${name}`) });
    const words = t('option.reset', { name: t(`option.${name}`) });
    this.#reset = make('button', { type: 'button', className: 'quiet-button', title: words, ariaLabel: words });
    this.#reset.append(icon('again'));
    this.#standard = make('span', { className: 'standard' });
    this.#note = make('span', { className: 'note', hidden: true });
    const hint = make('p', { className: 'hint', id: `${id}-hint` }, t(`option.${name}.hint`) + t('option.join'));
    hint.append(this.#standard, this.#note);
    this.#problem = make('p', { className: 'problem', id: `${id}-problem`, role: 'alert', hidden: true });
    this.classList.add(kind);
    this.append(label, make('span', { className: 'value' }, this.#reset, this.#field), hint, this.#problem);
    if (name === 'num_ctx') this.append(make('datalist', { id: `${id}-sizes` }));
    this.#field.addEventListener('input', () => this.#typed());
    this.#field.addEventListener('change', () => this.#tell());
    this.#reset.addEventListener('click', () => this.#forget());
  }

  // What was typed and can't be read stays, until something else is set.
  show({ value, model }) {
    const read = this.#read();
    const kept = read.problem ? same(value, this.#value) : same(value, read.value);
    this.#value = value;
    this.#model = model;
    if (!kept) this.#field.value = typed(value);
    if (!kept) this.#tell();
    this.#showStandard();
    this.#showNote();
    this.#reset.hidden = !this.#field.value;
  }

  // Another conversation: nothing of this one's is kept.
  clear() {
    this.#value = null;
    this.#field.value = '';
    this.#tell();
  }

  #read() {
    return parsed(this.option, this.#field.value);
  }

  #typed() {
    const { value, problem } = this.#read();
    if (!this.#problem.hidden) this.#tell();
    this.#reset.hidden = !this.#field.value;
    this.#showNote();
    if (problem || same(value, this.#value)) return;
    this.#value = value;
    send(this, 'option-change', { name: this.option.name, value });
  }

  #tell() {
    const { problem } = this.#read();
    const number = (value) => new Intl.NumberFormat(tag).format(value);
    const values = { least: number(this.option.least), most: number(this.option.most) };
    set(this.#problem, { textContent: problem ? t(problems[problem], values) : '', hidden: !problem });
    this.#field.ariaInvalid = String(Boolean(problem));
  }

  #forget() {
    this.#field.value = '';
    this.#typed();
    this.#tell();
    this.#field.focus();
  }

  #showStandard() {
    const { value, own } = standard(this.option, this.#model);
    const words = this.#inWords(value);
    set(this.#standard, { textContent: t(own ? 'option.standard.own' : 'option.standard', { value: words }) });
    const numeric = typeof value === 'number' && value >= 0;
    this.#field.placeholder = Array.isArray(value) ? typed(value) : numeric ? String(value) : words;
  }

  #inWords(value) {
    if (value === null) return t(`option.${this.option.name}.standard`);
    if (this.option.name === 'num_predict' && value < 0) return t('option.num_predict.standard');
    return Array.isArray(value) ? value.map((one) => `“${one}”`).join(' ') : new Intl.NumberFormat(tag).format(value);
  }

  // What a context of this size costs, and what the model can make of it.
  #showNote() {
    if (this.option.name !== 'num_ctx') return;
    const model = this.#model;
    const length = model?.context_length;
    const tokens = this.#read().value ?? standard(this.option, model).value ?? model?.running?.context_length;
    const cost = contextCost(model, tokens);
    const number = (value) => new Intl.NumberFormat(tag).format(value);
    const words = [
      cost && t('option.num_ctx.cost', { tokens: number(tokens), size: size(cost, language) }),
      length && t(tokens > length ? 'option.num_ctx.over' : 'option.num_ctx.trained', { tokens: number(length) }),
    ].filter(Boolean);
    set(this.#note, { textContent: words.join(t('option.join')), hidden: !words.length });
    this.classList.toggle('over', Boolean(length) && tokens > length);
    const sizes = contextSizes(model).map(String);
    const list = this.querySelector('datalist');
    if (list.children.length === sizes.length && list.lastChild.value === sizes.at(-1)) return;
    list.replaceChildren(...sizes.map((value) => new Option('', value)));
  }
}

// The numbers' keyboard of a phone has no minus.
function keyboard({ kind, least }) {
  if (kind === 'lines' || least < 0) return 'text';
  return kind === 'whole' ? 'numeric' : 'decimal';
}

function same(one, other) {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

customElements.define('option-field', OptionField);
