import { ApiError, ConnectionError } from './errors.js';

// The longest a call may take. Every one of them is answered at once; only the network can be slow, and images large.
const PATIENCE = 30_000;
const LARGE = 500_000; // characters
const PATIENCE_WITH_LARGE = 300_000;

// Hearth's JSON API: one method a call, an ApiError where Hearth says no, a ConnectionError where nobody answers. Fires
// `stranger` where it says no because nobody is signed in.
export class Api extends EventTarget {
  #fetch;
  #changed = null;
  #underway = new Set();

  constructor(fetch = (...request) => globalThis.fetch(...request)) {
    super();
    this.#fetch = fetch;
  }

  // Resolves once what is being asked for now was answered.
  async settled() {
    await Promise.allSettled([...this.#underway]);
  }

  // For parts of the page that come later and have calls of their own.
  call(...call) {
    return this.#call(...call);
  }

  status() {
    return this.#call('GET', '/api/status', undefined, { holds: ['ollama'] });
  }

  models() {
    return this.#call('GET', '/api/models', undefined, { holds: ['models'] });
  }

  // Of all, of the pinned ones or of the others, or of those that hold the words of a query; behind the id `before`.
  conversations({ query, before, limit, pinned } = {}) {
    const given = Object.entries({ query, before, limit, pinned }).filter(([, value]) => value !== undefined);
    const path = `/api/conversations?${new URLSearchParams(given)}`;
    return this.#call('GET', path, undefined, { holds: ['conversations'] });
  }

  createConversation(fields) {
    return this.#call('POST', '/api/conversations', fields, { holds: ['id'] });
  }

  conversation(id) {
    return this.#call('GET', `/api/conversations/${encodeURIComponent(id)}`, undefined, { holds: ['id', 'messages'] });
  }

  // last: the page is being left, and the call goes on without it.
  changeConversation(id, fields, { last = false } = {}) {
    const call = this.#call('PATCH', `/api/conversations/${encodeURIComponent(id)}`, fields, { last });
    this.#changed = Promise.allSettled([this.#changed, call]);
    return call;
  }

  deleteConversation(id, { last = false } = {}) {
    return this.#call('DELETE', `/api/conversations/${encodeURIComponent(id)}`, undefined, { last });
  }

  // A question doesn't overtake what was set for it a moment ago.
  async ask(conversation, question) {
    await this.#changed;
    const path = `/api/conversations/${encodeURIComponent(conversation)}/messages`;
    return this.#call('POST', path, question, { holds: ['message', 'reply'] });
  }

  message(id) {
    return this.#call('GET', `/api/messages/${encodeURIComponent(id)}`, undefined, { holds: ['id', 'role'] });
  }

  async replyAgain(message, fields) {
    await this.#changed;
    return this.#call('POST', `/api/messages/${encodeURIComponent(message)}/replies`, fields, { holds: ['reply'] });
  }

  goOn(message) {
    return this.#call('POST', `/api/messages/${encodeURIComponent(message)}/continue`, undefined, { holds: ['reply'] });
  }

  generation(id) {
    return this.#call('GET', `/api/generations/${encodeURIComponent(id)}`);
  }

  stop(generation) {
    return this.#call('POST', `/api/generations/${encodeURIComponent(generation)}/stop`);
  }

  importConversations(conversations) {
    return this.#call('POST', '/api/imports', { conversations });
  }

  presets() {
    return this.#call('GET', '/api/presets');
  }

  createPreset(fields) {
    return this.#call('POST', '/api/presets', fields);
  }

  changePreset(id, fields) {
    return this.#call('PATCH', `/api/presets/${encodeURIComponent(id)}`, fields);
  }

  deletePreset(id) {
    return this.#call('DELETE', `/api/presets/${encodeURIComponent(id)}`);
  }

  // All of mine.
  shares() {
    return this.#call('GET', '/api/shares', undefined, { holds: ['shares'] });
  }

  createShare(conversation, fields) {
    const path = `/api/conversations/${encodeURIComponent(conversation)}/shares`;
    return this.#call('POST', path, fields, { holds: ['id', 'link'] });
  }

  deleteShare(id) {
    return this.#call('DELETE', `/api/shares/${encodeURIComponent(id)}`);
  }

  // What a link shows to who has it.
  shared(id) {
    return this.#call('GET', `/api/shared/${encodeURIComponent(id)}`, undefined, { holds: ['messages'] });
  }

  // Hearth answers with its page for signing in, which is not looked at.
  async signOut() {
    const signal = AbortSignal.timeout(PATIENCE);
    const response = await this.#fetch('/sign-out', { method: 'POST', redirect: 'manual', signal }).catch((error) => {
      throw new ConnectionError('no answer', { cause: error });
    });
    if (!response.ok && response.type !== 'opaqueredirect') read(response, parsed(await response.text()));
  }

  first() {
    return this.#call('GET', '/api/first', undefined, { holds: ['suggestions'] });
  }

  // Takes seconds: names of a home network are slow to be found.
  look() {
    return this.#call('POST', '/api/ollama/look', {}, { holds: ['found'] });
  }

  pulls() {
    return this.#call('GET', '/api/pulls', undefined, { holds: ['pulls'] });
  }

  pull(fields) {
    return this.#call('POST', '/api/pulls', fields, { holds: ['pulls'] });
  }

  cancelPull(id) {
    return this.#call('POST', `/api/pulls/${encodeURIComponent(id)}/cancel`, undefined, { holds: ['id'] });
  }

  resumePull(id) {
    return this.#call('POST', `/api/pulls/${encodeURIComponent(id)}/resume`, undefined, { holds: ['id'] });
  }

  dismissPull(id) {
    return this.#call('DELETE', `/api/pulls/${encodeURIComponent(id)}`);
  }

  async #call(...call) {
    const answer = this.#exchange(...call);
    this.#underway.add(answer);
    try {
      return await answer;
    } catch (error) {
      if (error.status === 401) this.dispatchEvent(new Event('stranger'));
      throw error;
    } finally {
      this.#underway.delete(answer);
    }
  }

  // holds: what the answer must have, so that garbage is told from it here and not somewhere in the page.
  async #exchange(method, path, body, { last = false, holds = [], patience } = {}) {
    let response, text;
    try {
      response = await this.#fetch(path, { ...request(method, body, patience), keepalive: last });
      text = await response.text();
    } catch (error) {
      throw new ConnectionError(`${method} ${path}: no answer`, { cause: error });
    }
    const answer = read(response, parsed(text));
    if (holds.every((name) => answer?.[name])) return answer;
    throw new ApiError(response.status, 'unreadable', `Hearth’s answer can’t be read (${path.split('?')[0]})`);
  }
}

function request(method, body, patience = PATIENCE) {
  const common = { method, cache: 'no-store' };
  if (body === undefined) return { ...common, signal: AbortSignal.timeout(patience) };
  const text = JSON.stringify(body);
  const signal = AbortSignal.timeout(text.length > LARGE ? PATIENCE_WITH_LARGE : patience);
  return { ...common, headers: { 'Content-Type': 'application/json' }, body: text, signal };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function read(response, body) {
  if (response.status === 204) return null;
  if (response.ok && body !== undefined) return body;
  const error = body?.error;
  // 503: Hearth is going down or coming up. A gateway's error without our JSON: a proxy that does not reach Hearth.
  const changing = response.status === 503 && error?.code !== 'ollama_busy';
  if (changing || (response.status >= 502 && !error)) throw new ConnectionError();
  throw new ApiError(response.status, error?.code ?? 'unreadable', error?.message ?? `HTTP ${response.status}`);
}
