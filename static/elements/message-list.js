import './assistant-message.js';
import { make } from './make.js';
import './user-message.js';
import { t } from './words.js';

const elements = { user: 'user-message', assistant: 'assistant-message' };

// The messages in order, one element each for as long as the message is there.
class MessageList extends HTMLElement {
  #shown = new Map();
  // Above it is what the model is not sent any more.
  #line = null;
  // Which way the reader went to another branch, until that is on the page.
  #went = null;

  connectedCallback() {
    this.role = 'region';
    this.ariaLabel = t('list.label');
    this.addEventListener('choose-branch', ({ detail }) => (this.#went = detail));
  }

  // siblings: of a message, the branches that begin there. unsent: what is typed in the place of a message, or null.
  // firstSent: the id of the message above which the model is sent nothing any more, or null.
  show({ messages, siblings, unsent, firstSent }) {
    const shown = new Map();
    let place = 0;
    for (const message of messages) {
      const key = message.key ?? message.id;
      if (message.id === firstSent) this.#put((this.#line ??= line()), place++);
      const element = this.#shown.get(key) ?? make(elements[message.role]);
      shown.set(key, element);
      element.message = message;
      this.#put(element, place++);
      element.siblings = siblings(message);
      if (message.role === 'user') element.unsent = unsent(message);
      if (this.#went?.message === message.id) this.#arrive(element);
    }
    if (firstSent === null) this.#line = this.#line?.remove() ?? null;
    for (const [key, element] of this.#shown) if (!shown.has(key)) element.remove();
    this.#shown = shown;
    this.#went = null;
  }

  // Opens the editor of a question.
  edit({ id }) {
    [...this.#shown.values()].find(({ message }) => message.id === id)?.edit();
  }

  #put(element, place) {
    if (this.children[place] !== element) this.insertBefore(element, this.children[place] ?? null);
  }

  #arrive(element) {
    element.querySelector('branch-switch').take(this.#went.forward);
  }
}

function line() {
  return make('p', { className: 'left-out', role: 'note', textContent: t('message.left_out') });
}

customElements.define('message-list', MessageList);
