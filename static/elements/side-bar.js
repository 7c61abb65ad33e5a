import './conversation-list.js';
import { Kept } from '../lib/kept.js';
import { icon } from './icon.js';
import { make, send, set } from './make.js';
import './person-menu.js';
import { storage } from './storage.js';
import { isComposing } from './typing.js';
import { t } from './words.js';

const wide = window.matchMedia('(min-width: 48rem)');
const kept = new Kept(storage('localStorage'), 'side-bar');

// Beside the room on a wide page, where it can be folded away; on a narrow one a drawer over it. Sends
//   side-toggle {open, drawer}, search-conversations {query}, open-app-settings, open-models, open-help, and what its
//   list and its menu send
class SideBar extends HTMLElement {
  list = make('conversation-list');
  #panel;
  #field;
  #clear;
  #status;
  #person = make('person-menu', { hidden: true });
  #settings;
  #models;
  #query = '';
  // How many were found of what stands in the field, once that is known; and whether the first of them is to be opened.
  #found = null;
  #entered = false;

  connectedCallback() {
    if (this.#panel) return;
    this.#field = make('input', { type: 'search', placeholder: t('library.search'), ariaLabel: t('library.search') });
    set(this.#field, { autocomplete: 'off', spellcheck: false, enterKeyHint: 'search', dir: 'auto' });
    this.#clear = this.#button('close', t('library.clear'), () => this.#cleared());
    this.#clear.hidden = true;
    this.#status = make('p', { className: 'visually-hidden', role: 'status' });
    this.#panel = make('nav', { className: 'panel', ariaLabel: t('side.label') }, ...this.#parts());
    this.append(this.#panel);
    this.#listen();
    this.#fit();
  }

  get open() {
    return wide.matches ? !this.hasAttribute('folded') : this.#panel.matches(':popover-open');
  }

  set open(open) {
    if (open === this.open) return;
    if (!wide.matches) return this.#panel.togglePopover(open);
    kept.write(open ? 'open' : 'folded');
    this.toggleAttribute('folded', !open);
    this.#tell(open);
    if (open) this.#panel.querySelector('.close').focus();
  }

  toggle() {
    this.open = !this.open;
  }

  // To the field where one searches.
  search() {
    this.open = true;
    this.#field.focus();
    this.#field.select();
  }

  // found: how many were, where something is searched for; else null.
  set found(found) {
    this.#found = found;
    if (this.#entered) this.#enter();
    set(this.#status, { textContent: found === null ? '' : t('library.found', { count: found }) });
  }

  // Who is signed in, and what is theirs to look after: {user, auth, may}
  set session(session) {
    const { user, may } = session;
    if (user) this.#person.session = session;
    this.#person.hidden = !user;
    this.#settings.hidden = Boolean(user);
    this.#models.hidden = Boolean(user) || !may.models;
  }

  #parts() {
    const close = this.#button('side', t('side.close'), () => (this.open = false));
    close.classList.add('close');
    const flame = make('img', { src: '/static/favicon.svg', alt: '', width: 28, height: 28 });
    const href = `/${location.search}`;
    const home = make('a', { className: 'home', href, ariaLabel: t('header.home') }, flame, 'Hearth');
    const { settings, models } = this.#feet();
    const begin = make('a', { className: 'begin', href }, icon('write'), t('header.new'));
    return [
      make('div', { className: 'head' }, home, close),
      begin,
      make('label', { className: 'search' }, icon('search'), this.#field, this.#clear),
      this.#status,
      this.list,
      make(
        'div',
        { className: 'foot' },
        this.#person,
        settings,
        models,
        this.#button('help', t('side.help'), () => send(this, 'open-help')),
      ),
    ];
  }

  // Where nobody is signed in.
  #feet() {
    const settings = this.#button('settings', '', () => send(this, 'open-app-settings'), t('side.settings'));
    const models = this.#button('box', t('person.models'), () => send(this, 'open-models'));
    models.hidden = true;
    [this.#settings, this.#models] = [settings, models];
    return { settings, models };
  }

  #button(name, label, onclick, ...words) {
    const button = make('button', { type: 'button', className: 'quiet-button', onclick }, icon(name), ...words);
    if (!words.length) button.title = button.ariaLabel = label;
    return button;
  }

  #listen() {
    this.#field.addEventListener('input', () => this.#typed());
    this.#field.addEventListener('keydown', (event) => this.#key(event));
    this.#field.addEventListener('blur', () => (this.#entered = false));
    // The room is out of reach once the drawer has taken note of where the focus was, and within reach before it gives
    // it back.
    this.#panel.addEventListener('toggle', ({ newState }) => newState === 'open' && this.#opened());
    this.#panel.addEventListener('beforetoggle', ({ newState }) => newState === 'closed' && this.#tell(false));
    this.#panel.addEventListener('click', (event) => {
      if (event.target.closest('a[href]') && !(event.ctrlKey || event.metaKey || event.shiftKey)) this.#chosen();
    });
    wide.addEventListener('change', () => this.#fit());
  }

  #opened() {
    if (!this.#panel.contains(document.activeElement)) this.#panel.querySelector('.close').focus();
    this.#tell(true);
  }

  // Something in a drawer was chosen: what is under it is what the reader wants to see.
  #chosen() {
    if (!wide.matches) this.open = false;
  }

  #fit() {
    if (wide.matches) this.#panel.removeAttribute('popover');
    else this.#panel.popover = 'auto';
    this.toggleAttribute('folded', wide.matches && kept.read() === 'folded');
    this.#tell(this.open);
  }

  #tell(open) {
    send(this, 'side-toggle', { open, drawer: !wide.matches });
  }

  #key(event) {
    if (isComposing(event)) return;
    if (event.key === 'ArrowDown') this.list.rows[0]?.focus();
    else if (event.key === 'Enter') this.#enter();
    else if (event.key === 'Escape' && this.#field.value) this.#cleared();
    else return;
    event.preventDefault();
  }

  // What stands in the list may still be what was looked for before.
  #enter() {
    this.#entered = this.#query !== '' && this.#found === null;
    if (!this.#entered) this.list.querySelector('conversation-row a')?.click();
  }

  #cleared() {
    this.#field.value = '';
    this.#field.focus();
    this.#typed();
  }

  #typed() {
    const query = this.#field.value.trim();
    if (query !== this.#query) this.#found = null;
    this.#query = query;
    this.#entered = false;
    this.#clear.hidden = !this.#field.value;
    send(this, 'search-conversations', { query: this.#field.value });
  }
}

customElements.define('side-bar', SideBar);
