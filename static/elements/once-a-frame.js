// Does `action` with the next frame, once for however often it was asked to before.
export function onceAFrame(action) {
  let frame = null;
  return () => {
    frame ??= requestAnimationFrame(() => {
      frame = null;
      action();
    });
  };
}
