// The calls about accounts, those of one's own and the owner's, for parts of the page that come later.
export class AccountsApi {
  #call;

  constructor(api) {
    this.#call = (method, path, body, holds) => api.call(method, path, body, { holds });
  }

  // --- my own

  account() {
    return this.#call('GET', '/api/account', undefined, ['id', 'name']);
  }

  rename(name) {
    return this.#call('PATCH', '/api/account', { name });
  }

  changePassword(passwords) {
    return this.#call('POST', '/api/account/password', passwords);
  }

  leave(password) {
    return this.#call('DELETE', '/api/account', { password });
  }

  async sessions() {
    return (await this.#call('GET', '/api/account/sessions', undefined, ['sessions'])).sessions;
  }

  endSession(id) {
    return this.#call('DELETE', `/api/account/sessions/${encodeURIComponent(id)}`);
  }

  endOtherSessions() {
    return this.#call('DELETE', '/api/account/sessions');
  }

  async tokens() {
    return (await this.#call('GET', '/api/account/tokens', undefined, ['tokens'])).tokens;
  }

  createToken(fields) {
    return this.#call('POST', '/api/account/tokens', fields, ['token']);
  }

  endToken(id) {
    return this.#call('DELETE', `/api/account/tokens/${encodeURIComponent(id)}`);
  }

  // --- everybody's, for the owner

  // → {people, invitations}
  people() {
    return this.#call('GET', '/api/people', undefined, ['people', 'invitations']);
  }

  changePerson(id, fields) {
    return this.#call('PATCH', `/api/people/${encodeURIComponent(id)}`, fields);
  }

  deletePerson(id) {
    return this.#call('DELETE', `/api/people/${encodeURIComponent(id)}`);
  }

  // fields: {name} of somebody new, or {person} who needs another password
  invite(fields) {
    return this.#call('POST', '/api/invitations', fields, ['id', 'link']);
  }

  endInvitation(id) {
    return this.#call('DELETE', `/api/invitations/${encodeURIComponent(id)}`);
  }
}
