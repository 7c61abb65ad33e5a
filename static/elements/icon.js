const SVG = 'http://www.w3.org/2000/svg';

// Each is drawn with lines on a field of 24 × 24.
const paths = {
  send: 'M12 19V5 M6 11l6-6 6 6',
  down: 'M12 5v14 M6 13l6 6 6-6',
  fold: 'M9 6l6 6-6 6',
  choose: 'M7 10l5 5 5-5',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  copy: 'M9 9h10v11H9z M15 9V4H5v11h4',
  again: 'M20 12a8 8 0 1 1-2.5-5.8 M20 3v5h-5',
  forward: 'M5 6l7 6-7 6z M13 6l7 6-7 6z',
  stop: 'M8 8h8v8H8z',
};

export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', paths[name]);
  svg.append(path);
  return svg;
}
