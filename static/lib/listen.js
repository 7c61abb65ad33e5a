import { LineCut } from './errors.js';

// A line that lives for less than this is broken by something that will break the next one too.
const STEADY = 10_000;
// How often to look for what changed where nothing can be heard.
const LOOK = 15_000;

// Hears what is told of conversations that change elsewhere. `opened` is called whenever there is a socket to hear it
// on: what changed before that is not told; and again and again while only the event stream can be used, which doesn't
// tell. `reached` waits until Hearth answers a call.
export async function listen({
  transports,
  connection,
  hear,
  opened,
  reached,
  signal,
  look = LOOK,
  now = () => performance.now(),
}) {
  let unheard = 0;
  for (let attempt = 0; !signal.aborted; attempt++) {
    const transport = transports.current;
    if (!transport.changes) {
      opened();
      await rest(look, signal);
      attempt = -1;
      continue;
    }
    let since = null;
    const begun = () => {
      since = now();
      unheard = 0;
      connection.found();
      opened();
    };
    try {
      for await (const change of transport.changes({ signal, opened: begun })) hear(change);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof LineCut)) throw error;
      if (since !== null && (error.ours || now() - since > STEADY)) attempt = -1;
      await reached();
      // Hearth answers, but a second socket in a row could not be opened.
      if (since === null && !error.ours && ++unheard > 1) transports.cut(transport, { heard: false });
    }
    if (attempt >= 0) await connection.pause(attempt, signal);
  }
}

function rest(time, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, time);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
