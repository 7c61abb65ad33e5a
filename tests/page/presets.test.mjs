import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from '../../static/lib/connection.js';
import { ApiError, ConnectionError } from '../../static/lib/errors.js';
import { Presets } from '../../static/lib/presets.js';

const NONE = { system: null, options: null, think: null, keep_alive: null };

// A Hearth with presets, whose answers may get lost behind what they did.
function hearth(presets = [], { losing = 0 } = {}) {
  const kept = [...presets];
  const lose = (answer) => {
    if (losing-- > 0) throw new ConnectionError();
    return answer;
  };
  return {
    kept,
    presets: async () => ({ presets: [...kept] }),
    async createPreset(fields) {
      kept.push({ id: `id${kept.length}`, ...fields });
      return lose(kept.at(-1));
    },
    async changePreset(id, fields) {
      return lose(Object.assign(kept.find((one) => one.id === id), fields));
    },
    async deletePreset(id) {
      const place = kept.findIndex((one) => one.id === id);
      if (place < 0) throw new ApiError(404, 'not_found', 'None.');
      kept.splice(place, 1);
      return lose(null);
    },
  };
}

const over = (api) => new Presets({ api, connection: new Connection({ delay: () => 0 }) });

test('a name is needed, short, and nobody else’s', async () => {
  const presets = over(hearth([{ id: 'a', name: 'Kitchen Help' }]));
  await presets.read();
  assert.equal(presets.problem('  '), 'empty');
  assert.equal(presets.problem('x'.repeat(81)), 'long');
  assert.equal(presets.problem('😀'.repeat(80)), null);
  assert.equal(presets.problem(' kitchen  HELP '), 'taken');
  assert.equal(presets.problem('kitchen help', 'a'), null);
});

test('the preset that says what the settings say is found', async () => {
  const cook = { id: 'a', name: 'Cook', ...NONE, system: 'Cook.', options: { seed: 1, top_k: 2 }, model: 'llama3.2' };
  const twin = { ...cook, id: 'b', name: 'Twin', model: null };
  const presets = over(hearth([cook, twin]));
  await presets.read();
  const settings = { ...NONE, system: 'Cook.', options: { top_k: 2, seed: 1 } };
  assert.equal(presets.matching(settings, 'llama3.2:latest').id, 'a');
  assert.equal(presets.matching(settings, 'llama3.2:latest', 'b').id, 'b');
  assert.equal(presets.matching(settings, 'other').id, 'b');
  assert.equal(presets.matching({ ...settings, think: true }, 'other'), null);
});

test('a preset whose answer got lost is made once', async () => {
  const api = hearth([], { losing: 1 });
  const presets = over(api);
  assert.equal(await presets.create('Cook', { ...NONE, system: 'x' }, 'm'), 'id0');
  assert.deepEqual(api.kept, [{ id: 'id0', name: 'Cook', model: 'm', ...NONE, system: 'x' }]);
  assert.deepEqual(presets.all, api.kept);
});

test('one that is deleted twice is gone', async () => {
  const api = hearth([{ id: 'a', name: 'Cook' }], { losing: 1 });
  const presets = over(api);
  await presets.read();
  await presets.remove('a');
  assert.deepEqual(presets.all, []);
});

test('a list that can’t be read leaves what is shown', async () => {
  const api = hearth([{ id: 'a', name: 'Cook' }]);
  const presets = over(api);
  await presets.read();
  api.presets = async () => Promise.reject(new ApiError(500, 'unreadable', 'HTTP 500'));
  await presets.read();
  assert.equal(presets.find('a').name, 'Cook');
});
