import { readAgent } from '../lib/agent.js';
import { ask, deed } from './form.js';
import { make } from './make.js';
import { ago } from './moments.js';
import { t } from './words.js';

// The browsers that one is signed in on. Asks for
//   end-session {id}, end-other-sessions
class SessionList extends HTMLElement {
  set sessions(sessions) {
    const rows = sessions.map((session) => this.#row(session));
    this.replaceChildren(make('ul', { className: 'rows' }, ...rows));
    if (sessions.length < 2) return;
    this.append(deed(t('sessions.end_others'), () => ask(this, 'end-other-sessions')));
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
