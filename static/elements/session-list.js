import { readAgent } from '../lib/agent.js';
import { ask, deed } from './form.js';
import { KeptRows } from './kept-rows.js';
import { make } from './make.js';
import { ago } from './moments.js';
import { t } from './words.js';

// The browsers that one is signed in on. Asks for
//   end-session {id}, end-other-sessions
class SessionList extends HTMLElement {
  #rows = new KeptRows((session) => this.#row(session));
  #others = deed(t('sessions.end_others'), () => ask(this, 'end-other-sessions'));

  set sessions(sessions) {
    this.#rows.show(sessions);
    this.#others.hidden = sessions.length < 2;
    if (!this.firstChild) this.append(this.#rows.element, this.#others);
  }

  #row({ id, agent, address, seen_at: seen, current }) {
    const name = make('strong', { textContent: agentWords(agent) });
    const facts = [current ? t('sessions.this') : t('sessions.seen', { ago: ago(seen) }), address].filter(Boolean);
    const words = make('div', { className: 'words' }, name, make('p', { textContent: facts.join(' · ') }));
    const end = deed(t('sessions.end'), () => ask(this, 'end-session', { id }), {
      ariaLabel: t('sessions.end_this', { name: name.textContent }),
    });
    return make('li', { className: current ? 'current' : '' }, words, ...(current ? [] : [end]));
  }
}

function agentWords(agent) {
  const { name, system } = readAgent(agent);
  if (name && system) return t('sessions.agent', { name, system });
  return name ?? system ?? t('sessions.unknown');
}

customElements.define('session-list', SessionList);
