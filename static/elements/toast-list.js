import { icon } from './icon.js';
import { make } from './make.js';
import { t } from './words.js';

const MOST = 3;
const TIME = 8_000;

// Short notices over the page that go by themselves. Time stands still while one is pointed at or has the focus.
class ToastList extends HTMLElement {
  #status;
  #stack;
  #closes = new WeakMap();
  // Where the focus came from, and goes back to.
  #from = null;

  connectedCallback() {
    if (this.#stack) return;
    this.#status = make('p', { className: 'visually-hidden', role: 'status' });
    this.#stack = make('div', { className: 'stack', popover: 'manual' });
    this.append(this.#status, this.#stack);
    this.#stack.addEventListener('focusin', ({ relatedTarget }) => {
      if (!this.#stack.contains(relatedTarget)) this.#from = relatedTarget;
    });
  }

  // action: {label, run}. ms: how long it stays, Infinity until it is closed. over: called once it is gone without the
  // action. Returns {say, close}: other words for it, and an end to it.
  show({ text, action, ms = TIME, over = () => {} }) {
    const words = make('p');
    const toast = make('div', { className: 'toast', role: 'group' }, words);
    const leave = (then) => {
      if (!toast.isConnected) return;
      clock.stop();
      this.#remove(toast);
      then?.();
    };
    const button = (properties, ...children) => {
      toast.append(make('button', { type: 'button', ...properties }, ...children));
    };
    if (action) button({ className: 'action', textContent: action.label, onclick: () => leave(action.run) });
    button({ className: 'quiet-button', ariaLabel: t('toast.close'), onclick: () => leave(over) }, icon('close'));
    const close = () => leave(over);
    const clock = stopwatch(ms, close);
    for (const type of ['pointerenter', 'focusin']) toast.addEventListener(type, () => clock.stop());
    for (const type of ['pointerleave', 'focusout']) {
      toast.addEventListener(type, () => looksAway(toast) && clock.start());
    }
    const say = (other) => {
      toast.ariaLabel = words.textContent = other;
    };
    say(text);
    // Read out once: numbers that go up would never be silent.
    this.#status.textContent = text;
    this.#add(toast, close);
    clock.start();
    return { say, close };
  }

  #add(toast, close) {
    this.#stack.append(toast);
    this.#closes.set(toast, close);
    if (this.#stack.children.length > MOST) this.#closes.get(this.#stack.firstElementChild)();
    // Shown anew it is above whatever was opened since.
    if (!this.#stack.contains(document.activeElement)) this.#stack.hidePopover();
    if (!this.#stack.matches(':popover-open')) this.#stack.showPopover();
  }

  #remove(toast) {
    if (toast.contains(document.activeElement)) this.#from?.focus();
    toast.remove();
    if (this.#stack.children.length) return;
    this.#stack.hidePopover();
    this.#status.textContent = '';
  }
}

function looksAway(toast) {
  return !toast.matches(':hover') && !toast.contains(document.activeElement);
}

// Counts down while it runs.
function stopwatch(ms, over) {
  let left = ms;
  let timer = null;
  let since = 0;
  return {
    start() {
      clearTimeout(timer);
      since = performance.now();
      if (left !== Infinity) timer = setTimeout(over, left);
    },
    stop() {
      if (timer !== null) left -= performance.now() - since;
      clearTimeout(timer);
      timer = null;
    },
  };
}

customElements.define('toast-list', ToastList);
