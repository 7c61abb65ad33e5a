import { icon } from './icon.js';
import { make } from './make.js';
import { t } from './words.js';

// This near to the end counts as being there, when the reader scrolls down.
const NEAR = 48;

// Scrolls what is in it, and stays at the end while the reader is there. A button leads back to it.
class EndFollower extends HTMLElement {
  #following = true;
  #still = false;
  #top = 0;
  #height = 0;
  #button;

  connectedCallback() {
    this.#button = make(
      'button',
      { type: 'button', className: 'latest', title: t('list.latest'), ariaLabel: t('list.latest'), hidden: true },
      icon('down'),
    );
    this.#button.onclick = () => this.toEnd();
    this.append(make('div', { className: 'latest-place' }, this.#button));
    this.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    // Opening a fold at the end is for reading it, and an editor for writing in it, not for being carried away.
    this.addEventListener('click', ({ target }) => target.closest('summary') && this.#set(false));
    this.addEventListener('focusin', ({ target }) => target.matches('textarea') && this.#set(false));
    // Sizes are told after the layout of a frame, so that following costs no layout of its own.
    const sizes = new ResizeObserver(() => this.#settle());
    sizes.observe(this);
    sizes.observe(this.firstElementChild);
  }

  // What is in it is read from its beginning, and has no end to follow.
  set still(still) {
    if (still === this.#still) return;
    this.#still = still;
    if (still) this.scrollTop = 0;
    this.#settle();
  }

  toEnd() {
    this.#set(true);
    this.#settle();
  }

  #settle() {
    this.#height = this.clientHeight;
    if (this.#still) this.#set(true);
    else if (this.#following) this.#goToEnd();
    else this.#set(this.#distance() <= 1);
  }

  #goToEnd() {
    this.scrollTop = this.scrollHeight;
    this.#top = this.scrollTop;
  }

  // Scrolling up leaves the end at once, however little; scrolling down arrives a little before it. Whoever is at the
  // end and doesn't scroll up stays there: what is below has only just been written.
  #scrolled() {
    const distance = this.#distance();
    const up = this.scrollTop < this.#top;
    this.#top = this.scrollTop;
    // A zoom scrolls, and so does a window that gets higher; it is settled in the same frame.
    if (this.clientHeight !== this.#height) return;
    if (up) this.#set(this.#still || distance <= 1);
    else if (!this.#following) this.#set(this.#still || distance <= NEAR);
  }

  #distance() {
    return this.scrollHeight - this.clientHeight - this.scrollTop;
  }

  #set(following) {
    this.#following = following;
    this.#button.hidden = following;
  }
}

customElements.define('end-follower', EndFollower);
