import { make } from '../elements/make.js';

// A part of the page that comes when it is first wanted, with the stylesheets of these names: it gives what opens it.
export function later(bring, ...styles) {
  let part = null;
  const brought = async () => {
    const [open] = await Promise.all([bring(), ...styles.map(styled)]);
    return open;
  };
  return async (event) => {
    part ??= brought().catch(() => (part = null));
    (await part)?.(event.detail);
  };
}

function styled(name) {
  const link = make('link', { rel: 'stylesheet', href: `/static/styles/${name}.css` });
  return new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => {
      link.remove();
      reject(new Error(`no styles of ${name}`));
    };
    document.head.append(link);
  });
}
