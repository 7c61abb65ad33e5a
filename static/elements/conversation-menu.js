import { icon } from './icon.js';
import { make, send, set } from './make.js';
import { t } from './words.js';

const GAP = 4;

// What can be done with a conversation, as a menu at the button that opens it. Sends
//   pin-conversation {conversation, pinned}, rename {conversation}, delete-conversation {conversation},
//   export-conversation {conversation, format: 'markdown' | 'json', to: 'clipboard' | 'file'}, open-chat-settings
class ConversationMenu extends HTMLElement {
  #list;
  #button = null;

  connectedCallback() {
    if (this.#list) return;
    this.#list = make('div', { className: 'menu', role: 'menu', popover: 'auto', tabIndex: -1 });
    this.#list.addEventListener('keydown', (event) => this.#key(event));
    this.#list.addEventListener('beforetoggle', ({ newState }) => newState === 'closed' && this.#closed());
    this.append(this.#list);
  }

  // conversation: null for a chat that isn't one yet. settings: whether to lead to those of the chat.
  open(button, { conversation, settings = false }) {
    if (this.#button === button) return;
    this.#button = button;
    this.#list.ariaLabel = button.ariaLabel;
    this.#list.replaceChildren(...this.#entries(conversation, settings));
    this.#list.showPopover();
    button.ariaExpanded = 'true';
    this.#place(button.getBoundingClientRect());
    this.#list.firstElementChild.focus();
  }

  #entries(conversation, settings) {
    const entries = conversation ? this.#ofConversation(conversation) : [];
    if (settings) entries.splice(-1, 0, this.#entry('tune', t('menu.settings'), 'open-chat-settings'));
    return entries;
  }

  #ofConversation(conversation) {
    const { pinned } = conversation;
    const exporting = (format, to) => ['export-conversation', { conversation, format, to }];
    return [
      this.#entry('pin', pinned ? t('menu.unpin') : t('menu.pin'), 'pin-conversation', {
        conversation,
        pinned: !pinned,
      }),
      this.#entry('edit', t('menu.rename'), 'rename', { conversation }),
      this.#entry('copy', t('menu.copy'), ...exporting('markdown', 'clipboard')),
      this.#entry('save', t('menu.export'), ...exporting('json', 'file')),
      this.#entry('bin', t('menu.delete'), 'delete-conversation', { conversation }),
    ];
  }

  #entry(name, label, type, detail) {
    const entry = make('button', { type: 'button', role: 'menuitem', className: name, tabIndex: -1 }, icon(name), label);
    entry.addEventListener('click', () => {
      this.#list.hidePopover();
      send(this, type, detail);
    });
    return entry;
  }

  // Below the button, or above it where there is no room; the page's style overrules it on a phone.
  #place({ top, bottom, left, right }) {
    const { offsetWidth: width, offsetHeight: height, style } = this.#list;
    const below = bottom + GAP + height <= innerHeight;
    style.top = `${below ? bottom + GAP : Math.max(GAP, top - GAP - height)}px`;
    style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP, Math.max(left, right - width)))}px`;
  }

  #closed() {
    if (this.#button) this.#button.ariaExpanded = 'false';
    // The click that closes it may be on the very button: that one is not to open it again.
    const button = this.#button;
    setTimeout(() => this.#button === button && (this.#button = null));
  }

  #key(event) {
    const entries = [...this.#list.children];
    const at = entries.indexOf(document.activeElement);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
    if (event.key in moves) entries.at(moves[event.key] % entries.length).focus();
    else if (event.key === 'Tab') return this.#list.hidePopover();
    else return;
    event.preventDefault();
  }
}

customElements.define('conversation-menu', ConversationMenu);
