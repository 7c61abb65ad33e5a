const SVG = 'http://www.w3.org/2000/svg';

// Each is drawn with lines on a field of 24 × 24.
const paths = {
  send: 'M12 19V5 M6 11l6-6 6 6',
  down: 'M12 5v14 M6 13l6 6 6-6',
  fold: 'M9 6l6 6-6 6',
  back: 'M15 6l-6 6 6 6',
  info: 'M12 3.500a8.500 8.500 0 1 1 0 17a8.500 8.500 0 0 1 0-17 M12 11v5 M12 8h.01',
  choose: 'M7 10l5 5 5-5',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  copy: 'M9 9h10v11H9z M15 9V4H5v11h4',
  again: 'M20 12a8 8 0 1 1-2.5-5.8 M20 3v5h-5',
  forward: 'M5 6l7 6-7 6z M13 6l7 6-7 6z',
  think: 'M9.500 18h5 M10.500 21h3 M9.500 15.500a6 6 0 1 1 5 0z',
  sliders: 'M4 7h9 M17 7h3 M4 17h3 M11 17h9 M15 5v4 M9 15v4',
  stop: 'M8 8h8v8H8z',
  wrap: 'M4 6h16 M4 12h13a3 3 0 0 1 0 6h-4 M15.500 15.500l-2.500 2.500 2.500 2.500 M4 18h4',
  upload: 'M12 15V4 M7 8.500l5-5 5 5 M5 20h14',
  close: 'M6 6l12 12 M18 6L6 18',
  add: 'M12 5v14 M5 12h14',
  file: 'M6 3h8l5 5v13H6z M14 3v5h5',
  picture: 'M4 5h16v14H4z M4 16l5-5 4 4 3-3 4 4 M15 9h.01',
  keyboard: 'M3 6h18v12H3z M7 10h.01 M11 10h.01 M15 10h.01 M8 14h8',
  save: 'M12 4v11 M7 10.500l5 5 5-5 M5 20h14',
  more: 'M5 12h.01 M12 12h.01 M19 12h.01',
  pin: 'M9 4h6l-.5 6 3.500 3.500v1.500H6v-1.500L9.500 10z M12 15v5',
  edit: 'M5 19l.750-4L16 4.750l3.250 3.250L9 18.250z',
  bin: 'M5 7h14 M9.500 7V4.500h5V7 M7 7l.750 12.500h8.500L17 7 M10.500 11v5 M13.500 11v5',
  tune: 'M4 8h9 M17 8h3 M4 16h3 M11 16h9 M15 6v4 M9 14v4',
  search: 'M11 4a7 7 0 1 1 0 14a7 7 0 0 1 0-14 M16 16l4.500 4.500',
  side: 'M4 5h16v14H4z M9.500 5v14',
  write: 'M12 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-6 M9.500 14.500l.5-3L18 3.500l2.500 2.500-8 8z',
  person: 'M12 4a3.750 3.750 0 1 1 0 7.500a3.750 3.750 0 0 1 0-7.500 M4.750 20c.500-4 3.250-6 7.250-6s6.750 2 7.250 6',
  people:
    'M9 4.500a3.250 3.250 0 1 1 0 6.500a3.250 3.250 0 0 1 0-6.500'
    + ' M2.750 19.500c.4-3.600 2.750-5.500 6.250-5.500s5.850 1.900 6.250 5.500'
    + ' M15.500 5a3.250 3.250 0 0 1 0 5.750 M18 14.750c2 .8 3 2.400 3.250 4.750',
  box: 'M12 3.500l8 4.250v8.500l-8 4.250-8-4.250v-8.500z M4 7.750l8 4.250 8-4.250 M12 12v8.500',
  leave: 'M10 4.500H5v15h5 M9.500 12H20 M16 8l4 4-4 4',
  out: 'M13.500 4.500H19.500v6 M19.500 4.500L11 13 M17 14v5.500H4.500V7H10',
  link:
    'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700l-1.300 1.300'
    + ' M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700l1.300-1.300',
  settings:
    'M12 9a3 3 0 1 1 0 6a3 3 0 0 1 0-6 M12 3v3 M12 18v3 M3 12h3 M18 12h3'
    + ' M5.600 5.600l2.100 2.100 M16.300 16.300l2.100 2.100 M18.400 5.600l-2.100 2.100 M7.700 16.300l-2.100 2.100',
  help:
    'M12 3.500a8.500 8.500 0 1 1 0 17a8.500 8.500 0 0 1 0-17'
    + ' M9.500 9.750a2.500 2.500 0 1 1 3.750 2.150c-.8.500-1.250 1-1.250 1.850 M12 16.750h.01',
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
