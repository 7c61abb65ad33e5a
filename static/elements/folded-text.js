import { beginning } from '../lib/asked.js';
import { make, set } from './make.js';
import { t } from './words.js';

// A long text shows how it begins, and the rest when it is asked for.
export function foldedText(text) {
  const content = make('div', { dir: 'auto', className: 'content' });
  const head = beginning(text);
  content.textContent = head === null ? text : `${head}…`;
  if (head === null) return [content];
  const more = make('button', { type: 'button', className: 'quiet-button more', ariaExpanded: 'false' });
  const show = (whole) => {
    content.textContent = whole ? text : `${head}…`;
    set(more, { textContent: t(whole ? 'message.less' : 'message.more'), ariaExpanded: String(whole) });
  };
  more.onclick = () => show(more.ariaExpanded !== 'true');
  show(false);
  return [content, more];
}
