import { same } from './chat-settings.js';
import { sameModel } from './models.js';
import { oneAtATime } from './one-at-a-time.js';

const SETTINGS = ['system', 'options', 'think', 'keep_alive'];
// Characters of a name.
export const LONGEST = 80;

// Settings under names, which Hearth keeps for this person. Fires `change`.
export class Presets extends EventTarget {
  all = [];

  #api;
  #connection;

  constructor({ api, connection }) {
    super();
    this.#api = api;
    this.#connection = connection;
  }

  read = oneAtATime(async () => {
    try {
      this.all = (await this.#connection.retry(() => this.#api.presets())).presets;
    } catch {
      return; // what was there is shown on; the next news read it again
    }
    this.dispatchEvent(new Event('change'));
  });

  find(id) {
    return this.all.find((preset) => preset.id === id) ?? null;
  }

  // What is wrong with a name: null, `empty`, `long` or `taken` (by another than `id`).
  problem(name, id = null) {
    const plain = folded(name);
    if (!plain) return 'empty';
    if ([...plain].length > LONGEST) return 'long';
    return this.all.some((preset) => preset.id !== id && folded(preset.name) === plain) ? 'taken' : null;
  }

  // The preset that says what the settings and the model say; `likely` where several do.
  matching(settings, model, likely = null) {
    const fits = (preset) => SETTINGS.every((name) => same(preset[name], settings[name]));
    const candidates = [this.find(likely), ...this.all].filter(Boolean);
    const of = (preset) => !preset.model || (model && sameModel(preset.model, model));
    return candidates.find((preset) => fits(preset) && of(preset)) ?? null;
  }

  // Gives its id.
  async create(name, settings, model) {
    let sent = false;
    const { id } = await this.#connection.retry(async () => {
      const made = sent && (await this.#api.presets()).presets.find((preset) => folded(preset.name) === folded(name));
      sent = true; // asked once more, because the answer got lost: it may be there already
      return made || this.#api.createPreset({ name, model, ...settings });
    });
    await this.read();
    return id;
  }

  async change(id, fields) {
    await this.#connection.retry(() => this.#api.changePreset(id, fields));
    await this.read();
  }

  // One that is gone already is gone.
  async remove(id) {
    await this.#connection.retry(() => this.#api.deletePreset(id)).catch((error) => {
      if (error.status !== 404) throw error;
    });
    await this.read();
  }
}

function folded(name) {
  return name.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase();
}
