import { shortName } from '../lib/models.js';
import { make, send } from './make.js';
import { Menu } from './menu.js';
import { t } from './words.js';

// What else can be done with a reply, as a menu at the button that opens it. Sends `copy-plain` {text},
// `share-conversation` {message} (down to this one) and `try-again` {reply, model}.
class ReplyMenu extends HTMLElement {
  #menu = new Menu();

  connectedCallback() {
    this.append(this.#menu.list);
  }

  // plain: gives the reply's text without its marks.
  open(button, { reply, plain, models }) {
    const copy = this.#menu.entry('copy', t('message.copy_plain'), () => send(this, 'copy-plain', { text: plain() }));
    const down = () => send(this, 'share-conversation', { message: reply.id });
    const share = this.#menu.entry('link', t('menu.share_down'), down);
    const again = models.map(({ name }) => {
      return this.#menu.entry('again', shortName(name), () => send(this, 'try-again', { reply, model: name }));
    });
    const heading = make('p', { id: 'again-with', className: 'heading', textContent: t('message.again_with') });
    const group = make('div', { role: 'group', 'aria-labelledby': heading.id }, heading, ...again);
    const content = [...(reply.content.empty ? [] : [copy]), share, ...(again.length ? [group] : [])];
    this.#menu.open(button, t('message.others'), content);
  }
}

customElements.define('reply-menu', ReplyMenu);
