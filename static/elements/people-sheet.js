import { ask, deed, Field, Form, fold } from './form.js';
import { make } from './make.js';
import { day } from './moments.js';
import { invitation } from './person-row.js';
import { problemWords } from './problem-words.js';
import { sheet } from './sheet.js';
import { t } from './words.js';

// The people of the house, for its owner: who they are, what they may, and how somebody new comes in. Asks for
//   invite {name} (whose outcome is an invitation), end-invitation {id}, and what its rows ask for
class PeopleSheet extends HTMLElement {
  #dialog = null;
  #rows = new Map();
  #list = null;
  #open = null;
  #made = null;

  open() {
    this.#dialog?.remove();
    this.#list = null;
    this.#rows.clear();
    this.#dialog = sheet(t('people.title'), make('p', { className: 'hint', textContent: t('account.reading') }));
    this.append(this.#dialog);
    this.#dialog.showModal();
  }

  // people, invitations; me: the owner's id; models: names; guarded: people sign in here with passwords
  show({ people, invitations, me, models, guarded }) {
    if (!this.#list) this.#build(guarded);
    const rows = people.map((person) => this.#row({ person, me: person.id === me, models, guarded }));
    const gone = [...this.#list.children].filter(({ firstElementChild: row }) => !rows.includes(row));
    const lost = gone.some((item) => item.contains(document.activeElement));
    for (const item of gone) item.remove();
    rows.forEach((row, place) => {
      const item = row.parentElement ?? make('li', {}, row);
      if (this.#list.children[place] !== item) this.#list.insertBefore(item, this.#list.children[place] ?? null);
    });
    this.#open.replaceChildren(...this.#waiting(invitations, people));
    if (lost) this.#dialog.querySelector('header button').focus();
  }

  set problem(error) {
    this.#list = null;
    this.#content(make('p', { className: 'problem', role: 'alert', textContent: problemWords(error) }));
  }

  #build(guarded) {
    this.#list = make('ul', { className: 'rows' });
    this.#open = make('div', { className: 'invitations' });
    this.#made = make('div', { className: 'made', role: 'status' });
    this.#rows.clear();
    const coming = guarded
      ? [fold(t('people.invite'), this.#form()), this.#made, this.#open]
      : [make('p', { className: 'hint', textContent: t('people.by_proxy') })];
    this.#content(make('p', { className: 'hint', textContent: t('people.hint') }), this.#list, ...coming);
  }

  #row(shown) {
    const { id } = shown.person;
    const row = this.#rows.get(id) ?? make('person-row');
    this.#rows.set(id, row);
    row.show(shown);
    return row;
  }

  #form() {
    const name = new Field({ label: t('people.invite.name'), hint: t('people.invite.hint'), maxLength: 64 });
    name.input.autocomplete = 'off';
    const form = new Form({
      fields: { name },
      label: t('people.invite.make'),
      places: { bad_name: 'name', name_taken: 'name' },
      run: async (values) => {
        const typed = values.name.trim();
        const { id, link, expires_at: expires } = await ask(this, 'invite', typed ? { name: typed } : {});
        form.clear();
        this.#made.dataset.invitation = id;
        this.#made.replaceChildren(...invitation(location.origin + link, expires, t('people.invite.once')));
        this.#made.querySelector('input').focus();
      },
    });
    return form.element;
  }

  #waiting(invitations, people) {
    if (!invitations.length) return [];
    const rows = invitations.map((one) => this.#invitation(one, people));
    return [make('h3', { textContent: t('people.invitations') }), make('ul', { className: 'rows' }, ...rows)];
  }

  #invitation({ id, name, person, expires_at: expires }, people) {
    const whose = people.find((one) => one.id === person)?.name;
    const title = whose ? t('people.invitation.renews', { name: whose }) : name || t('people.invitation.unnamed');
    const facts = t('people.link.until', { day: day(expires) });
    const heading = make('strong', { textContent: title, dir: 'auto' });
    const words = make('div', { className: 'words' }, heading, make('p', { textContent: facts }));
    const end = async () => {
      await ask(this, 'end-invitation', { id });
      if (this.#made.dataset.invitation === id) this.#made.replaceChildren();
    };
    const label = { ariaLabel: t('people.invitation.end', { name: title }) };
    return make('li', {}, words, deed(t('people.invitation.end.short'), end, label));
  }

  #content(...parts) {
    const box = this.#dialog.querySelector('.sheet-box');
    box.replaceChildren(box.firstElementChild, ...parts);
  }
}

customElements.define('people-sheet', PeopleSheet);
