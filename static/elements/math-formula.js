import { formula } from '../lib/math.js';
import { make } from './make.js';

const STYLE = '/static/vendor/katex/katex.css';

// A formula of LaTeX: `tex`, and whether it stands on its own line (`display`). It is its own source until KaTeX is
// there, and stays so where KaTeX can't read it.
class MathFormula extends HTMLElement {
  #tex = '';
  #display = false;

  get tex() {
    return this.#tex;
  }

  set tex(tex) {
    if (tex === this.#tex) return;
    this.#tex = tex;
    if (this.isConnected) this.#show();
  }

  get display() {
    return this.#display;
  }

  set display(display) {
    if (display === this.#display) return;
    this.#display = display;
    if (this.isConnected) this.#show();
  }

  connectedCallback() {
    if (!this.firstChild) this.#show();
  }

  #show() {
    this.classList.toggle('display', this.#display);
    if (katex.module) return this.#render();
    this.#showSource('');
    return katex.load().then(
      () => this.#render(),
      () => {},
    );
  }

  #render() {
    const { tree, problem } = formula(katex.module, this.#tex, this.#display);
    if (!tree) return this.#showSource(problem);
    this.replaceChildren(tree.toNode());
    return this.#fit();
  }

  #showSource(title) {
    const code = make('code', { dir: 'ltr', translate: false }, this.#tex);
    if (title) code.title = title;
    this.replaceChildren(code);
  }

  // A formula in a line breaks between its parts; where one of them alone is too wide, it scrolls, on a line of its
  // own. What scrolls can be reached by the keyboard.
  #fit() {
    requestAnimationFrame(() => {
      this.classList.toggle('wide', !this.#display && this.#tooWide());
      if (this.scrollWidth > this.clientWidth) this.tabIndex = 0;
      else this.removeAttribute('tabindex');
    });
  }

  #tooWide() {
    const room = this.parentElement?.clientWidth;
    return room > 0 && [...this.querySelectorAll('.katex-base')].some((part) => part.offsetWidth > room);
  }
}

const katex = {
  module: null,
  loading: null,

  load() {
    this.loading ??= Promise.all([import('../vendor/katex/katex.js'), stylesheet()]).then(
      ([module]) => (this.module = module),
      (error) => {
        this.loading = null; // the next formula tries again
        throw error;
      },
    );
    return this.loading;
  },
};

// Without its style sheet, KaTeX's formulas are gibberish.
function stylesheet() {
  return new Promise((resolve, reject) => {
    const link = make('link', { rel: 'stylesheet', href: STYLE, onload: resolve });
    link.onerror = () => {
      link.remove();
      reject(new Error('KaTeX has no style sheet'));
    };
    document.head.append(link);
  });
}

customElements.define('math-formula', MathFormula);
