import { shortName, size } from '../lib/models.js';
import { fraction, isRunning, remaining } from '../lib/pulls.js';
import { keepingFocus } from './focus.js';
import { icon } from './icon.js';
import { make, send, set } from './make.js';
import { language, percent, t } from './words.js';

const phases = ['manifest', 'layers', 'verifying', 'writing', 'retrying'];
const errors = ['no_space', 'no_network', 'unknown_model', 'bad_name', 'ollama_unreachable'];

// A model that is being fetched, or was: how far it is, how fast, how long yet; in words what went wrong. `pull` is
// one of GET /api/pulls. Sends `pull-cancel`, `pull-resume` and `pull-dismiss`, each {id}.
class PullProgress extends HTMLElement {
  #pull = null;
  #name;
  #state;
  #bar;
  #facts;
  #buttons;

  get pull() {
    return this.#pull;
  }

  set pull(pull) {
    this.#pull = pull;
    this.#draw();
  }

  connectedCallback() {
    if (this.firstChild) return;
    this.#name = make('strong', { dir: 'auto' });
    this.#state = make('span', { className: 'state' });
    this.#bar = make('progress', { max: 1 });
    this.#facts = make('p', { className: 'facts', hidden: true });
    this.#buttons = {
      cancel: this.#button('cancel', 'pull.cancel', 'close'),
      resume: this.#button('resume', 'pull.resume', 'again'),
      dismiss: this.#button('dismiss', 'pull.dismiss', 'close'),
    };
    const properties = { className: 'what', role: 'status', ariaAtomic: 'true' };
    const words = make('p', properties, this.#name, ' ', this.#state);
    this.append(words, this.#bar, this.#facts, make('div', { className: 'deeds' }, ...Object.values(this.#buttons)));
    this.#draw();
  }

  #button(deed, key, sign) {
    const onclick = () => send(this, `pull-${deed}`, { id: this.#pull.id });
    return make('button', { type: 'button', className: 'quiet-button', onclick }, icon(sign), t(key));
  }

  #draw() {
    const pull = this.#pull;
    if (!pull || !this.#bar) return;
    const name = shortName(pull.model);
    const running = isRunning(pull);
    this.dataset.state = pull.state;
    set(this.#name, { textContent: name });
    set(this.#state, { textContent: stateWords(pull) });
    const part = fraction(pull);
    // What waits, and where nobody knows how much of it is there, shows none: nothing goes on.
    const still = pull.phase === 'waiting' && part === null;
    const barred = running ? !still : pull.state === 'cancelled' && part !== null;
    set(this.#bar, { ariaLabel: t('pull.label', { name }), hidden: !barred });
    this.#measure(part);
    this.#tell(facts(pull));
    this.#offer(pull.state);
  }

  // A line ends between two facts and not within one.
  #tell(told) {
    const words = told.join(' · ');
    if (this.#facts.textContent === words) return;
    const parts = told.map((one) => make('span', { textContent: one }));
    this.#facts.replaceChildren(...parts.flatMap((part, place) => (place ? [' · ', part] : [part])));
    this.#facts.hidden = !words;
  }

  // Without a value the bar shows that something is going on.
  #measure(part) {
    if (part === null) this.#bar.removeAttribute('value');
    else set(this.#bar, { value: part });
  }

  // The focus stays near, where the button that had it goes.
  #offer(state) {
    const { cancel, resume, dismiss } = this.#buttons;
    const offered = () => {
      cancel.hidden = state !== 'running';
      resume.hidden = state !== 'failed' && state !== 'cancelled';
      dismiss.hidden = state === 'running';
    };
    if (this.contains(document.activeElement)) keepingFocus(offered, () => [cancel, resume, dismiss]);
    else offered();
  }
}

function stateWords({ state, phase, error, model }) {
  if (state === 'failed') return errorWords(error, model);
  if (state !== 'running') return t(`pull.${state}`);
  return t(`pull.phase.${phases.includes(phase) ? phase : 'waiting'}`);
}

function errorWords(error, model) {
  if (errors.includes(error?.code)) return t(`pull.error.${error.code}`, { model: shortName(model) });
  return error?.message ? `${t('pull.error')} ${error.message}` : t('pull.error');
}

function facts({ state, completed, total, rate, left }) {
  if (state !== 'running' || !(total > 0)) return [];
  const bytes = t('pull.bytes', { completed: size(completed, language), total: size(total, language) });
  const speed = rate > 0 ? t('pull.rate', { rate: size(rate, language) }) : null;
  const time = remaining(left);
  const rest = time && t(`pull.left.${time.unit}`, time);
  return [percent(completed / total), bytes, speed, rest].filter(Boolean);
}

customElements.define('pull-progress', PullProgress);
