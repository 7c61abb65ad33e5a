import './attachment-list.js';
import './blind-note.js';
import { filesOf } from '../lib/transfer.js';
import { icon } from './icon.js';
import { make, send, set } from './make.js';
import { fitHeight, isComposing, touch } from './typing.js';
import { t } from './words.js';

// A longer text that is pasted goes along as a file; the box is for typing.
const LONG = 8_000;

// Where questions are typed. Sends
//   ask, stop
//   draft {text}         at every change
//   files {files}        to be attached
//   long-text {text}     pasted, to be attached
//   detach {id}          an attachment was taken away
//   edit-last            the last question is to be changed
class MessageComposer extends HTMLElement {
  #area;
  #button;
  #note;
  #blindNote;
  #list;
  #busy = false;
  #blindness = null;
  #attachments = [];

  connectedCallback() {
    this.#area = make('textarea', {
      id: 'question',
      rows: 1,
      placeholder: t('composer.placeholder'),
      ariaLabel: t('composer.label'),
      enterKeyHint: touch.matches ? 'enter' : 'send',
      autocomplete: 'off',
      dir: 'auto',
    });
    set(this.#area, { 'aria-describedby': 'composer-note composer-blind' });
    this.#button = make('button', { type: 'button', className: 'send', onclick: () => this.#press() });
    this.#note = make('p', { id: 'composer-note', className: 'note', role: 'alert', hidden: true });
    this.#blindNote = make('blind-note', { id: 'composer-blind', className: 'note' });
    this.#list = make('attachment-list');
    this.#area.addEventListener('input', () => this.#changed());
    this.#area.addEventListener('keydown', (event) => this.#key(event));
    this.#area.addEventListener('paste', (event) => this.#paste(event, event.clipboardData));
    this.#area.addEventListener('drop', (event) => this.#takeText(event, event.dataTransfer));
    this.addEventListener('insert-text', ({ detail }) => this.#insert(detail.attachment));
    const tools = make('div', { className: 'tools' }, ...this.#attachButton());
    const box = make('div', { className: 'box' }, this.#list, tools, this.#area, this.#button);
    box.addEventListener('click', ({ target }) => target === box && this.#area.focus());
    this.append(this.#note, this.#blindNote, box);
    this.#show();
  }

  get value() {
    return this.#area.value;
  }

  // The same text is left alone, with its cursor and a composition that is under way.
  set value(text) {
    if (text === this.value) return;
    this.#area.value = text;
    this.#show();
    fitHeight(this.#area);
  }

  // Something is being written: the button stops it, and Enter waits.
  set busy(busy) {
    if (busy === this.#busy) return;
    this.#busy = busy;
    this.#show();
  }

  set attachments(attachments) {
    if (attachments === this.#attachments) return;
    const focused = this.#list.contains(document.activeElement);
    this.#attachments = this.#list.attachments = attachments;
    this.#show();
    if (focused && !attachments.length) this.invite();
  }

  // Whether the model can't see the pictures: see lib/sight.js.
  set blindness(blindness) {
    if (!blindness && !this.#blindness) return;
    this.#blindness = this.#blindNote.blindness = blindness;
    this.#show();
  }

  // A sentence about what became of the last question, or of a file; '' for none.
  set note(text) {
    this.#note.classList.remove('calm');
    set(this.#note, { textContent: text, hidden: !text });
  }

  // The same without alarm: nothing went wrong. Where a note says that something did, '' leaves it there.
  set hint(text) {
    const { classList } = this.#note;
    if (!text && !classList.contains('calm')) return;
    this.note = text;
    classList.toggle('calm', Boolean(text));
  }

  focus() {
    this.#area.focus();
  }

  // Ready to type at once, except on a phone: its keyboard would cover half of the page.
  invite() {
    if (!touch.matches) this.focus();
  }

  get #ready() {
    const something = this.#attachments.length > 0 || this.value.trim();
    return something && !this.#blindness && !this.#busy;
  }

  #submit() {
    if (this.#ready) send(this, 'ask');
  }

  #press() {
    if (this.#busy) send(this, 'stop');
    else this.#submit();
    // The keyboard of a phone makes way for the reply.
    if (touch.matches) this.#area.blur();
    else this.#area.focus();
  }

  #key(event) {
    if (isComposing(event)) return;
    const command = event.ctrlKey || event.metaKey;
    const plain = !command && !event.shiftKey && !event.altKey;
    if (event.key === 'ArrowUp' && plain && !this.value) {
      event.preventDefault();
      send(this, 'edit-last');
    }
    if (event.key !== 'Enter' || event.shiftKey || (touch.matches && !command)) return;
    event.preventDefault();
    this.#submit();
  }

  #paste(event, transfer) {
    const files = filesOf(transfer);
    if (!files.length) return this.#takeText(event, transfer);
    event.preventDefault();
    send(this, 'files', { files });
  }

  #takeText(event, transfer) {
    const text = transfer.getData('text/plain');
    if (text.length <= LONG) return;
    event.preventDefault();
    send(this, 'long-text', { text });
  }

  #insert({ id, text }) {
    const { selectionStart, selectionEnd } = this.#area;
    this.#area.setRangeText(text, selectionStart, selectionEnd, 'end');
    this.#changed();
    send(this, 'detach', { id });
    this.focus();
  }

  #attachButton() {
    const label = t('attach.add');
    // Everything can be picked: what it is, is told by its content.
    const input = make('input', { type: 'file', multiple: true, hidden: true, ariaLabel: label });
    input.addEventListener('change', () => {
      send(this, 'files', { files: [...input.files] });
      // The same file can be picked again.
      input.value = '';
      this.invite();
    });
    const button = make('button', { type: 'button', className: 'attach', ariaLabel: label, title: label }, icon('add'));
    button.onclick = () => input.click();
    return [button, input];
  }

  #changed() {
    this.note = '';
    this.#show();
    fitHeight(this.#area);
    send(this, 'draft', { text: this.value });
  }

  #show() {
    const label = t(this.#busy ? 'composer.stop' : 'composer.send');
    const name = this.#busy ? 'stop' : 'send';
    this.classList.toggle('busy', this.#busy);
    this.#button.disabled = !this.#busy && !this.#ready;
    if (this.#button.ariaLabel === label) return;
    set(this.#button, { ariaLabel: label, title: label });
    this.#button.replaceChildren(icon(name));
  }
}

customElements.define('message-composer', MessageComposer);
