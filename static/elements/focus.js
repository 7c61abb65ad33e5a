// Changes what is shown. What has the focus loses it when it is moved, and gets it back; where it goes itself, the first
// that can be seen of what `near` gives then gets it.
export function keepingFocus(change, near = () => []) {
  const focused = document.activeElement;
  change();
  const next = [focused, ...near()].find((one) => one?.checkVisibility());
  if (next && next !== document.activeElement) next.focus();
}

// The focus is nowhere: what had it was disabled, or is gone. It goes to the first of these that can take it.
export function refocus(...places) {
  if (document.activeElement === document.body) places.find((one) => one?.checkVisibility())?.focus();
}
