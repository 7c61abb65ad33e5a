import { shortName } from '../lib/models.js';
import { icon } from './icon.js';
import { make, send } from './make.js';
import { t } from './words.js';

const GAP = 4;

// What else can be done with a reply, as a menu at the button that opens it. Sends `copy-plain` {text} and
// `try-again` {reply, model}.
class ReplyMenu extends HTMLElement {
  #list;
  #button = null;

  connectedCallback() {
    if (this.#list) return;
    this.#list = make('div', { className: 'menu', role: 'menu', popover: 'auto', tabIndex: -1 });
    this.#list.ariaLabel = t('message.others');
    this.#list.addEventListener('keydown', (event) => this.#key(event));
    this.#list.addEventListener('beforetoggle', ({ newState }) => newState === 'closed' && this.#closed());
    this.append(this.#list);
  }

  // plain: gives the reply's text without its marks.
  open(button, { reply, plain, models }) {
    if (this.#button === button) return;
    this.#button = button;
    this.#list.replaceChildren(...this.#entries(reply, plain, models));
    this.#list.showPopover();
    button.ariaExpanded = 'true';
    this.#place(button.getBoundingClientRect());
    this.#all[0]?.focus();
  }

  get #all() {
    return [...this.#list.querySelectorAll('button')];
  }

  #entries(reply, plain, models) {
    const copy = this.#entry('copy', t('message.copy_plain'), () => send(this, 'copy-plain', { text: plain() }));
    const again = models.map(({ name }) => {
      return this.#entry('again', shortName(name), () => send(this, 'try-again', { reply, model: name }));
    });
    const heading = make('p', { id: 'again-with', className: 'heading', textContent: t('message.again_with') });
    const group = make('div', { role: 'group', 'aria-labelledby': heading.id }, heading, ...again);
    return [...(reply.content.empty ? [] : [copy]), ...(again.length ? [group] : [])];
  }

  #entry(name, label, run) {
    const words = make('span', { textContent: label });
    const entry = make('button', { type: 'button', role: 'menuitem', tabIndex: -1 }, icon(name), words);
    entry.addEventListener('click', () => {
      this.#list.hidePopover();
      run();
    });
    return entry;
  }

  // Below the button, or above it where there is more room; the page's style overrules it on a phone.
  #place({ top, bottom, left, right }) {
    const { style } = this.#list;
    const below = innerHeight - bottom;
    style.maxHeight = `${Math.max(below, top) - 3 * GAP}px`;
    const { offsetWidth: width, offsetHeight: height } = this.#list;
    style.top = `${height + GAP <= below ? bottom + GAP : Math.max(GAP, top - GAP - height)}px`;
    style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP, Math.max(left, right - width)))}px`;
  }

  #closed() {
    const button = this.#button;
    button.ariaExpanded = 'false';
    // The click that closes it may be on the very button: that one is not to open it again.
    setTimeout(() => this.#button === button && (this.#button = null));
  }

  #key(event) {
    const entries = this.#all;
    const at = entries.indexOf(document.activeElement);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
    if (event.key in moves) entries.at(moves[event.key] % entries.length).focus();
    else if (event.key === 'Tab') return this.#list.hidePopover();
    else return;
    event.preventDefault();
  }
}

customElements.define('reply-menu', ReplyMenu);
