import { storage } from '../elements/storage.js';
import { chosenLanguage } from '../elements/words.js';
import { Kept } from '../lib/kept.js';
import { later } from './later.js';

const colours = { light: '#fbf8f4', dark: '#1b1815' };

// What the reader chose for this device: theme, language, notices; the sheet where they do, and that of the keys.
export function preferences({ ollama, page }) {
  const theme = new Kept(storage('localStorage'), 'theme');
  const notices = new Kept(storage('localStorage'), 'notices');
  const settings = document.querySelector('app-settings');
  let offer = null;

  const change = {
    theme(value) {
      theme.write(value === 'system' ? '' : value);
      showTheme(theme.read());
    },
    language(value) {
      chosenLanguage.write(value);
      location.reload();
    },
    async notices(value) {
      if (value) await Notification.requestPermission();
      notices.write(value ? 'on' : '');
      if (value && Notification.permission !== 'granted') open();
    },
  };

  const chosen = () => ({
    theme: theme.read() || 'system',
    language: chosenLanguage.read(),
    notices: canNotify() ? notices.read() === 'on' && Notification.permission === 'granted' : null,
    denied: canNotify() && Notification.permission === 'denied',
    installable: offer !== null,
  });

  function open() {
    settings.open(chosen());
    settings.showStatus(ollama.status);
  }

  const bring = () => import('../elements/app-settings.js').then(() => open);
  const bringHelp = () => import('../elements/help-sheet.js').then(() => () => document.querySelector('help-sheet').open());
  document.addEventListener('open-app-settings', later(page, bring));
  document.addEventListener('open-help', later(page, bringHelp));
  // It may not be on the page yet.
  ollama.addEventListener('change', () => settings.showStatus?.(ollama.status));
  document.addEventListener('preference', ({ detail: { name, value } }) => change[name](value));
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offer = event;
  });
  settings.addEventListener('install', () => {
    offer?.prompt();
    offer = null;
    settings.close();
  });

  showTheme(theme.read());
}

// In secure contexts only: https, or this machine itself.
function canNotify() {
  return 'Notification' in window && window.isSecureContext;
}

function showTheme(theme) {
  const root = document.documentElement;
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
    const system = meta.media.includes('dark') ? 'dark' : 'light';
    meta.content = colours[theme || system];
  }
}
