import { set } from './make.js';

const LONGEST = 600;

// Tells screen readers what the eye sees by itself. A reply is told once it is whole: a live region that changes
// with every token stutters.
class LiveAnnouncer extends HTMLElement {
  connectedCallback() {
    set(this, { role: 'status', ariaLive: 'polite', className: 'visually-hidden' });
  }

  say(text) {
    this.textContent = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  }
}

customElements.define('live-announcer', LiveAnnouncer);
