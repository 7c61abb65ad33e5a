import { make } from './make.js';
import { t } from './words.js';

const GET = 'https://ollama.com/download';

// Says that the model is a tiny one.
class DemoNotice extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    const link = make('a', { href: GET, target: '_blank', rel: 'noopener noreferrer', textContent: t('demo.get') });
    this.append(make('p', {}, `${t('demo.text')} `, link, t('demo.then')));
  }
}

customElements.define('demo-notice', DemoNotice);
