import './copy-button.js';
import { ask, deed } from './form.js';
import { icon } from './icon.js';
import { KeptRows } from './kept-rows.js';
import { make } from './make.js';
import { day } from './moments.js';
import { t } from './words.js';

// Links to conversations: what each shows and to whom. `titled`: of several conversations, so each says of which.
// `guarded`: people sign in here, so that a link may be for them only. Asks for `end-share` {id}.
class ShareList extends HTMLElement {
  titled = false;
  guarded = true;
  #rows = new KeptRows((share) => this.#row(share));

  // Told with every word of a reply that is being written.
  set shares(shares) {
    this.#rows.show(shares);
    const shown = shares.length ? this.#rows.element : this.#nothing();
    if (this.firstElementChild !== shown) this.replaceChildren(shown);
  }

  #nothing() {
    return make('p', { className: 'hint', textContent: t(this.titled ? 'shares.none' : 'shares.none_here') });
  }

  #row({ id, link, title, live, sign_in: signIn, created_at: created }) {
    const what = t(live ? 'shares.live' : 'shares.fixed');
    const name = title || t('library.untitled');
    const facts = [
      ...(this.titled ? [what] : []),
      ...(this.guarded ? [t(signIn ? 'shares.signed_in' : 'shares.anybody')] : []),
      t('shares.since', { day: day(created) }),
    ];
    const heading = make('strong', { textContent: this.titled ? name : what, dir: 'auto' });
    const words = make('div', { className: 'words' }, heading, make('p', { textContent: facts.join(' · ') }));
    const about = this.titled ? `${name}, ${what}` : what;
    const open = make('a', { className: 'quiet-button', href: link, target: '_blank', rel: 'noopener' }, icon('out'));
    open.title = open.ariaLabel = t('shares.open', { about });
    const copy = make('copy-button', { text: location.origin + link, label: t('shares.copy', { about }) });
    const label = { ariaLabel: t('shares.end_this', { about }) };
    const end = deed(t('shares.end'), () => ask(this, 'end-share', { id }), label);
    return make('li', {}, words, make('div', { className: 'tools' }, open, copy, end));
  }
}

customElements.define('share-list', ShareList);
