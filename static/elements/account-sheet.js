import { leaveForm, nameForm, passwordForm } from './account-forms.js';
import { fold } from './form.js';
import { icon } from './icon.js';
import { make } from './make.js';
import { problemWords } from './problem-words.js';
import './session-list.js';
import './share-list.js';
import { refill, sheet } from './sheet.js';
import './token-list.js';
import { t } from './words.js';

// One's own account: the name, the password, where one is signed in, what scripts and others may see, and its end.
// Asks for what its forms and lists ask for.
class AccountSheet extends HTMLElement {
  #dialog = null;
  #sessions;
  #tokens;
  #shares;

  // Shown at once; what is in it comes with `show`.
  open() {
    this.#dialog?.remove();
    this.#dialog = sheet(t('account.title'), make('p', { className: 'hint', textContent: t('account.reading') }));
    this.append(this.#dialog);
    this.#dialog.showModal();
  }

  // account, sessions, tokens, shares; last: it is the only owner's; guarded: people sign in here with passwords
  show({ account, sessions, tokens, shares, last, guarded }) {
    this.#sessions = make('session-list');
    this.#tokens = make('token-list');
    this.#shares = make('share-list', { titled: true });
    const parts = [nameForm(this, account)];
    if (account.has_password) parts.push(fold(t('account.password'), passwordForm(this, account)));
    if (guarded) parts.push(fold(t('sessions.title'), this.#sessions));
    parts.push(
      fold(t('tokens.title'), this.#tokens),
      fold(t('shares.title'), this.#shares),
      fold(t('account.data'), ...everything()),
      fold(t('account.leave.title'), ...leaveForm(this, account, last)),
    );
    refill(this.#dialog, ...parts);
    Object.assign(this, { sessions, tokens, shares });
  }

  set problem(error) {
    refill(this.#dialog, make('p', { className: 'problem', role: 'alert', textContent: problemWords(error) }));
  }

  set sessions(sessions) {
    this.#sessions.sessions = sessions;
  }

  set tokens(tokens) {
    this.#tokens.tokens = tokens;
  }

  set shares(shares) {
    if (this.#shares) this.#shares.shares = shares;
  }
}

function everything() {
  const link = make('a', { className: 'quiet-button framed', href: '/api/account/export', download: '' });
  link.append(icon('save'), make('span', { textContent: t('account.export') }));
  return [make('p', { className: 'hint', textContent: t('account.export.hint') }), link];
}

customElements.define('account-sheet', AccountSheet);
