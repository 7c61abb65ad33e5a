// What the page keeps in the browser belongs to a person, and is not for the next one who signs in there.

const START = 'hearth.';
const PERSON = 'hearth.person';
// Of the device, whoever sits there.
const DEVICE = ['hearth.theme', 'hearth.language'];
// To whom it belonged before there were accounts.
const OWNER = 'house';

// Whoever opens the page finds only their own. Returns whether the browser was somebody else's: the last storage, which
// all tabs share.
export function belong(storages, person) {
  return storages.map((storage) => attempt(() => belongsTo(storage, person))).at(-1) ?? false;
}

export function forget(storages) {
  for (const storage of storages) {
    attempt(() => {
      clear(storage);
      // What another tab of theirs still keeps is nobody's, and not the owner's.
      storage.setItem(PERSON, '');
    });
  }
}

function belongsTo(storage, person) {
  const other = (storage.getItem(PERSON) ?? OWNER) !== person;
  if (other) clear(storage);
  storage.setItem(PERSON, person);
  return other;
}

function clear(storage) {
  const keys = Array.from({ length: storage.length }, (_, place) => storage.key(place));
  for (const key of keys) if (key.startsWith(START) && !DEVICE.includes(key)) storage.removeItem(key);
}

// Storage may be forbidden, and is null then.
function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}
