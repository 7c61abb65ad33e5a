import { make } from '../elements/make.js';
import { t } from '../elements/words.js';

// A part of the page that comes when it is first wanted, with the stylesheets of these names: it gives what opens it.
export function later({ toasts }, bring, ...styles) {
  let part = null;
  const brought = async () => {
    const [open] = await Promise.all([bring(), ...styles.map(styled)]);
    return open;
  };
  return async (event) => {
    part ??= brought().catch(() => (part = null));
    const open = await part;
    if (open) open(event.detail);
    else toasts.show({ text: t('problem.away') });
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
