import { hits } from '../lib/hits.js';
import { icon } from './icon.js';
import { make, send } from './make.js';
import { titleField } from './title-field.js';
import { t } from './words.js';

// One conversation in the list: a link to it, and the button of its menu. Sends
//   open-menu {button, conversation}, rename-conversation {conversation, title}, renamed
class ConversationRow extends HTMLElement {
  conversation = null;
  #shown = {};
  #link;
  #title;
  #sign;
  #snippet = null;
  #button;
  #input = null;

  constructor() {
    super();
    this.#title = make('span', { className: 'title', dir: 'auto' });
    this.#sign = make('span', { className: 'sign' });
    this.#link = make('a', {}, this.#title, this.#sign);
    const properties = { type: 'button', className: 'more', ariaHasPopup: 'menu', ariaExpanded: 'false' };
    this.#button = make('button', properties, icon('more'));
    this.#button.addEventListener('click', () => {
      send(this, 'open-menu', { button: this.#button, conversation: this.conversation });
    });
    this.reachable = false;
  }

  connectedCallback() {
    if (this.#link.isConnected) return;
    this.role = 'listitem';
    this.append(this.#link, this.#button);
  }

  // sign: null, `running` or `unread`. query: what was searched for, else null.
  show({ conversation, current, sign, query }) {
    const known = this.#shown;
    const shown = { conversation, current, sign, query };
    if (Object.keys(shown).every((name) => shown[name] === known[name])) return;
    this.#shown = shown;
    this.conversation = conversation;
    this.#link.href = `/c/${encodeURIComponent(conversation.id)}${location.search}`;
    this.#link.ariaCurrent = current ? 'page' : null;
    if (sign !== known.sign) this.#showSign(sign);
    const other = (name) => query !== known.query || conversation[name] !== known.conversation?.[name];
    if (other('snippet')) this.#showSnippet(conversation.snippet, query);
    if (other('title')) this.#showTitle(query, Boolean(known.conversation));
  }

  // Whether the Tab key stops here.
  set reachable(reachable) {
    this.#link.tabIndex = this.#button.tabIndex = reachable ? 0 : -1;
  }

  get reachable() {
    return this.#link.tabIndex === 0;
  }

  focus() {
    (this.#input ?? this.#link).focus();
  }

  rename() {
    if (this.#input) return;
    const { conversation } = this;
    this.#input = titleField(conversation.title, (typed, byKey) => {
      this.#input.replaceWith(this.#link);
      this.#input = null;
      if (byKey) this.focus();
      send(this, 'renamed');
      if (typed !== null) send(this, 'rename-conversation', { conversation, title: typed });
    });
    this.#link.replaceWith(this.#input);
    this.#input.select();
  }

  #showTitle(query, replaced) {
    const text = this.conversation.title || t('library.untitled');
    const title = make('span', { className: 'title', dir: 'auto', title: text }, ...marked(text, query));
    title.classList.toggle('came', replaced && !query);
    this.#title.replaceWith(title);
    this.#title = title;
    this.#button.ariaLabel = t('library.menu', { title: text });
  }

  #showSign(sign) {
    const words = { running: t('library.running'), unread: t('library.unread') }[sign];
    if (!words) return this.#sign.replaceChildren();
    const dot = make('span', { className: sign === 'running' ? 'ember' : 'unread', title: words });
    return this.#sign.replaceChildren(dot, make('span', { className: 'visually-hidden', textContent: ` (${words})` }));
  }

  #showSnippet(snippet, query) {
    this.#snippet?.remove();
    this.#snippet = null;
    if (!query || !snippet) return;
    this.#snippet = make('span', { className: 'snippet', dir: 'auto' }, ...marked(snippet, query));
    this.#link.append(this.#snippet);
  }
}

function marked(text, query) {
  if (!query) return [text];
  return hits(text, query).map((piece) => (piece.hit ? make('mark', { textContent: piece.text }) : piece.text));
}

customElements.define('conversation-row', ConversationRow);
