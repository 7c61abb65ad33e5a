import './conversation-menu.js';
import { icon } from './icon.js';
import { make, send, set } from './make.js';
import { titleField } from './title-field.js';
import { t } from './words.js';

// What the conversation on the page is called, whether it is shared, and its menu. Sends
//   rename-conversation {conversation, title}, share-conversation {conversation}, and what the menu sends
class ChatMenu extends HTMLElement {
  #conversation = null;
  #title;
  #sign;
  #button;
  #menu;

  connectedCallback() {
    if (this.#title) return;
    this.#title = make('span', { className: 'title', dir: 'auto' });
    const properties = { type: 'button', className: 'quiet-button', ariaHasPopup: 'menu', ariaExpanded: 'false' };
    this.#button = make('button', properties, icon('more'));
    this.#button.title = this.#button.ariaLabel = t('menu.chat');
    this.#button.addEventListener('click', () => {
      this.#menu.open(this.#button, { conversation: this.#conversation, settings: true });
    });
    this.#menu = make('conversation-menu');
    this.#sign = make('button', { type: 'button', className: 'quiet-button shared', hidden: true }, icon('link'));
    this.#sign.title = this.#sign.ariaLabel = t('share.sign');
    this.#sign.addEventListener('click', () => send(this, 'share-conversation', { conversation: this.#conversation }));
    this.append(this.#title, this.#sign, this.#button, this.#menu);
    this.addEventListener('rename', () => this.#rename());
  }

  set shared(shared) {
    this.#sign.hidden = !shared;
  }

  // conversation: null for a chat that isn't one yet. title: what it is called.
  show({ conversation, title }) {
    this.#conversation = conversation;
    set(this.#title, { textContent: title, title });
  }

  #rename() {
    const conversation = this.#conversation;
    const input = titleField(conversation.title, (typed, byKey) => {
      input.replaceWith(this.#title);
      if (byKey) this.#button.focus();
      if (typed !== null) send(this, 'rename-conversation', { conversation, title: typed });
    });
    this.#title.replaceWith(input);
    input.select();
  }
}

customElements.define('chat-menu', ChatMenu);
