import { hostOf } from '../lib/installed.js';
import { modelName } from '../lib/model-names.js';
import { refocus } from './focus.js';
import { ask, Fault, Field, Form } from './form.js';
import { make } from './make.js';
import { t } from './words.js';

const LIBRARY = 'https://ollama.com/library';

// The field where another model is asked for. Asks for `get-model` {name, server}; server: null where there is one.
class ModelGet extends HTMLElement {
  #where;
  #servers = '[]';

  connectedCallback() {
    if (this.#where) return;
    const name = new Field({ label: t('models.get'), placeholder: t('models.get.example'), enterKeyHint: 'go' });
    Object.assign(name.input, { autocomplete: 'off', autocapitalize: 'off', spellcheck: false, dir: 'ltr' });
    this.#where = make('select', { className: 'where', ariaLabel: t('models.get.where'), hidden: true });
    const form = new Form({
      fields: { name },
      label: t('models.get.do'),
      places: { bad_model: 'name' },
      more: [this.#where],
      run: async (values) => {
        const wanted = modelName(values.name);
        if (!wanted) throw new Fault('bad_model', t(values.name.trim() ? 'models.get.bad' : 'models.get.empty'));
        await ask(this, 'get-model', { name: wanted, server: this.#where.value || null });
        form.clear();
        refocus(name.input);
      },
    });
    this.append(form.element, hint());
  }

  // Those of GET /api/models.
  set servers(servers) {
    const urls = servers.map(({ url }) => url);
    if (JSON.stringify(urls) === this.#servers) return;
    this.#servers = JSON.stringify(urls);
    this.#where.hidden = urls.length < 2;
    const options = urls.map((url) => new Option(t('models.at', { host: hostOf(url) }), url));
    this.#where.replaceChildren(...(urls.length < 2 ? [] : options));
  }
}

// Which models there are to get.
function hint() {
  const properties = { href: LIBRARY, textContent: 'ollama.com/library', target: '_blank', rel: 'noopener noreferrer' };
  return make('p', { className: 'hint' }, t('models.get.hint'), ' ', make('a', properties));
}

customElements.define('model-get', ModelGet);
