import { shortName } from '../lib/models.js';
import { make, send } from './make.js';
import { t } from './words.js';

// Says that the model can't see the pictures, and which can. Sends `model-choice` {name}.
class BlindNote extends HTMLElement {
  #shown = 'null';

  connectedCallback() {
    this.role = 'alert';
    this.hidden = true;
  }

  // null, or {model, able}
  set blindness(blindness) {
    const known = JSON.stringify(blindness);
    if (known === this.#shown) return;
    this.#shown = known;
    this.hidden = !blindness;
    this.replaceChildren(...(blindness ? content(blindness, this) : []));
  }
}

function content({ model, able }, note) {
  const words = t(able.length ? 'blind.others' : 'blind.none', { model: shortName(model) });
  const choices = able.map((name) => {
    const onclick = () => send(note, 'model-choice', { name });
    return make('button', { type: 'button', className: 'quiet-button', textContent: shortName(name), onclick });
  });
  return [make('p', { textContent: words }), ...choices];
}

customElements.define('blind-note', BlindNote);
