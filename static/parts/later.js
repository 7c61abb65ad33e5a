// A part of the page that comes when it is first wanted: it gives what opens it.
export function later(bring) {
  let part = null;
  return async (event) => {
    part ??= bring().catch(() => (part = null));
    (await part)?.(event.detail);
  };
}
