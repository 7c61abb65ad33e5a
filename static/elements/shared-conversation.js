import { shortName } from '../lib/models.js';
import { isWritten } from '../lib/shared.js';
import { takenApart } from '../lib/asked.js';
import { attachedFile, pictureButton } from './attached.js';
import { foldedText } from './folded-text.js';
import { make, set } from './make.js';
import './markdown-text.js';
import { t } from './words.js';

// A conversation that is shared by a link, to read. What of it is on the page stays there while it grows.
class SharedConversation extends HTMLElement {
  #shown = new Map();
  #parts = null;

  connectedCallback() {
    this.#parts ??= this.#build();
  }

  // {phase, title, live, messages, problem}
  show({ phase, title, live, messages, problem }) {
    const { heading, note, away, list, state } = this.#parts;
    const ready = phase === 'ready';
    for (const one of [heading, note, list]) one.hidden = !ready;
    state.hidden = ready && messages.length > 0;
    set(heading, { textContent: title || t('library.untitled') });
    set(note, { textContent: t(live ? 'shared.live' : 'shared.by_link') });
    set(away, { textContent: problem && ready ? t('connection.away') : '' });
    this.#list(messages);
    if (!state.hidden) this.#tell(ready ? 'empty' : phase, problem);
  }

  #build() {
    const flame = make('img', { src: '/static/favicon.svg', alt: '', width: 28, height: 28 });
    const parts = {
      heading: make('h1', { dir: 'auto', hidden: true }),
      note: make('p', { className: 'note', hidden: true }),
      away: make('p', { className: 'away', role: 'status' }),
      list: make('div', { className: 'messages', role: 'region', ariaLabel: t('list.label'), hidden: true }),
      state: make('div', { className: 'state', role: 'status' }, make('p', { textContent: t('shared.loading') })),
    };
    const { heading, note, away, list, state } = parts;
    const about = make('header', {}, make('p', { className: 'home' }, flame, 'Hearth'), heading, note, away);
    this.append(about, make('main', {}, state, list));
    return parts;
  }

  #tell(phase, problem) {
    const { state } = this.#parts;
    const [title, words] = (states[phase] ?? states.failed)(problem);
    if (state.textContent === title + words) return;
    state.replaceChildren(...(title ? [make('h1', { textContent: title })] : []), make('p', { textContent: words }));
  }

  #list(messages) {
    const shown = new Map();
    const { list } = this.#parts;
    messages.forEach((message, place) => {
      const element = this.#shown.get(message.id) ?? begun(message);
      shown.set(message.id, element);
      if (list.children[place] !== element) list.insertBefore(element, list.children[place] ?? null);
      if (message.role === 'assistant') grow(element, message);
    });
    for (const [id, element] of this.#shown) if (!shown.has(id)) element.remove();
    this.#shown = shown;
  }
}

const states = {
  loading: () => ['', t('shared.loading')],
  empty: () => ['', t('shared.empty')],
  gone: () => [t('shared.gone.title'), t('shared.gone')],
  stranger: () => [t('shared.stranger.title'), t('shared.stranger')],
  failed: (problem) => [t('shared.failed.title'), problem?.message ?? ''],
};

// Looks as it does where it was written, without what can be done with it there.
function begun(message) {
  return message.role === 'assistant' ? reply(message) : question(message);
}

function reply({ model }) {
  const name = model ? shortName(model) : 'Hearth';
  const element = make('assistant-message');
  const heading = make('h2', { className: 'who', textContent: name });
  const glow = make('span', { className: 'ember' });
  const status = make('p', { className: 'status', hidden: true }, glow, t('library.running'));
  element.append(heading, make('markdown-text'), status, make('p', { className: 'ending', hidden: true }));
  return element;
}

function grow(element, message) {
  const [, text, status, ending] = element.children;
  const running = isWritten(message);
  text.live = running;
  text.text = message.content;
  set(status, { hidden: !running });
  const failed = message.state === 'failed';
  set(ending, { hidden: !failed, textContent: failed ? t('notice.failed') : '' });
}

function question({ content, images }) {
  const { text, files } = takenApart(content);
  const pictures = images.map((image, place) => make('li', {}, pictureButton(image, place, images.length)));
  return make(
    'user-message',
    {},
    make('h2', { className: 'visually-hidden', textContent: t('shared.you') }),
    ...(pictures.length ? [make('ul', { className: 'pictures', ariaLabel: t('message.pictures') }, ...pictures)] : []),
    ...(files.length ? [make('div', { className: 'files' }, ...files.map(attachedFile))] : []),
    ...(text ? [make('div', { className: 'bubble' }, ...foldedText(text))] : []),
  );
}

customElements.define('shared-conversation', SharedConversation);
