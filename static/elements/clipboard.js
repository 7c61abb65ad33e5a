import { make } from './make.js';
import { t } from './words.js';

// Copies a text, or what is promised to become one: what comes later than the click Safari takes only where the promise
// of it came with the click. Throws where the browser doesn't let the page copy.
export async function copy(text) {
  try {
    await (typeof text === 'string' ? navigator.clipboard.writeText(text) : writePromised(text));
  } catch {
    copySelected(await text);
  }
}

function writePromised(text) {
  const blob = text.then((words) => new Blob([words], { type: 'text/plain' }));
  return navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
}

// The clipboard's own interface exists in secure contexts only, not on http in the home network.
function copySelected(text) {
  const focused = document.activeElement;
  const area = make('textarea', { value: text, className: 'visually-hidden' });
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  focused?.focus();
  if (!copied) throw new Error(t('message.not_copied'));
}
