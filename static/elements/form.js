import { refocus } from './focus.js';
import { make, send, set } from './make.js';
import { problemWords } from './problem-words.js';
import { t } from './words.js';

let fields = 0;

// Has the page do something. Whoever listens puts a promise into `detail.outcome`; resolves, or is refused, with that.
export function ask(element, type, detail = {}) {
  const asked = { ...detail, outcome: Promise.resolve() };
  send(element, type, asked);
  return asked.outcome;
}

// A field with its label, a hint, and what is wrong with what is in it. lines: how high one of several lines is. Other
// properties are those of the input.
export class Field {
  input;
  element;
  #problem;

  constructor({ label, hint, lines, ...properties }) {
    const id = `field-${++fields}`;
    const described = `${id}-hint ${id}-problem`;
    const common = { id, dir: 'auto', 'aria-describedby': described, ...properties };
    this.input = lines ? make('textarea', { rows: lines, ...common }) : make('input', { type: 'text', ...common });
    this.#problem = make('p', { className: 'problem', id: `${id}-problem`, hidden: true });
    this.element = make('div', { className: 'field' }, make('label', { htmlFor: id, textContent: label }), this.input);
    if (hint) this.element.append(make('p', { className: 'hint', id: `${id}-hint`, textContent: hint }));
    this.element.append(this.#problem);
  }

  set problem(words) {
    set(this.#problem, { textContent: words, hidden: !words });
    this.input.ariaInvalid = words ? 'true' : null;
    if (words) this.input.focus();
  }
}

// Fields and a button; what is refused is said beside the field that it is about.
export class Form {
  element;
  #fields;
  #run;
  #places;
  #button;
  #outcome;
  #sent = {};

  // fields: {name: Field}; run: gets their values, and what it throws is shown; places: {code of an error: name of the
  // field}; more: what stands before the button; done: words for when it is done; look: of the button.
  constructor({ fields: named, label, run, places = {}, more = [], done = '', look = 'main-button' }) {
    this.#fields = named;
    this.#run = run;
    this.#places = places;
    this.#button = make('button', { type: 'submit', className: look, textContent: label });
    this.#outcome = make('p', { className: 'outcome', role: 'status' });
    const elements = Object.values(named).map(({ element }) => element);
    const line = make('div', { className: 'line' }, this.#button, this.#outcome);
    this.element = make('form', { noValidate: true, className: 'form' }, ...elements, ...more, line);
    this.element.addEventListener('submit', (event) => this.#submit(event, done));
  }

  // Of what was sent; what was typed since then stays.
  clear() {
    for (const [name, { input }] of Object.entries(this.#fields)) if (input.value === this.#sent[name]) input.value = '';
  }

  async #submit(event, done) {
    event.preventDefault();
    if (this.#button.disabled) return;
    const places = [this.#button, ...around(this.element)];
    this.#say('');
    for (const field of Object.values(this.#fields)) field.problem = '';
    this.#button.disabled = true;
    const values = Object.entries(this.#fields).map(([name, { input }]) => [name, input.value]);
    this.#sent = Object.fromEntries(values);
    try {
      await this.#run(this.#sent);
      this.#say(done);
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#button.disabled = false;
      refocus(...places);
    }
  }

  #refused(error) {
    const field = this.#fields[this.#places[error.code]];
    if (field) field.problem = problemWords(error);
    else this.#say(problemWords(error), true);
  }

  #say(words, wrong = false) {
    this.#outcome.textContent = words;
    this.#outcome.classList.toggle('problem', wrong);
  }
}

// What a form throws where something in it is wrong before it is sent.
export class Fault extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

// A button that does something at once, and says beside it what was wrong with that.
export function deed(label, run, { className = '', ...properties } = {}) {
  const button = make('button', { type: 'button', className: `quiet-button framed ${className}`, ...properties });
  button.append(label);
  const problem = make('p', { className: 'problem', role: 'alert', hidden: true });
  button.addEventListener('click', async () => {
    const places = [button, ...around(button)];
    button.disabled = true;
    set(problem, { textContent: '', hidden: true });
    try {
      await run();
    } catch (error) {
      set(problem, { textContent: problemWords(error), hidden: false });
    } finally {
      button.disabled = false;
      // What it was about may be gone, and the button with it.
      refocus(...places);
    }
  });
  return make('div', { className: 'deed' }, button, problem);
}

// The same for what can't be undone: it is asked first. question: what goes with it.
export function deedAsked(label, question, yes, run) {
  const box = make('div', { className: 'asked' });
  const words = make('p', { textContent: question });
  const open = make('button', { type: 'button', className: 'quiet-button framed danger', textContent: label });
  const no = make('button', { type: 'button', className: 'quiet-button framed', textContent: t('form.cancel') });
  const group = make('div', { className: 'question', role: 'group', ariaLabel: question, hidden: true });
  group.append(words, deed(yes, run, { className: 'danger' }), no);
  const show = (asking) => {
    open.hidden = asking;
    group.hidden = !asking;
    (asking ? no : open).focus();
  };
  open.addEventListener('click', () => show(true));
  no.addEventListener('click', () => show(false));
  group.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    show(false);
  });
  box.append(open, group);
  return box;
}

// Where the focus goes when what had it goes.
function around(element) {
  const [folded, dialog] = ['details', 'dialog'].map((name) => element.closest(name));
  return [folded?.firstElementChild, dialog?.querySelector('button')];
}

// Folded away until it is wanted.
export function fold(title, ...content) {
  return make('details', { className: 'fold' }, make('summary', { textContent: title }), ...content);
}
