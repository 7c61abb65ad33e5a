import './assistant-message.js';
import { make } from './make.js';
import './user-message.js';
import { t } from './words.js';

const elements = { user: 'user-message', assistant: 'assistant-message' };

// The messages in order, one element each for as long as the message is there.
class MessageList extends HTMLElement {
  #shown = new Map();

  connectedCallback() {
    this.role = 'region';
    this.ariaLabel = t('list.label');
  }

  set messages(messages) {
    const shown = new Map();
    messages.forEach((message, place) => {
      const key = message.key ?? message.id;
      const element = this.#shown.get(key) ?? make(elements[message.role]);
      shown.set(key, element);
      element.message = message;
      if (this.children[place] !== element) this.insertBefore(element, this.children[place] ?? null);
    });
    for (const [key, element] of this.#shown) if (!shown.has(key)) element.remove();
    this.#shown = shown;
  }
}

customElements.define('message-list', MessageList);
