import { takenApart, withFiles } from '../lib/asked.js';
import { attachedFile, pictureButton } from './attached.js';
import './branch-switch.js';
import './copy-button.js';
import { foldedText } from './folded-text.js';
import { icon } from './icon.js';
import { make, send, set } from './make.js';
import './message-editor.js';
import { t } from './words.js';

// A question: what was typed, the pictures and files that went along. It can be changed in its place. Sends
//   edit-typed {message, text}         what is typed there
//   edit-message {message, content}    it is to be sent
//   edit-given-up {message}
//   open-picture {source, label}, choose-branch
class UserMessage extends HTMLElement {
  #message = null;
  #asked = null;
  #parts = null;
  #editor = null;

  get message() {
    return this.#message;
  }

  set message(message) {
    const { content, images } = this.#message ?? {};
    this.#message = message;
    if (this.isConnected) this.#parts ??= this.#build();
    if (this.#parts && (content !== message.content || images?.length !== message.images?.length)) this.#show();
    if (this.#parts) this.#parts.edit.hidden = Boolean(message.sending);
  }

  set siblings(siblings) {
    if (this.#parts) this.#parts.branches.siblings = siblings;
  }

  // What was typed in its place before the page was left, or null.
  set unsent(text) {
    if (text !== null && !this.#editor) this.#begin(text);
  }

  connectedCallback() {
    if (this.#parts) return;
    this.#parts = this.#build();
    this.message = this.#message;
    this.#show();
  }

  edit() {
    if (!this.#editor) this.#begin(this.#asked.text);
    this.#editor.focus();
  }

  #giveUp() {
    const focused = this.contains(document.activeElement);
    this.#editor.remove();
    this.#editor = null;
    this.#showEditing();
    if (focused) this.#parts.edit.focus();
    send(this, 'edit-given-up', { message: this.#message });
  }

  #build() {
    const parts = {
      heading: make('h2', { className: 'visually-hidden', textContent: t('message.you') }),
      pictures: make('ul', { className: 'pictures', ariaLabel: t('message.pictures') }),
      files: make('div', { className: 'files' }),
      bubble: make('div', { className: 'bubble' }),
      branches: make('branch-switch', { hidden: true }),
      edit: button('edit', t('message.edit'), () => this.edit()),
      copy: make('copy-button', { text: () => this.#message.content }),
    };
    const { heading, pictures, files, bubble, edit, copy, branches } = parts;
    parts.actions = make('div', { className: 'actions' }, copy, edit, branches);
    this.append(heading, pictures, files, bubble, parts.actions);
    return parts;
  }

  #show() {
    const { content, images } = this.#message;
    const { pictures, files, bubble } = this.#parts;
    this.#asked = takenApart(content);
    bubble.hidden = !this.#asked.text;
    bubble.replaceChildren(...foldedText(this.#asked.text));
    files.replaceChildren(...this.#asked.files.map(attachedFile));
    files.hidden = !this.#asked.files.length;
    const items = (images ?? []).map((image, place) => make('li', {}, pictureButton(image, place, images.length)));
    pictures.replaceChildren(...items);
    pictures.hidden = !images?.length;
  }

  #begin(text) {
    const { files } = this.#asked;
    const message = this.#message;
    this.#editor = make('message-editor', { optional: files.length > 0 || message.images?.length > 0 });
    const keep = ({ detail }) => send(this, 'edit-typed', { message, text: detail.text });
    this.#editor.addEventListener('editor-cancel', () => this.#giveUp());
    this.#editor.addEventListener('editor-typed', keep);
    this.#editor.addEventListener('editor-send', ({ detail }) => {
      keep({ detail });
      send(this, 'edit-message', { message, content: withFiles(detail.text, files) });
    });
    this.#showEditing();
    this.#parts.actions.before(this.#editor);
    this.#editor.text = text;
  }

  #showEditing() {
    const editing = this.#editor !== null;
    this.classList.toggle('editing', editing);
    set(this.#parts.bubble, { hidden: editing || !this.#asked.text });
    set(this.#parts.actions, { hidden: editing });
  }
}

function button(picture, label, onclick) {
  const properties = { type: 'button', className: 'quiet-button', ariaLabel: label, title: label, onclick };
  return make('button', properties, icon(picture));
}

customElements.define('user-message', UserMessage);
