import { icon } from './icon.js';
import { make } from './make.js';

const GAP = 4;

// A menu at the button that opens it; on a phone it comes from below. The arrow keys go through its entries, Escape and
// a press beside it close it, and the focus goes back to where it was. `list` is what goes into the page.
export class Menu {
  list = make('div', { className: 'menu', role: 'menu', popover: 'auto', tabIndex: -1 });
  #button = null;

  constructor() {
    this.list.addEventListener('keydown', (event) => this.#key(event));
    this.list.addEventListener('beforetoggle', ({ newState }) => newState === 'closed' && this.#closed());
  }

  // content: entries, or groups of them.
  open(button, label, content) {
    if (this.#button === button) return;
    this.#button = button;
    this.list.ariaLabel = label;
    this.list.replaceChildren(...content);
    this.list.showPopover();
    button.ariaExpanded = 'true';
    this.#place(button.getBoundingClientRect());
    this.#entries[0]?.focus();
  }

  // run: called once the menu is closed.
  entry(name, label, run) {
    const words = make('span', { textContent: label });
    const properties = { type: 'button', role: 'menuitem', className: name, tabIndex: -1 };
    const entry = make('button', properties, icon(name), words);
    entry.addEventListener('click', () => {
      this.list.hidePopover();
      run();
    });
    return entry;
  }

  get #entries() {
    return [...this.list.querySelectorAll('button')];
  }

  // Below the button, or above it where there is more room; the page's style overrules it on a phone.
  #place({ top, bottom, left, right }) {
    const { style } = this.list;
    const below = innerHeight - bottom;
    style.maxHeight = `${Math.max(below, top) - 3 * GAP}px`;
    const { offsetWidth: width, offsetHeight: height } = this.list;
    style.top = `${height + GAP <= below ? bottom + GAP : Math.max(GAP, top - GAP - height)}px`;
    style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP, Math.max(left, right - width)))}px`;
  }

  #closed() {
    const button = this.#button;
    if (button) button.ariaExpanded = 'false';
    // The click that closes it may be on the very button: that one is not to open it again.
    setTimeout(() => this.#button === button && (this.#button = null));
  }

  #key(event) {
    const entries = this.#entries;
    const at = entries.indexOf(document.activeElement);
    const moves = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 };
    if (event.key in moves) entries.at(moves[event.key] % entries.length)?.focus();
    else if (event.key === 'Tab') return this.list.hidePopover();
    else return;
    event.preventDefault();
  }
}
