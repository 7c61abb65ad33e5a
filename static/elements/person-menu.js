import { icon } from './icon.js';
import { make, send, set } from './make.js';
import { Menu } from './menu.js';
import { t } from './words.js';

// Who is signed in, and what they look after, as a menu. Sends
//   open-account, open-people, open-models, open-app-settings, sign-out
class PersonMenu extends HTMLElement {
  #menu = new Menu();
  #button;
  #initial;
  #name;
  #session = null;

  connectedCallback() {
    if (this.#button) return;
    this.#initial = make('span', { className: 'initial', ariaHidden: 'true' });
    this.#name = make('span', { className: 'name', dir: 'auto' });
    const properties = { type: 'button', className: 'quiet-button', ariaHasPopup: 'menu', ariaExpanded: 'false' };
    this.#button = make('button', properties, this.#initial, this.#name);
    this.#button.addEventListener('click', () => this.#menu.open(this.#button, t('person.menu'), this.#entries()));
    this.append(this.#button, this.#menu.list);
    this.#draw();
  }

  // {user, auth, may}
  set session(session) {
    this.#session = session;
    this.#draw();
  }

  #draw() {
    if (!this.#session || !this.#button) return;
    const { name } = this.#session.user;
    set(this.#initial, { textContent: initial(name) });
    set(this.#name, { textContent: name });
    set(this.#button, { ariaLabel: t('person.signed_in', { name }) });
  }

  #entries() {
    const { may, auth } = this.#session;
    return [
      this.#entry('person', t('person.account'), 'open-account'),
      ...(may.people ? [this.#entry('people', t('person.people'), 'open-people')] : []),
      ...(may.models ? [this.#entry('box', t('person.models'), 'open-models')] : []),
      this.#entry('settings', t('side.settings'), 'open-app-settings'),
      // Who a proxy signed in is signed out there.
      ...(auth === 'required' ? [this.#entry('leave', t('person.sign_out'), 'sign-out')] : []),
    ];
  }

  #entry(name, label, type) {
    return this.#menu.entry(name, label, () => send(this, type));
  }
}

// As it is written: also one that is made of several characters.
export function initial(name) {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return first?.segment.toLocaleUpperCase() ?? '';
}

customElements.define('person-menu', PersonMenu);
