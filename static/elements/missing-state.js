import { make, send } from './make.js';
import { t } from './words.js';

// In place of a conversation that can't be shown. Sends `go` {conversation: null}.
class MissingState extends HTMLElement {
  #shown = null;

  // problem: what Hearth answered; with 404 there is no such conversation.
  set problem(problem) {
    if (problem === this.#shown) return;
    this.#shown = problem;
    const missing = !problem || problem.status === 404;
    this.replaceChildren(
      make('h1', { textContent: t(missing ? 'missing.title' : 'failed.title') }),
      make('p', { textContent: missing ? t('missing.text') : problem.message }),
      make('button', {
        type: 'button',
        className: 'main-button',
        textContent: t('header.new'),
        onclick: () => send(this, 'go', { conversation: null }),
      }),
    );
  }
}

customElements.define('missing-state', MissingState);
