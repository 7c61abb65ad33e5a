import { ApiError } from './errors.js';
import { offered } from './models.js';

// How often to look again while something is missing.
const INTERVAL = 3_000;

// Whether there is an Ollama with a model to chat with. While there isn't, it looks again by itself. Fires `change`, and
// `status` as soon as Hearth has told it: what Ollama has may take its time.
//
// problem: null, `ollama_unreachable` or `no_models`
export class OllamaWatch extends EventTarget {
  status = null;
  // Those to chat with, and all there are; the Ollamas that were asked.
  models = [];
  all = [];
  servers = [];
  standard = null;
  problem = null;
  // Whether the above was ever found out.
  known = false;

  #api;
  #connection;
  #interval;
  #checking = null;
  #timer;

  constructor({ api, connection, interval = INTERVAL }) {
    super();
    this.#api = api;
    this.#connection = connection;
    this.#interval = interval;
  }

  check() {
    this.#checking ??= this.#look().finally(() => (this.#checking = null));
    return this.#checking;
  }

  // Where something was changed: a look that is under way may have missed it.
  async checkAnew() {
    await this.#checking;
    return this.check();
  }

  async #look() {
    clearTimeout(this.#timer);
    const known = this.problem;
    this.problem = await this.#problem().catch(() => known);
    this.known = this.status !== null;
    if (this.problem) this.#timer = setTimeout(() => this.check(), this.#interval);
    this.dispatchEvent(new Event('change'));
  }

  async #problem() {
    this.status = await this.#connection.retry(() => this.#api.status());
    this.dispatchEvent(new Event('status'));
    const { user, auth } = this.status;
    if (!user && (auth === 'required' || auth === 'proxy')) return null; // strangers aren't told
    if (!this.status.ollama.reachable) return 'ollama_unreachable';
    const answer = await this.#connection.retry(() => this.#api.models()).catch(nothing);
    if (!answer) return 'ollama_unreachable';
    this.all = answer.models;
    this.servers = answer.servers ?? [];
    this.models = offered(answer.models);
    this.standard = answer.default;
    return this.models.length ? null : 'no_models';
  }
}

// Ollama went away between the two calls, or something answers there that is no Ollama.
function nothing(error) {
  if (error instanceof ApiError) return null;
  throw error;
}
