import { ApiError } from './errors.js';
import { sameModel } from './models.js';
import { oneAtATime } from './one-at-a-time.js';

// What Ollama is fetching, for everybody in the house. Fires `change`, `fetched` {pull} when one has come to its end
// before the reader's eyes, and `over` {pulls} with those that did so in any way, once none runs any more.
//
// pull: {id, model, server, state, phase, completed, total, rate, left, error, created_at, updated_at}
export class Pulls extends EventTarget {
  all = [];

  #api;
  #connection;
  #ended = [];
  // How often something was changed here, and how often a frame told of all: what was asked for before that is old.
  #changes = 0;
  #frames = 0;

  constructor({ api, connection }) {
    super();
    this.#api = api;
    this.#connection = connection;
  }

  // Who may not see them is told so once, and has none.
  read = oneAtATime(() => this.#read());

  // The whole list, as it is now: a frame of the socket.
  hear({ pulls }) {
    this.#frames++;
    this.#show(pulls);
  }

  // The latest one of this model.
  of(model) {
    return this.all.filter((pull) => sameModel(pull.model, model)).sort(byTime).at(-1) ?? null;
  }

  get running() {
    return this.all.filter(isRunning);
  }

  // An ApiError where Hearth says no. One that is being fetched already is that one.
  async begin(model, server) {
    const fields = server ? { model, server } : { model };
    const { pulls } = await this.#connection.retry(() => this.#api.pull(fields));
    this.#take(pulls);
    return pulls[0] ?? null;
  }

  // What is newer of all models that are there, at one Ollama or at each; how many of them are being looked at.
  async update(server) {
    const fields = server ? { all: true, server } : { all: true };
    const { pulls } = await this.#connection.retry(() => this.#api.pull(fields));
    this.#take(pulls);
    return pulls.length;
  }

  async cancel(id) {
    this.#take([await this.#connection.retry(() => this.#api.cancelPull(id))]);
  }

  async resume(id) {
    this.#take([await this.#connection.retry(() => this.#api.resumePull(id))]);
  }

  // One that is gone already is gone.
  async dismiss(id) {
    await this.#connection.retry(() => this.#api.dismissPull(id)).catch((error) => {
      if (error.status !== 404) throw error;
    });
    this.#changes++;
    this.#show(this.all.filter((pull) => pull.id !== id));
  }

  async #read() {
    const [changes, frames] = [this.#changes, this.#frames];
    try {
      const { pulls } = await this.#connection.retry(() => this.#api.pulls());
      if (frames !== this.#frames) return;
      if (changes !== this.#changes) await this.#read();
      else this.#show(pulls);
    } catch (error) {
      if (error instanceof ApiError) this.#show([]);
    }
  }

  #show(pulls) {
    const running = new Set(this.all.filter(isRunning).map(({ id }) => id));
    this.all = pulls;
    this.dispatchEvent(new Event('change'));
    const ended = pulls.filter((pull) => running.has(pull.id) && !isRunning(pull));
    for (const pull of ended) if (pull.state === 'done') this.#fire('fetched', { pull });
    this.#ended.push(...ended);
    if (!this.#ended.length || this.running.length) return;
    this.#fire('over', { pulls: this.#ended.splice(0) });
  }

  // A frame may have told of it already, and of more.
  #take(pulls) {
    this.#changes++;
    const newer = pulls.filter((pull) => !this.all.some((one) => one.id === pull.id && byTime(one, pull) > 0));
    const ids = new Set(newer.map(({ id }) => id));
    this.#show([...this.all.filter(({ id }) => !ids.has(id)), ...newer]);
  }

  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

export function isRunning({ state }) {
  return state === 'running';
}

// How much of it is there, from 0 to 1; null as long as nobody knows. The whole grows with each layer that turns up,
// and the last part of the work has no measure.
export function fraction({ state, completed, total }) {
  if (state === 'done') return 1;
  if (!(total > 0)) return null;
  return Math.min(1, Math.max(0, completed / total));
}

// What is being fetched now, all together: {count, part}; null where nothing is. part: from 0 to 1, or null.
export function overall(pulls) {
  const running = pulls.filter(isRunning);
  if (!running.length) return null;
  const measured = running.filter(({ total }) => total > 0);
  const sum = (name) => measured.reduce((all, pull) => all + pull[name], 0);
  const part = fraction({ state: 'running', completed: sum('completed'), total: sum('total') });
  return { count: running.length, part };
}

// The time left as words would have it: {unit: 'seconds'|'minutes'|'hours', …}; null where it would be a guess.
export function remaining(seconds) {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return null;
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return { unit: 'seconds', seconds: whole < 10 ? whole : Math.ceil(whole / 5) * 5 };
  const minutes = Math.ceil(whole / 60);
  if (minutes < 60) return { unit: 'minutes', minutes };
  return { unit: 'hours', hours: Math.floor(minutes / 60), minutes: minutes % 60 };
}

function byTime(one, other) {
  return Date.parse(one.updated_at) - Date.parse(other.updated_at);
}
