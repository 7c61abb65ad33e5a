// What all places where something is typed have in common.

// Where an own keyboard comes up as soon as something is typed, and covers half of the page.
export const touch = matchMedia('(hover: none) and (pointer: coarse)');

// Safari reports the Enter that ends a composition after it, marked only by this code.
const COMPOSING = 229;

// Whether a key belongs to an input method, and is none for the page.
export function isComposing(event) {
  return event.isComposing || event.keyCode === COMPOSING;
}

// As high as its text, in browsers that don't size a field by its content.
export function fitHeight(area) {
  if (CSS.supports('field-sizing', 'content')) return;
  area.style.height = 'auto';
  area.style.height = `${area.scrollHeight}px`;
}
