import { LineCut } from './errors.js';

// Yields a generation's events behind number `after`, each once, whichever transport carried them and however often
// the line broke. Ends behind `done` or `error`; without either when the server has nothing left to tell.
export async function* follow(generation, after, { transports, connection, signal }) {
  let last = after;
  for (let attempt = 0; !signal?.aborted; ) {
    const transport = transports.current;
    try {
      for await (const event of transport.read(generation, last, { signal, opened: () => connection.found() })) {
        if (event.id <= last) continue;
        last = event.id;
        attempt = 0;
        yield event;
        if (isLast(event)) return;
      }
      return;
    } catch (error) {
      if (signal?.aborted) return;
      if (!(error instanceof LineCut)) throw error;
      if (transports.cut(transport, error)) continue;
    }
    connection.lost();
    await connection.pause(attempt++, signal);
  }
}

export function isLast(event) {
  return event.type === 'done' || event.type === 'error';
}
