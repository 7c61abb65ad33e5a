import { isComposing } from '../elements/typing.js';

// Keys that work anywhere on the page; the sheet behind ? tells them all.
const anywhere = {
  'ctrl+k': () => find('side-bar').search(),
  'ctrl+shift+o': () => send('go', { conversation: null }),
  'ctrl+shift+s': () => find('side-bar').toggle(),
  'ctrl+shift+m': () => find('model-picker').open(),
  'ctrl+,': () => send('open-chat-settings'),
};

// Those that are characters only work where nothing is being typed.
const elsewhere = {
  '/': () => find('message-composer').focus(),
  '?': () => send('open-help'),
};

export function keyboard() {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || isComposing(event) || event.altKey || document.querySelector('dialog[open]')) return;
    const action = anywhere[named(event)] ?? (typing(event.target) ? null : elsewhere[event.key]);
    if (!action || (action === elsewhere[event.key] && (event.ctrlKey || event.metaKey))) return;
    event.preventDefault();
    action();
  });
}

function named({ key, ctrlKey, metaKey, shiftKey }) {
  if (!ctrlKey && !metaKey) return null;
  return `ctrl+${shiftKey ? 'shift+' : ''}${key.toLowerCase()}`;
}

function typing(target) {
  return target.matches('input, textarea, select, [contenteditable]');
}

function find(selector) {
  return document.querySelector(selector);
}

function send(type, detail) {
  document.dispatchEvent(new CustomEvent(type, { detail }));
}
