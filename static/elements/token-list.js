import './copy-command.js';
import { ask, deedAsked, Fault, Field, Form, fold } from './form.js';
import { KeptRows } from './kept-rows.js';
import { linkField } from './link-field.js';
import { make } from './make.js';
import { ago, day } from './moments.js';
import { t } from './words.js';

const LASTS = [30, 90, 365, null];
const STANDARD = 90;

// The tokens that scripts of one's own have, and a form for another. Asks for
//   create-token {name, scopes, days}, whose outcome is the token; end-token {id}
class TokenList extends HTMLElement {
  #rows = new KeptRows((token) => this.#row(token));
  #made;
  #form;

  connectedCallback() {
    if (this.#made) return;
    this.#made = make('div', { className: 'made', role: 'status' });
    this.#form = fold(t('tokens.make'), this.#buildForm());
    this.append(make('p', { className: 'hint', textContent: t('tokens.hint') }), this.#rows.element, this.#made, this.#form);
  }

  set tokens(tokens) {
    this.#rows.show(tokens);
  }

  #row({ id, name, scopes, expires_at: expires, seen_at: seen }) {
    const facts = [
      scopes.map((scope) => t(scopeWords[scope])).join(t('tokens.and')),
      expires ? t('tokens.until', { day: day(expires) }) : t('tokens.for_ever'),
      seen ? t('tokens.used', { ago: ago(seen) }) : t('tokens.unused'),
    ];
    const title = make('strong', { textContent: name, dir: 'auto' });
    const words = make('div', { className: 'words' }, title, make('p', { textContent: facts.join(' · ') }));
    const question = t('tokens.end.question', { name });
    const end = deedAsked(t('tokens.end'), question, t('tokens.end'), async () => {
      await ask(this, 'end-token', { id });
      if (this.#made.dataset.token === id) this.#made.replaceChildren();
    });
    return make('li', {}, words, end);
  }

  #buildForm() {
    const name = new Field({ label: t('tokens.name'), maxLength: 64, placeholder: t('tokens.name.example') });
    name.input.autocomplete = 'off';
    const scopes = Object.entries(scopeWords).map(([value, words]) => {
      const box = make('input', { type: 'checkbox', value, checked: value === 'ask' });
      return make('label', { className: 'choice' }, box, make('span', { textContent: t(words) }));
    });
    const may = make('fieldset', {}, make('legend', { textContent: t('tokens.may') }), ...scopes);
    const spans = LASTS.map((days) => new Option(t(`tokens.days.${days ?? 'ever'}`), days ?? ''));
    const lasts = make('select', {}, ...spans);
    lasts.value = String(STANDARD);
    const long = make('label', { className: 'pair' }, make('span', { textContent: t('tokens.lasts') }), lasts);
    const form = new Form({
      fields: { name },
      label: t('tokens.create'),
      more: [may, long],
      places: { bad_name: 'name', empty: 'name' },
      run: async (values) => {
        const chosen = [...may.querySelectorAll('input:checked')].map(({ value }) => value);
        if (!values.name.trim()) throw new Fault('empty', t('tokens.name.empty'));
        if (!chosen.length) throw new Fault('none', t('tokens.may.none'));
        const days = lasts.value ? Number(lasts.value) : null;
        this.#show(await ask(this, 'create-token', { name: values.name.trim(), scopes: chosen, days }));
        form.clear();
      },
    });
    return form.element;
  }

  #show({ id, token, scopes }) {
    this.#form.open = false;
    this.#made.dataset.token = id;
    const parts = [
      make('p', { textContent: t('tokens.once') }),
      linkField(token, t('tokens.token'), t('tokens.copy')),
    ];
    if (scopes.includes('ask')) {
      parts.push(make('p', { className: 'hint', textContent: t('tokens.example') }), example(token));
    }
    this.#made.replaceChildren(...parts);
    this.#made.querySelector('input').focus();
  }
}

const scopeWords = { ask: 'tokens.scope.ask', read: 'tokens.scope.read' };

function example(token) {
  const command = `curl -N -H "Authorization: Bearer ${token}" '${location.origin}/chat?question=Why+is+the+sky+blue'`;
  return make('copy-command', { command });
}

customElements.define('token-list', TokenList);
