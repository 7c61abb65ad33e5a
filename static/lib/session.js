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
  #renewing = null;

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

  // status: that of the API. Who was signed in and isn't any more is asked about once more: it may tell of the session
  // before.
  hear(status) {
    if (this.#over) return;
    if (this.user && isStrangers(status)) this.doubt();
    else this.#believe(status);
  }

  // Does what begins another session (another password). Until its answer is there nobody is taken for a stranger: the
  // page would be left, and the new session lost.
  renew(deed) {
    const answer = deed();
    this.#renewing = answer.catch(() => {});
    return answer;
  }

  // A call was refused as one of a stranger's: is that so? Not where a new session has begun (another password).
  doubt() {
    if (this.#over) return this.#asking;
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  #believe(status) {
    const { user = null, auth = 'none' } = status;
    const stranger = isStrangers(status);
    // Who nobody signs in any more keeps the name, for the way out.
    if (!stranger) this.user = user;
    this.auth = auth;
    if (stranger) this.#end('out');
    else if (user && this.#person && user.id !== this.#person) this.#end('another');
    else this.#fire('change');
  }

  async #ask() {
    await this.#renewing;
    try {
      const status = await this.#api.status();
      if (!this.#over) this.#believe(status);
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

function isStrangers({ user, auth = 'none' }) {
  return !user && auth !== 'none';
}
