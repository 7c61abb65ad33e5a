// Runs `action`, never twice at once: all calls made while it runs are one more run, begun when it is over.
export function oneAtATime(action) {
  let last = Promise.resolve();
  let waiting = null;
  const run = () => {
    waiting = null;
    return action();
  };
  return () => {
    if (!waiting) last = waiting = last.then(run, run);
    return waiting;
  };
}
