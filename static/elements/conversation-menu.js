import { send } from './make.js';
import { Menu } from './menu.js';
import { t } from './words.js';

// What can be done with a conversation, as a menu at the button that opens it. Sends
//   pin-conversation {conversation, pinned}, rename {conversation}, delete-conversation {conversation},
//   export-conversation {conversation, format: 'markdown' | 'json', to: 'clipboard' | 'file'}, open-chat-settings,
//   share-conversation {conversation}
class ConversationMenu extends HTMLElement {
  #menu = new Menu();

  connectedCallback() {
    this.append(this.#menu.list);
  }

  // conversation: null for a chat that isn't one yet. settings: whether to lead to those of the chat.
  open(button, { conversation, settings = false }) {
    const entries = conversation ? this.#ofConversation(conversation) : [];
    if (settings) entries.splice(-1, 0, this.#entry('tune', t('menu.settings'), 'open-chat-settings'));
    this.#menu.open(button, button.ariaLabel, entries);
  }

  #ofConversation(conversation) {
    const pinned = !conversation.pinned;
    const exporting = (format, to) => ['export-conversation', { conversation, format, to }];
    return [
      this.#entry('pin', pinned ? t('menu.pin') : t('menu.unpin'), 'pin-conversation', { conversation, pinned }),
      this.#entry('edit', t('menu.rename'), 'rename', { conversation }),
      this.#entry('link', t('menu.share'), 'share-conversation', { conversation }),
      this.#entry('copy', t('menu.copy'), ...exporting('markdown', 'clipboard')),
      this.#entry('save', t('menu.export'), ...exporting('json', 'file')),
      this.#entry('bin', t('menu.delete'), 'delete-conversation', { conversation }),
    ];
  }

  #entry(name, label, type, detail) {
    return this.#menu.entry(name, label, () => send(this, type, detail));
  }
}

customElements.define('conversation-menu', ConversationMenu);
