import { copy } from './clipboard.js';
import { ask, Form } from './form.js';
import { linkField } from './link-field.js';
import { make } from './make.js';
import './share-list.js';
import { sheet } from './sheet.js';
import { t } from './words.js';

// Links to one conversation: makes one, and lists those there are. Asks for
//   create-share {conversation, message, sign_in}, whose outcome is the share; end-share {id}
class ShareSheet extends HTMLElement {
  #dialog = null;
  #conversation = null;
  #message = null;
  #guarded = true;
  #list = null;
  #made = null;

  // message: the id of the one that a link leads down to, null where there is none yet; down: that one was chosen, so
  // it is what is offered first.
  // guarded: people sign in here.
  open({ conversation, message, down, guarded }) {
    this.#dialog?.remove();
    [this.#conversation, this.#message, this.#guarded] = [conversation, message, guarded];
    this.#list = make('share-list', { guarded });
    this.#made = make('div', { className: 'made', role: 'status' });
    const textContent = conversation.title || t('library.untitled');
    const title = make('p', { className: 'hint', dir: 'auto', textContent });
    const heading = make('h3', { textContent: t('shares.here') });
    this.#dialog = sheet(t('share.title'), title, this.#form(down), this.#made, heading, this.#list);
    this.append(this.#dialog);
    this.#dialog.showModal();
  }

  get conversation() {
    return this.#dialog?.open ? this.#conversation : null;
  }

  set shares(shares) {
    this.#list.shares = shares;
    if (!shares.some(({ id }) => id === this.#made.dataset.share)) this.#made.replaceChildren();
  }

  #form(down) {
    const what = choices('what', t('share.what'), [
      ['live', t('share.live'), t('share.live.hint')],
      ['fixed', t(down ? 'share.down' : 'share.fixed'), t('share.fixed.hint')],
    ]);
    what.querySelector(`[value="${down ? 'fixed' : 'live'}"]`).checked = true;
    what.querySelector('[value="fixed"]').disabled = !this.#message;
    const who = choices('who', t('share.who'), [
      ['signed-in', t('share.signed_in'), ''],
      ['anybody', t('share.anybody'), t('share.anybody.hint')],
    ]);
    who.querySelector(`[value="${this.#guarded ? 'signed-in' : 'anybody'}"]`).checked = true;
    who.hidden = !this.#guarded;
    const chosen = (set) => set.querySelector('input:checked').value;
    const form = new Form({
      fields: {},
      label: t('share.make'),
      more: [what, who],
      run: () => this.#make({ live: chosen(what) === 'live', open: chosen(who) === 'anybody' }),
    });
    return form.element;
  }

  // The sheet may be another conversation's by the time the link is there.
  async #make({ live, open }) {
    const made = this.#made;
    const wanted = { conversation: this.#conversation.id, message: live ? null : this.#message, sign_in: !open };
    const share = ask(this, 'create-share', wanted);
    // Safari takes what comes later only where the promise of it came with the press.
    const copied = copy(share.then(({ link }) => location.origin + link)).then(() => true, () => false);
    const { id, link } = await share;
    const words = make('p', { textContent: t((await copied) ? 'share.copied' : 'share.made') });
    made.dataset.share = id;
    made.replaceChildren(words, linkField(location.origin + link, t('share.link'), t('share.copy')));
  }
}

let sets = 0;

function choices(name, title, entries) {
  const group = `${name}-${++sets}`;
  const labels = entries.map(([value, label, hint]) => {
    const words = make('span', {}, label, ...(hint ? [make('small', { textContent: hint })] : []));
    return make('label', { className: 'choice' }, make('input', { type: 'radio', name: group, value }), words);
  });
  return make('fieldset', {}, make('legend', { textContent: title }), ...labels);
}

customElements.define('share-sheet', ShareSheet);
