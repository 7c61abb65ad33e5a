import { storage } from './elements/storage.js';
import { Api } from './lib/api.js';
import { Chat } from './lib/chat.js';
import { Connection } from './lib/connection.js';
import { Draft } from './lib/draft.js';
import { follow } from './lib/follow.js';
import { Kept } from './lib/kept.js';
import { ModelChoice } from './lib/model-choice.js';
import { News } from './lib/news.js';
import { OllamaWatch } from './lib/ollama-watch.js';
import { TransportChoice } from './lib/transports/choice.js';
import { EventStreamTransport } from './lib/transports/event-stream.js';
import { SocketTransport } from './lib/transports/socket.js';
import { Page } from './page.js';
import { asking } from './parts/asking.js';
import { places } from './parts/places.js';
import { replies } from './parts/replies.js';
import { waking } from './parts/waking.js';

// Builds everything, once, and hands it to the parts of the page: each joins some elements to what they are about.

const api = new Api();
const connection = new Connection();
const transports = new TransportChoice({
  socket: new SocketTransport({ create: (protocol) => new WebSocket(socketAddress(), protocol) }),
  eventStream: new EventStreamTransport(),
  forced: new URLSearchParams(location.search).get('transport'),
});
const ollama = new OllamaWatch({ api, connection });
const house = {
  api,
  connection,
  transports,
  ollama,
  chat: new Chat({
    api,
    connection,
    follow: (generation, after, signal) => follow(generation, after, { transports, connection, signal }),
  }),
  news: new News({ transports, connection, reached: () => ollama.check() }),
  draft: new Draft([storage('sessionStorage'), storage('localStorage')]),
  choice: new ModelChoice(new Kept(storage('localStorage'), 'model')),
  page: new Page(),
};

drawing(house);
asking(house);
replies(house);
places(house);
waking(house);

// ---

// Whatever changes, the page is drawn anew with the next frame.
function drawing({ chat, ollama, connection, choice, page }) {
  const state = () => ({ chat, ollama, connection, model: choice.current(chat, ollama) });
  for (const source of [chat, ollama, connection, choice]) source.addEventListener('change', () => page.draw(state));
}

function socketAddress() {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;
}
