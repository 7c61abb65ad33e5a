import { ApiError } from './errors.js';

// Who is signed in at this browser, as Hearth last told. Fires
//   change    it was told
//   out       nobody is any more
//   another   it is somebody else than the person whose page this is
// The latter two end it: they are fired once, and nothing is heard after them.
export class Session extends EventTarget {
  user = null;
  // How one signs in: `none` (nobody does), `required` or `proxy`; null as long as that isn't known.
  auth = null;
  // Whether they are going, and don't come back to what they typed.
  leaving = false;

  #api;
  #person;
  #over = false;
  #asking = null;

  // person: the id of the one whose page this is
  constructor({ api, person }) {
    super();
    this.#api = api;
    this.#person = person;
  }

  // What is theirs to look after. Where nobody signs in there are no people, and the models are everybody's.
  get may() {
    return this.user?.may ?? { models: this.auth === 'none', people: false };
  }

  // status: that of the API
  hear({ user = null, auth = 'none' }) {
    if (this.#over) return;
    const stranger = !user && auth !== 'none';
    // Who nobody signs in any more keeps the name, for the way out.
    if (!stranger) this.user = user;
    this.auth = auth;
    if (stranger) this.#end('out');
    else if (user && this.#person && user.id !== this.#person) this.#end('another');
    else this.#fire('change');
  }

  // A call was refused as one of a stranger's: is that so? Not where a new session has begun (another password).
  doubt() {
    if (this.#over) return this.#asking;
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask() {
    try {
      this.hear(await this.#api.status());
    } catch (error) {
      // A proxy in front answers for Hearth. Where nobody answers, whoever calls again will be told.
      if (error instanceof ApiError && error.status === 401 && !this.#over) this.#end('out');
    }
  }

  #end(how) {
    this.#over = true;
    this.#fire(how);
  }

  #fire(type) {
    this.dispatchEvent(new Event(type));
  }
}
