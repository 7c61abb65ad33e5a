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

  // What is there already stays the element it is.
  set attachments(attachments) {
    if (attachments === this.#shown) return;
    const known = new Map(this.#shown.map((one, place) => [one, this.#list.children[place]]));
    this.#shown = attachments;
    const items = attachments.map((one) => known.get(one) ?? this.#item(one));
    const focused = document.activeElement;
    this.#list.replaceChildren(...items);
    if (this.contains(focused)) focused.focus();
    this.hidden = !items.length;
  }

  #item(attachment) {
    const { kind, name } = attachment;
    const item = make('li', { className: kind, title: name }, ...shown[kind](attachment));
    if (attachment.pasted && attachment.bytes <= INSERTED) item.append(this.#insertButton(attachment));
    item.append(this.#removeButton(attachment, item));
    return item;
  }

  #insertButton(attachment) {
    const onclick = () => send(this, 'insert-text', { attachment });
    return make('button', { type: 'button', className: 'insert', textContent: t('attach.insert'), onclick });
  }

  #removeButton({ id, name }, item) {
    const label = t('attach.remove', { name });
    const properties = { type: 'button', className: 'remove', ariaLabel: label, title: label };
    const button = make('button', properties, icon('close'));
    // The focus goes on to what is next to it.
    button.onclick = () => {
      (item.nextElementSibling ?? item.previousElementSibling)?.querySelector('.remove').focus();
      send(this, 'detach', { id });
    };
    return button;
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
