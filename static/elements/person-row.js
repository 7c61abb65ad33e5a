import { ask, deed, deedAsked, Fault, Field, Form } from './form.js';
import { linkField } from './link-field.js';
import { make, set } from './make.js';
import { ago, day } from './moments.js';
import { initial } from './person-menu.js';
import { problemWords } from './problem-words.js';
import { t } from './words.js';

const AT_ONCE = [1, 2, 3, 4, 6, 8];

// One person of the house, as the owner sees them; unfolded, what the owner may change. Asks for
//   change-person {id, fields}, renew-password {id} (whose outcome is an invitation), delete-person {id}
class PersonRow extends HTMLElement {
  #person = null;
  #guarded = true;
  #models = [];
  #parts = null;
  // What stood in the field of the name: what was typed there since stays.
  #named = '';
  // A choice of models is shown before it is kept.
  #choosing = false;
  // What is changed is kept one after the other, and until then what is kept is older than what is shown.
  #wanted = null;
  #keeping = null;

  // {person, me: it is the owner's own, models: the names of those there are, guarded: people have passwords here}
  show({ person, me, models, guarded }) {
    this.#person = person;
    this.#guarded = guarded;
    this.#models = [...new Set([...models, ...(person.models ?? [])])].sort();
    this.#parts ??= this.#build(me);
    if (!this.#keeping) this.#draw();
  }

  #build(me) {
    const parts = {
      initial: make('span', { className: 'initial', ariaHidden: 'true' }),
      name: make('strong', { dir: 'auto' }),
      marks: make('span', { className: 'marks' }),
      facts: make('p'),
      problem: make('p', { className: 'problem', role: 'alert', hidden: true }),
      made: make('div', { className: 'made', role: 'status' }),
    };
    const { name, marks, facts } = parts;
    const words = make('div', { className: 'words' }, make('p', { className: 'title' }, name, marks), facts);
    const content = make('div', { className: 'content' }, ...this.#controls(parts, me), parts.problem, parts.made);
    this.append(make('details', { className: 'person' }, make('summary', {}, parts.initial, words), content));
    return parts;
  }

  #controls(parts, me) {
    parts.rename = new Field({ label: t('people.name'), maxLength: 64, autocomplete: 'off' });
    const { element: rename } = new Form({
      fields: { name: parts.rename },
      label: t('form.save'),
      done: t('form.saved'),
      look: 'quiet-button framed',
      places: { bad_name: 'name', name_taken: 'name' },
      run: async ({ name }) => {
        if (!name.trim()) throw new Fault('bad_name', '');
        await this.#save({ name: name.trim() });
        this.#named = name;
        this.#drawName();
      },
    });
    const numbers = AT_ONCE.map((count) => [String(count), count]);
    const number = (value) => ({ at_once: value ? Number(value) : null });
    parts.atOnce = this.#select([[t('people.at_once.any'), ''], ...numbers], number);
    parts.which = this.#select([[t('people.models.all'), 'all'], [t('people.models.some'), 'some']]);
    parts.which.addEventListener('change', () => this.#choose());
    parts.names = make('fieldset', { className: 'names' });
    const own = [pair(t('people.at_once'), parts.atOnce), pair(t('people.models'), parts.which), parts.names];
    if (me) return [rename, ...own, make('p', { className: 'hint', textContent: t('people.me.hint') })];
    parts.role = this.#select([[t('role.member'), 'member'], [t('role.owner'), 'owner']], (role) => ({ role }));
    parts.manages = make('input', { type: 'checkbox' });
    parts.manages.addEventListener('change', () => this.#change({ manages_models: parts.manages.checked }));
    const manages = make('label', { className: 'choice' }, parts.manages);
    manages.append(make('span', { textContent: t('people.manages') }));
    parts.managing = manages;
    return [rename, pair(t('people.role'), parts.role), manages, ...own, this.#deeds(parts)];
  }

  #deeds(parts) {
    const renew = () => ask(this, 'renew-password', { id: this.#person.id });
    parts.renew = deed(t('people.renew'), async () => this.#renewed(await renew()));
    parts.close = deed(t('people.close'), () => this.#save({ disabled: !this.#person.disabled }));
    parts.remove = make('div', { className: 'remove' });
    return make('div', { className: 'deeds' }, parts.renew, parts.close, parts.remove);
  }

  #draw() {
    const { initial: circle, name, marks, facts, role, manages, managing, atOnce, which } = this.#parts;
    const person = this.#person;
    set(circle, { textContent: initial(person.name) });
    set(name, { textContent: person.name });
    marks.replaceChildren(...signs(person));
    set(facts, { textContent: told(person) });
    this.classList.toggle('disabled', person.disabled);
    this.#drawName();
    const several = String(person.at_once ?? '');
    if (![...atOnce.options].some(({ value }) => value === several)) atOnce.append(new Option(several, several));
    atOnce.value = several;
    if (person.models) this.#choosing = false;
    which.value = person.models || this.#choosing ? 'some' : 'all';
    which.lastElementChild.disabled = !this.#models.length; // not known now
    this.#drawNames();
    if (!role) return;
    role.value = person.role;
    manages.checked = person.manages_models;
    managing.hidden = person.role === 'owner';
    this.#drawDeeds();
  }

  #drawName() {
    const { input } = this.#parts.rename;
    if (input.value === this.#named) input.value = this.#named = this.#person.name;
  }

  #drawDeeds() {
    const { close, renew, remove } = this.#parts;
    const { name, disabled, conversations, messages } = this.#person;
    close.querySelector('button').textContent = t(disabled ? 'people.reopen' : 'people.close');
    renew.hidden = disabled || !this.#guarded;
    const question = t('people.delete.question', {
      name,
      conversations: t('people.conversations', { count: conversations }),
      messages: t('people.messages', { count: messages }),
    });
    if (remove.dataset.question === question) return;
    remove.dataset.question = question;
    const run = () => ask(this, 'delete-person', { id: this.#person.id });
    remove.replaceChildren(deedAsked(t('people.delete'), question, t('people.delete.yes'), run));
  }

  #drawNames() {
    const { names, which } = this.#parts;
    names.hidden = which.value === 'all';
    if (names.hidden) return;
    this.#buildNames();
    const chosen = this.#person.models ?? [];
    for (const box of names.querySelectorAll('input')) box.checked = chosen.includes(box.value);
  }

  // Boxes that stay what they are while they are pressed.
  #buildNames() {
    const { names } = this.#parts;
    if (names.dataset.names === JSON.stringify(this.#models)) return;
    names.dataset.names = JSON.stringify(this.#models);
    const boxes = this.#models.map((value) => {
      const box = make('input', { type: 'checkbox', value });
      box.addEventListener('change', () => this.#pick());
      return make('label', { className: 'choice' }, box, make('span', { textContent: value, dir: 'auto' }));
    });
    names.replaceChildren(make('legend', { textContent: t('people.models.which') }), ...boxes);
  }

  // All are what a choice begins with, so that nothing is taken away by opening it.
  #choose() {
    const { which, names } = this.#parts;
    this.#choosing = which.value === 'some';
    names.hidden = !this.#choosing;
    if (this.#choosing) this.#buildNames();
    for (const box of names.querySelectorAll('input')) box.checked = true;
    this.#change({ models: this.#choosing ? this.#models : null });
  }

  #pick() {
    const boxes = [...this.#parts.names.querySelectorAll('input')];
    this.#change({ models: boxes.filter(({ checked }) => checked).map(({ value }) => value) });
  }

  #renewed({ link, expires_at: expires }) {
    this.#parts.made.replaceChildren(...invitation(location.origin + link, expires, t('people.renew.once')));
    this.#parts.made.querySelector('input').focus();
  }

  #select(options, fields = null) {
    const select = make('select', {}, ...options.map(([words, value]) => new Option(words, value)));
    if (fields) select.addEventListener('change', () => this.#change(fields(select.value)));
    return select;
  }

  // What is refused goes back to what it was, and is said in the row.
  #change(fields) {
    const { problem } = this.#parts;
    set(problem, { textContent: '', hidden: true });
    this.#wanted = { ...this.#wanted, ...fields };
    this.#keeping ??= this.#keep(this.closest('people-sheet'));
  }

  // Asked of the sheet, in which this row may be no more: it was closed and opened anew.
  async #keep(sheet) {
    while (this.#wanted) {
      const fields = this.#wanted;
      this.#wanted = null;
      await this.#save(fields, sheet).catch((error) => this.#refused(error));
    }
    this.#keeping = null;
    this.#draw();
  }

  #refused(error) {
    this.#choosing = false;
    set(this.#parts.problem, { textContent: problemWords(error), hidden: false });
  }

  #save(fields, asking = this) {
    return ask(asking, 'change-person', { id: this.#person.id, fields });
  }
}

// A link that lets somebody in.
export function invitation(link, expires, words) {
  const field = linkField(link, t('people.link'), t('people.link.copy'));
  const until = make('p', { className: 'hint', textContent: t('people.link.until', { day: day(expires) }) });
  return [make('p', { textContent: words }), field, until];
}

function signs({ role, disabled, manages_models: manages }) {
  const words = [
    ...(role === 'owner' ? [t('role.owner')] : []),
    ...(manages && role !== 'owner' ? [t('people.manages.short')] : []),
    ...(disabled ? [t('people.closed')] : []),
  ];
  return words.map((textContent) => make('span', { className: 'mark', textContent }));
}

function told({ seen_at: seen, conversations, messages }) {
  const here = seen ? t('people.seen', { ago: ago(seen) }) : t('people.unseen');
  const many = [t('people.conversations', { count: conversations }), t('people.messages', { count: messages })];
  return [here, ...many].join(' · ');
}

function pair(label, control) {
  return make('label', { className: 'pair' }, make('span', { textContent: label }), control);
}

customElements.define('person-row', PersonRow);
