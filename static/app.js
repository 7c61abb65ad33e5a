import { onceAFrame } from './elements/once-a-frame.js';
import { preparedPicture } from './elements/picture.js';
import { storage } from './elements/storage.js';
import { Api } from './lib/api.js';
import { Attachments } from './lib/attachments.js';
import { belong } from './lib/belongings.js';
import { Chat } from './lib/chat.js';
import { ChatSettings } from './lib/chat-settings.js';
import { Connection } from './lib/connection.js';
import { Draft } from './lib/draft.js';
import { Edits } from './lib/edits.js';
import { First } from './lib/first.js';
import { follow } from './lib/follow.js';
import { Kept } from './lib/kept.js';
import { Library } from './lib/library.js';
import { ModelChoice } from './lib/model-choice.js';
import { News } from './lib/news.js';
import { OllamaWatch } from './lib/ollama-watch.js';
import { Presets } from './lib/presets.js';
import { Pulls } from './lib/pulls.js';
import { Search } from './lib/search.js';
import { Session } from './lib/session.js';
import { Sharing } from './lib/sharing.js';
import { Shelf } from './lib/shelf.js';
import { title } from './lib/title.js';
import { TransportChoice } from './lib/transports/choice.js';
import { EventStreamTransport } from './lib/transports/event-stream.js';
import { SocketTransport } from './lib/transports/socket.js';
import { Page } from './page.js';
import { asking } from './parts/asking.js';
import { attaching } from './parts/attaching.js';
import { attention } from './parts/attention.js';
import { exchange } from './parts/exchange.js';
import { first } from './parts/first.js';
import { keyboard } from './parts/keyboard.js';
import { library } from './parts/library.js';
import { places } from './parts/places.js';
import { preferences } from './parts/preferences.js';
import { pulling } from './parts/pulling.js';
import { replies } from './parts/replies.js';
import { session } from './parts/session.js';
import { sharing } from './parts/sharing.js';
import { speaking } from './parts/speaking.js';
import { settings } from './parts/settings.js';
import { shell } from './parts/shell.js';
import { waking } from './parts/waking.js';

// Builds everything, once, and hands it to the parts of the page: each joins some elements to what they are about.

const { person } = document.documentElement.dataset;
const shelf = new Shelf(storage('indexedDB'));
// Before anything that is kept here is read.
if (person && belong([storage('sessionStorage'), storage('localStorage')], person)) shelf.clear();

const api = new Api();
const connection = new Connection();
const transports = new TransportChoice({
  socket: new SocketTransport({ create: (protocol) => new WebSocket(socketAddress(), protocol) }),
  eventStream: new EventStreamTransport(),
  forced: new URLSearchParams(location.search).get('transport'),
});
const ollama = new OllamaWatch({ api, connection });
const draft = new Draft([storage('sessionStorage'), storage('localStorage')], shelf);
const house = {
  api,
  connection,
  transports,
  ollama,
  chat: new Chat({
    api,
    connection,
    follow: (generation, after, signal) => follow(generation, after, { transports, connection, signal }),
    fields: () => house.settings.fields,
    kept: () => house.settings.flush(),
  }),
  library: new Library({ api, connection, unread: new Kept(storage('sessionStorage'), 'unread') }),
  search: new Search({ api, connection }),
  session: new Session({ api, person }),
  sharing: new Sharing({ api, connection }),
  news: new News({ transports, connection, reached: () => ollama.check() }),
  draft,
  edits: new Edits(new Kept(storage('sessionStorage'), 'edits')),
  shelf,
  attachments: new Attachments({ draft, prepare: preparedPicture }),
  choice: new ModelChoice(new Kept(storage('localStorage'), 'model')),
  presets: new Presets({ api, connection }),
  pulls: new Pulls({ api, connection }),
  first: new First({ api, connection }),
  page: new Page(),
};
const settingsKept = new Kept(storage('sessionStorage'), 'settings');
house.settings = new ChatSettings({ api, connection, chat: house.chat, kept: settingsKept });

drawing(house);
attention(house);
asking(house);
attaching(house);
replies(house);
speaking(house);
settings(house);
pulling(house);
first(house);
places(house);
library(house);
preferences(house);
exchange(house);
keyboard(house);
shell(house);
session(house);
sharing(house);
waking(house);

// From now on what is pressed is heard.
document.documentElement.dataset.ready = '';

// ---

// Whatever changes, the page is drawn anew with the next frame.
function drawing({ chat, library, edits, ollama, connection, choice, attachments, first: minutes, pulls, page }) {
  const state = () => ({
    chat,
    title: title({ chat, library }),
    edits,
    ollama,
    connection,
    attachments,
    minutes,
    pulls: pulls.all,
    model: choice.current(chat, ollama),
    missing: choice.missing(chat, ollama),
  });
  const draw = onceAFrame(() => page.draw(state()));
  const sources = [chat, library, ollama, connection, choice, attachments, minutes, pulls];
  for (const source of sources) source.addEventListener('change', draw);
}

function socketAddress() {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;
}
