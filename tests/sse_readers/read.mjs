// Reads an event stream to its end with one of npm's clients: node read.mjs LIBRARY ADDRESS TYPE,… prints [[type, data], …]

import { EventSource } from 'eventsource';
import { createParser } from 'eventsource-parser';

const [library, address, types] = process.argv.slice(2);
const heard = [];

const read = {
  eventsource: () =>
    new Promise((resolve) => {
      const source = new EventSource(address);
      for (const type of types.split(',')) source.addEventListener(type, ({ data }) => heard.push([type, data]));
      source.addEventListener('error', () => source.readyState === EventSource.CLOSED && resolve());
    }),

  'eventsource-parser': async () => {
    const parser = createParser({ onEvent: ({ event, data }) => heard.push([event ?? 'message', data]) });
    const { body } = await fetch(address);
    for await (const text of body.pipeThrough(new TextDecoderStream())) parser.feed(text);
  },
};

await read[library]();
process.stdout.write(JSON.stringify(heard));
