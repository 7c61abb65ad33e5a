import { ApiError } from '../errors.js';
import { batches } from './read-export.js';

// Brings conversations to Hearth in parts, and where it refuses one, everything but that. `told(done)` hears how many
// have been dealt with. Gives {brought, empty, refused: [{title, message}]}; throws where Hearth takes nothing at all
// (its disk is full, say, or it's away).
export async function bring(api, conversations, told = () => {}) {
  const outcome = { brought: 0, empty: 0, refused: [] };
  for (const part of batches(conversations)) {
    await bringPart(api, part, outcome);
    told(outcome.brought + outcome.empty + outcome.refused.length);
  }
  return outcome;
}

async function bringPart(api, part, outcome) {
  try {
    const { conversations, skipped } = await api.importConversations(part);
    outcome.brought += conversations.length;
    outcome.empty += skipped;
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 400 && error.status !== 413)) throw error;
    if (part.length === 1) return void outcome.refused.push({ title: part[0].title ?? '', message: error.message });
    const middle = part.length >> 1;
    await bringPart(api, part.slice(0, middle), outcome);
    await bringPart(api, part.slice(middle), outcome);
  }
}
