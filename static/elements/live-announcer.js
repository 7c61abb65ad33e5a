import { make, set } from './make.js';

const LONGEST = 600;

// More than this is not read out late either.
const KEPT = 12;

// Tells screen readers what the eye sees by itself, one thing after the other: what is taken away before it was read
// out would not be.
class LiveAnnouncer extends HTMLElement {
  connectedCallback() {
    set(this, { role: 'log', ariaLive: 'polite', className: 'visually-hidden' });
  }

  say(text) {
    this.append(make('p', { textContent: text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text }));
    if (this.children.length > KEPT) this.firstElementChild.remove();
  }
}

customElements.define('live-announcer', LiveAnnouncer);
