import { make } from './make.js';
import { sheet } from './sheet.js';
import { t } from './words.js';

// macOS writes its modifier keys as signs.
const apple = /^(Mac|iP)/.test(navigator.platform);
const signs = apple ? { Ctrl: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↩' } : { Shift: '⇧', Enter: '↵' };

// Each line: the keys, and what they do. Keys joined by + are pressed together.
const groups = {
  'help.writing': [
    ['Enter', 'help.send'],
    ['Shift+Enter', 'help.break'],
    ['↑', 'help.edit'],
    ['Esc', 'help.stop'],
  ],
  'help.going': [
    ['Ctrl+K', 'help.search'],
    ['Ctrl+Shift+O', 'help.new'],
    ['Ctrl+Shift+S', 'help.side'],
    ['Ctrl+Shift+M', 'help.model'],
    ['Ctrl+,', 'help.chat_settings'],
    ['/', 'help.composer'],
    ['?', 'help.help'],
  ],
  'help.list': [
    ['F2', 'help.rename'],
    ['Delete', 'help.delete'],
  ],
};

// Every key that does something.
class HelpSheet extends HTMLElement {
  #dialog = null;

  open() {
    this.#dialog ??= this.#build();
    this.#dialog.showModal();
  }

  #build() {
    const parts = Object.entries(groups).flatMap(([title, lines]) => [
      make('h3', { textContent: t(title) }),
      make('dl', {}, ...lines.map(([keys, words]) => line(keys, t(words)))),
    ]);
    const dialog = sheet(t('help.title'), ...parts);
    this.append(dialog);
    return dialog;
  }
}

function line(keys, words) {
  const caps = keys.split('+').map((key) => make('kbd', { textContent: signs[key] ?? key }));
  return make('div', {}, make('dt', {}, ...caps), make('dd', { textContent: words }));
}

customElements.define('help-sheet', HelpSheet);
