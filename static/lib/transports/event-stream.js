import { ApiError, LineCut } from '../errors.js';
import { EventStreamParser } from '../event-stream.js';
import { Watchdog } from './watchdog.js';

// Hearth sends a comment at least every 15 s; three of them missing is a dead line.
const SILENCE = 45_000;

// Reads a generation over SSE: one request for each. `fetch` rather than EventSource, which hides the status and
// reconnects at times of its own.
export class EventStreamTransport {
  #fetch;
  #silence;
  #cuts = new Set();

  constructor({ fetch = (...request) => globalThis.fetch(...request), silence = SILENCE } = {}) {
    this.#fetch = fetch;
    this.#silence = silence;
  }

  // Yields the events behind number `after`; returns when nothing is left, throws LineCut when the line breaks.
  async *read(generation, after, { signal, opened = () => {} } = {}) {
    const line = new AbortController();
    const leave = () => line.abort(signal.reason);
    const cut = () => line.abort(new LineCut({ ours: true }));
    const watchdog = new Watchdog(this.#silence, cut);
    this.#cuts.add(cut);
    signal?.addEventListener('abort', leave);
    try {
      const response = await this.#open(generation, after, line.signal);
      if (!response) return;
      opened();
      yield* events(response.body, watchdog);
    } catch (error) {
      throw line.signal.aborted ? line.signal.reason : error;
    } finally {
      watchdog.stop();
      this.#cuts.delete(cut);
      signal?.removeEventListener('abort', leave);
      line.abort();
    }
  }

  // Breaks every line, so that whoever follows opens a new one: after sleep or a change of network.
  renew() {
    for (const cut of [...this.#cuts]) cut();
  }

  async #open(generation, after, signal) {
    const path = `/api/generations/${encodeURIComponent(generation)}/events?after=${after}`;
    const response = await this.#fetch(path, {
      headers: { Accept: 'text/event-stream' },
      cache: 'no-store',
      signal,
    }).catch(() => {
      throw new LineCut();
    });
    return isStream(response) ? response : nothing(response);
  }
}

function isStream(response) {
  return response.status === 200 && response.headers.get('Content-Type')?.startsWith('text/event-stream');
}

// 204: nothing is left. 404: the generation is unknown, and what it wrote is to be read from its message.
function nothing(response) {
  if (response.status === 204 || response.status === 404) return null;
  if (response.status === 401 || response.status === 403) {
    throw new ApiError(response.status, 'refused', `HTTP ${response.status}`);
  }
  throw new LineCut();
}

async function* events(body, watchdog) {
  const parser = new EventStreamParser();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => ({ done: true }));
    if (done) throw new LineCut({ heard: true });
    watchdog.heard();
    for (const { id, type, data } of parser.feed(value)) {
      yield { type, ...parsed(data), id: Number(id) };
    }
  }
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    throw new LineCut({ heard: true });
  }
}
