// Changes what is shown. What has the focus and is moved by that gets it back; where it goes itself, the first that can be
// seen of what `near` gives then gets it, unless the change has seen to that.
export function keepingFocus(change, near = () => []) {
  const focused = document.activeElement;
  change();
  if (!focused.checkVisibility()) refocus(...near());
  else if (document.activeElement !== focused) focused.focus();
}

// The focus is nowhere: what had it is disabled, hidden or gone. It goes to the first of these that can be seen.
export function refocus(...places) {
  const { activeElement, body } = document;
  if (activeElement !== body && activeElement.checkVisibility()) return;
  places.find((one) => one?.checkVisibility())?.focus();
}
