import { keepingFocus } from './focus.js';
import { ask, deed, Field, Form, fold } from './form.js';
import { KeptRows } from './kept-rows.js';
import { make } from './make.js';
import { day } from './moments.js';
import { invitation } from './person-row.js';
import { problemWords } from './problem-words.js';
import { refill, sheet } from './sheet.js';
import { t } from './words.js';

// The people of the house, for its owner: who they are, what they may, and how somebody new comes in. Asks for
//   invite {name} (whose outcome is an invitation), end-invitation {id}, and what its rows ask for
class PeopleSheet extends HTMLElement {
  #dialog = null;
  #rows = new Map();
  #list = null;
  #open = null;
  #invitations = null;
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
    keepingFocus(() => this.#place(rows));
    this.#wait(invitations, people);
    if (lost) this.#dialog.querySelector('header button').focus();
  }

  set problem(error) {
    this.#list = null;
    refill(this.#dialog, make('p', { className: 'problem', role: 'alert', textContent: problemWords(error) }));
  }

  #build(guarded) {
    this.#list = make('ul', { className: 'rows' });
    this.#invitations = new KeptRows((invited) => this.#invitation(invited));
    const heading = make('h3', { textContent: t('people.invitations') });
    this.#open = make('div', { className: 'invitations' }, heading, this.#invitations.element);
    this.#made = make('div', { className: 'made', role: 'status' });
    this.#rows.clear();
    const coming = guarded
      ? [fold(t('people.invite'), this.#form()), this.#made, this.#open]
      : [make('p', { className: 'hint', textContent: t('people.by_proxy') })];
    refill(this.#dialog, make('p', { className: 'hint', textContent: t('people.hint') }), this.#list, ...coming);
  }

  #row(shown) {
    const { id } = shown.person;
    const row = this.#rows.get(id) ?? make('person-row');
    this.#rows.set(id, row);
    row.show(shown);
    return row;
  }

  // Another name may have another place.
  #place(rows) {
    rows.forEach((row, place) => {
      const item = row.parentElement ?? make('li', {}, row);
      if (this.#list.children[place] !== item) this.#list.insertBefore(item, this.#list.children[place] ?? null);
    });
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

  #wait(invitations, people) {
    const whose = ({ person }) => people.find(({ id }) => id === person)?.name;
    this.#invitations.show(invitations.map((one) => ({ ...one, whose: whose(one) })));
    this.#open.hidden = !invitations.length;
  }

  #invitation({ id, name, whose, expires_at: expires }) {
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
}

customElements.define('people-sheet', PeopleSheet);
