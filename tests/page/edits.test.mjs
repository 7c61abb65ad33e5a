import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Edits } from '../../static/lib/edits.js';
import { Soon } from '../../static/lib/soon.js';

function kept() {
  return {
    value: null,
    read() {
      return this.value;
    },
    write(value) {
      this.value = value;
    },
  };
}

test('a question that is being changed is there again after a reload, until it is sent or given up', () => {
  const place = kept();
  new Edits(place).typed('q', 'Why is the sky');
  const again = new Edits(place);
  assert.equal(again.get('q'), 'Why is the sky');
  assert.equal(again.get('other'), null);
  again.delete('q');
  assert.equal(new Edits(place).get('q'), null);
});

test('what was kept and can’t be read is as good as nothing', () => {
  const place = kept();
  place.write('{"half');
  assert.equal(new Edits(place).get('q'), null);
});

test('a short text is kept at each key', () => {
  let count = 0;
  const soon = new Soon(() => count++);
  soon.typed('a');
  soon.typed('ab');
  assert.equal(count, 2);
});

test('a long text is kept once for many keys, and before the page is left', () => {
  let count = 0;
  const soon = new Soon(() => count++);
  for (let key = 0; key < 10; key++) soon.typed('x'.repeat(1_000_000));
  assert.equal(count, 0);
  soon.flush();
  assert.equal(count, 1);
  soon.flush();
  assert.equal(count, 1);
});

test('a long text is kept a moment later also where the page stays', async () => {
  await new Promise((resolve) => new Soon(resolve, 1).typed('x'.repeat(1_000_000)));
});
