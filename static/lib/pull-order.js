import { isRunning } from './pulls.js';

const ranks = { running: 0, failed: 1, cancelled: 2, done: 4 };

// Those that need to be seen first: what is being fetched, what went wrong, what waits, what is there.
export function ordered(pulls) {
  return [...pulls].sort((one, other) => rank(one) - rank(other) || byCreation(one, other));
}

function rank({ state, phase }) {
  return state === 'running' && phase === 'waiting' ? 3 : ranks[state] ?? 4;
}

// What waits goes in the order it came; of what is over the latest is what one looks for.
function byCreation(one, other) {
  const order = Date.parse(one.created_at) - Date.parse(other.created_at);
  return isRunning(one) ? order : -order;
}
