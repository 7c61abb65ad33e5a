const FIRST = 400;
const LONGEST = 10_000;

// How long to wait before attempt number `attempt` (from 0), in milliseconds. Half of it is chance, so that the
// pages of a whole house don't come back in step after a restart.
export function backoff(attempt, random = Math.random) {
  const whole = Math.min(LONGEST, FIRST * 2 ** attempt);
  return whole / 2 + (whole / 2) * random();
}
