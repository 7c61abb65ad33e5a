import { ApiError, ConnectionError } from './errors.js';

// The longest a call may take. Every one of them is answered at once; only the network can be slow.
const PATIENCE = 30_000;

// Hearth's JSON API: one method a call, an ApiError where Hearth says no, a ConnectionError where nobody answers.
export class Api {
  #fetch;

  constructor(fetch = (...request) => globalThis.fetch(...request)) {
    this.#fetch = fetch;
  }

  status() {
    return this.#call('GET', '/api/status');
  }

  models() {
    return this.#call('GET', '/api/models');
  }

  createConversation(fields) {
    return this.#call('POST', '/api/conversations', fields);
  }

  conversation(id) {
    return this.#call('GET', `/api/conversations/${encodeURIComponent(id)}`);
  }

  ask(conversation, question) {
    return this.#call('POST', `/api/conversations/${encodeURIComponent(conversation)}/messages`, question);
  }

  replyAgain(message, fields) {
    return this.#call('POST', `/api/messages/${encodeURIComponent(message)}/replies`, fields);
  }

  goOn(message) {
    return this.#call('POST', `/api/messages/${encodeURIComponent(message)}/continue`);
  }

  generation(id) {
    return this.#call('GET', `/api/generations/${encodeURIComponent(id)}`);
  }

  stop(generation) {
    return this.#call('POST', `/api/generations/${encodeURIComponent(generation)}/stop`);
  }

  async #call(method, path, body) {
    let response, text;
    try {
      response = await this.#fetch(path, request(method, body));
      text = await response.text();
    } catch (error) {
      throw new ConnectionError(`${method} ${path}: no answer`, { cause: error });
    }
    return read(response, parsed(text));
  }
}

function request(method, body) {
  const common = { method, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) };
  if (body === undefined) return common;
  return { ...common, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function read(response, body) {
  if (response.ok && body !== undefined) return body;
  const error = body?.error;
  // 503: Hearth is going down or coming up. A gateway's error without our JSON: a proxy that does not reach Hearth.
  if ((response.status === 503 && error?.code !== 'ollama_busy') || (response.status >= 502 && !error)) throw new ConnectionError();
  throw new ApiError(response.status, error?.code ?? 'unreadable', error?.message ?? `HTTP ${response.status}`);
}
