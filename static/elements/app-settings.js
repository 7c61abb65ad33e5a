import { icon } from './icon.js';
import { make, send } from './make.js';
import { sheet } from './sheet.js';
import { languages, t } from './words.js';

const themes = ['system', 'light', 'dark'];

// What the reader sets for this device, and what is done with all conversations. Sends
//   preference {name, value}   name is `theme`, `language` or `notices`
//   install                    as an app, where the browser offers it
//   import-files {files}, export-all, open-help
class AppSettings extends HTMLElement {
  #dialog = null;
  #versions = null;

  // preferences: {theme, language, notices: true, false, or null where there are none, denied, installable}
  open(preferences) {
    this.#dialog?.remove();
    this.#dialog = sheet(
      t('app.title'),
      make('h3', { textContent: t('app.look') }),
      this.#themes(preferences.theme),
      this.#languages(preferences.language),
      ...this.#notices(preferences),
      make('h3', { textContent: t('app.data') }),
      this.#conversations(),
      make('h3', { textContent: t('app.about') }),
      this.#about(preferences),
    );
    this.append(this.#dialog);
    this.#dialog.showModal();
  }

  close() {
    this.#dialog?.close();
  }

  // status: that of the API, or null for as long as it is not known.
  showStatus(status) {
    const lines = status ? [t('app.version', { version: status.version }), ollamaLine(status.ollama)] : [];
    this.#versions?.replaceChildren(...lines.map((textContent) => make('p', { className: 'hint', textContent })));
  }

  #themes(chosen) {
    const choices = themes.map((value) => {
      const properties = { type: 'radio', name: 'theme', value, checked: value === chosen };
      const radio = make('input', { ...properties, onchange: () => this.#prefer('theme', value) });
      return make('label', {}, radio, make('span', { textContent: t(`app.theme.${value}`) }));
    });
    return make('div', { className: 'segments', role: 'radiogroup', ariaLabel: t('app.theme') }, ...choices);
  }

  #languages(chosen) {
    const name = (code) => new Intl.DisplayNames([code], { type: 'language' }).of(code);
    const options = languages.map((code) => make('option', { value: code, lang: code, textContent: name(code) }));
    options.unshift(make('option', { value: 'auto', textContent: t('app.language.auto') }));
    const select = make('select', {}, ...options);
    select.value = chosen || 'auto';
    select.addEventListener('change', () => this.#prefer('language', select.value === 'auto' ? '' : select.value));
    return make('label', { className: 'row' }, make('span', { textContent: t('app.language') }), select);
  }

  #notices({ notices, denied }) {
    if (notices === null) return [];
    const box = make('input', { type: 'checkbox', checked: notices, disabled: denied });
    box.addEventListener('change', () => this.#prefer('notices', box.checked));
    const words = make('span', { textContent: t('app.notices.done') });
    const parts = [make('h3', { textContent: t('app.notices') }), make('label', { className: 'row' }, words, box)];
    return denied ? [...parts, make('p', { className: 'hint', textContent: t('app.notices.denied') })] : parts;
  }

  #conversations() {
    const input = make('input', { type: 'file', accept: '.json,application/json', multiple: true, hidden: true });
    input.addEventListener('change', () => {
      send(this, 'import-files', { files: [...input.files] });
      this.close();
    });
    const bring = button('upload', t('app.import'), () => input.click());
    const take = button('save', t('app.export'), () => {
      send(this, 'export-all');
      this.close();
    });
    const hint = make('p', { className: 'hint', textContent: t('app.import.hint') });
    return make('div', { className: 'data' }, bring, take, input, hint);
  }

  #about({ installable }) {
    const keyboard = button('keyboard', t('app.keyboard'), () => {
      this.close();
      send(this, 'open-help');
    });
    const install = button('save', t('app.install'), () => send(this, 'install'));
    this.#versions = make('div', { className: 'versions' });
    return make('div', { className: 'data' }, keyboard, ...(installable ? [install] : []), this.#versions);
  }

  #prefer(name, value) {
    send(this, 'preference', { name, value });
  }
}

function button(picture, label, onclick) {
  const words = make('span', { textContent: label });
  return make('button', { type: 'button', className: 'quiet-button framed', onclick }, icon(picture), words);
}

function ollamaLine({ reachable, version, url }) {
  return reachable ? t('app.ollama', { version: version ?? '', url }) : t('app.ollama.away', { url });
}

customElements.define('app-settings', AppSettings);
