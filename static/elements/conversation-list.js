import './conversation-menu.js';
import './conversation-row.js';
import { make, send, set } from './make.js';
import { t } from './words.js';

// How far before its end, in pixels, more of the list is asked for.
const AHEAD = 800;

// Conversations in sections. One of its rows is a stop for the Tab key, the arrow keys go to the others. Sends
//   read-more (the reader comes near the end), read-again (asked to try again), and what its rows and their menu send
class ConversationList extends HTMLElement {
  #sections = new Map();
  #rows = new Map();
  #note;
  #end;
  #menu;
  #nearEnd;
  #renaming = null;
  #later = null;

  constructor() {
    super();
    this.#note = make('p', { className: 'note', hidden: true });
    this.#end = make('div', { className: 'end' });
    this.#menu = make('conversation-menu');
    this.#nearEnd = new IntersectionObserver((entries) => entries.at(-1).isIntersecting && send(this, 'read-more'), {
      root: this,
      rootMargin: `0px 0px ${AHEAD}px`,
    });
    this.addEventListener('open-menu', ({ detail }) => this.#menu.open(detail.button, detail));
    this.addEventListener('rename', ({ detail }) => this.rename(detail.conversation.id));
    this.addEventListener('renamed', () => this.#renamed());
    this.addEventListener('keydown', (event) => this.#key(event));
    this.addEventListener('focusin', ({ target }) => this.#stopAt(target.closest('conversation-row')));
  }

  connectedCallback() {
    if (!this.#note.isConnected) this.append(this.#note, this.#end, this.#menu);
  }

  get rows() {
    return [...this.querySelectorAll('conversation-row')];
  }

  // sections: {key, label or null, rows: what each of them shows}. note: a sentence in place of the list or at its end,
  // with `again` one that offers to try again. more: whether there is more to ask for.
  show(view) {
    if (this.#renaming) this.#later = view;
    else this.#show(view);
  }

  rename(id) {
    const row = this.#rows.get(id);
    if (!row?.isConnected) return;
    this.#renaming = row;
    row.rename();
  }

  #show({ sections, note = null, again = false, more = false }) {
    const { rows } = this;
    const focused = document.activeElement;
    const at = rows.findIndex((row) => row.contains(focused));
    const kept = new Map();
    for (const section of sections) for (const one of section.rows) kept.set(one.conversation.id, this.#row(one));
    for (const [id, row] of this.#rows) if (!kept.has(id)) row.remove();
    this.#rows = kept;
    this.#place(sections);
    if (!rows.some((row) => row.reachable && row.isConnected)) this.#stopAt(this.#first());
    if (at >= 0 && document.activeElement !== focused) this.#focusAgain(focused, at);
    this.#tell(note, again);
    this.#nearEnd.disconnect();
    if (more) this.#nearEnd.observe(this.#end);
  }

  #row(shown) {
    const row = this.#rows.get(shown.conversation.id) ?? make('conversation-row');
    row.show(shown);
    return row;
  }

  #place(sections) {
    const wanted = sections.map(({ key, label, rows }) => {
      const section = this.#sections.get(key) ?? newSection(key, label);
      this.#sections.set(key, section);
      inOrder(section.list, rows.map(({ conversation }) => this.#rows.get(conversation.id)));
      return section.whole;
    });
    for (const { whole } of this.#sections.values()) if (!wanted.includes(whole)) whole.remove();
    inOrder(this, wanted);
  }

  #tell(note, again) {
    if (this.#note.dataset.text === String(note)) return;
    this.#note.dataset.text = String(note);
    this.#note.hidden = !note;
    const button = make('button', { type: 'button', className: 'quiet-button', textContent: t('library.again') });
    button.addEventListener('click', () => send(this, 'read-again'));
    this.#note.replaceChildren(note ?? '', ...(again ? [button] : []));
  }

  #renamed() {
    this.#renaming = null;
    const view = this.#later;
    this.#later = null;
    if (view) this.#show(view);
  }

  // What had the focus was moved, which takes it away, or is gone.
  #focusAgain(focused, at) {
    if (focused.isConnected) return focused.focus();
    const { rows } = this;
    return rows[Math.min(at, rows.length - 1)]?.focus();
  }

  #first() {
    return this.querySelector('[aria-current]')?.parentElement ?? this.querySelector('conversation-row');
  }

  #stopAt(row) {
    if (!row || row.reachable) return;
    for (const one of this.#rows.values()) if (one.reachable) one.reachable = false;
    row.reachable = true;
  }

  #key(event) {
    const row = event.target.closest('conversation-row');
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const { rows } = this;
    const at = rows.indexOf(row);
    const moves = { ArrowDown: at + 1, ArrowUp: Math.max(0, at - 1), Home: 0, End: rows.length - 1 };
    const { conversation } = row;
    if (event.key in moves) rows[moves[event.key]]?.focus();
    else if (event.key === 'F2') this.rename(conversation.id);
    else if (event.key === 'Delete') send(row, 'delete-conversation', { conversation });
    else return;
    event.preventDefault();
  }
}

function newSection(key, label) {
  const list = make('div', { role: 'list' });
  const whole = make('section', {}, list);
  if (label) {
    const heading = make('h2', { id: `days-${key}`, textContent: label });
    set(list, { 'aria-labelledby': heading.id });
    whole.prepend(heading);
  }
  return { whole, list };
}

// What is in its place already isn't touched.
function inOrder(parent, wanted) {
  let next = parent.firstChild;
  for (const child of wanted) {
    if (child === next) next = next.nextSibling;
    else parent.insertBefore(child, next);
  }
}

customElements.define('conversation-list', ConversationList);
