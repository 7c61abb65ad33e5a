import { keepingFocus } from './focus.js';
import { icon } from './icon.js';
import { make, send } from './make.js';
import { fileSize, t } from './words.js';

// Above this, a text is put into the box by nobody: it is slow to type in there.
const INSERTED = 128 * 1024;

// What goes along with the question: pictures, and texts by their names. Sends `detach` {id}, and `insert-text`
// {attachment} for what was pasted.
class AttachmentList extends HTMLElement {
  #list;
  #shown = [];

  connectedCallback() {
    if (this.#list) return;
    this.#list = make('ul', { ariaLabel: t('attach.list') });
    this.append(this.#list);
    this.hidden = true;
  }

  // What is there already stays the element it is. The focus stays with its attachment, also when that has just become
  // ready and is another element, and else goes on to the one that took its place.
  set attachments(attachments) {
    if (attachments === this.#shown) return;
    const items = [...this.#list.children];
    const known = new Map(this.#shown.map((one, place) => [one, items[place]]));
    const place = items.findIndex((item) => item.contains(document.activeElement));
    const id = this.#shown[place]?.id;
    this.#shown = attachments;
    this.hidden = !attachments.length;
    const show = () => this.#list.replaceChildren(...attachments.map((one) => known.get(one) ?? this.#item(one)));
    keepingFocus(show, () => [this.#removeButtonNear(id, place)]);
  }

  #removeButtonNear(id, place) {
    const same = this.#shown.findIndex((one) => one.id === id);
    const next = same < 0 ? Math.min(place, this.#shown.length - 1) : same;
    return this.#list.children[next]?.querySelector('.remove');
  }

  #item(attachment) {
    const { kind, name } = attachment;
    const item = make('li', { className: kind, title: name }, ...shown[kind](attachment));
    if (attachment.pasted && attachment.bytes <= INSERTED) item.append(this.#insertButton(attachment));
    item.append(this.#removeButton(attachment));
    return item;
  }

  #insertButton(attachment) {
    const onclick = () => send(this, 'insert-text', { attachment });
    return make('button', { type: 'button', className: 'insert', textContent: t('attach.insert'), onclick });
  }

  #removeButton({ id, name }) {
    const label = t('attach.remove', { name });
    const properties = { type: 'button', className: 'remove', ariaLabel: label, title: label };
    return make('button', { ...properties, onclick: () => send(this, 'detach', { id }) }, icon('close'));
  }
}

const shown = {
  picture: ({ name, type, data }) => [make('img', { src: `data:${type};base64,${data}`, alt: name, draggable: false })],
  text: ({ name, bytes }) => [icon('file'), label(name, fileSize(bytes))],
  pending: ({ name }) => [make('span', { className: 'ember' }), label(name, t('attach.preparing'))],
};

function label(name, details) {
  return make(
    'span',
    { className: 'label' },
    make('span', { className: 'name', dir: 'auto', textContent: name }),
    make('span', { className: 'details', textContent: details }),
  );
}

customElements.define('attachment-list', AttachmentList);
