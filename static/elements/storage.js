// Reading `window.localStorage` itself throws where it is forbidden.
export function storage(name) {
  try {
    return window[name];
  } catch {
    return null;
  }
}
