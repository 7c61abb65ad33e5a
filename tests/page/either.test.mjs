import assert from 'node:assert/strict';
import test from 'node:test';

import { either } from '../../static/lib/either.js';

test('either one ends it, with its own reason', () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const signal = either(one.signal, other.signal);
  assert.equal(signal.aborted, false);
  other.abort('left');
  assert.equal(signal.aborted, true);
  assert.equal(signal.reason, 'left');
  one.abort('late');
  assert.equal(signal.reason, 'left');
});

test('one that has ended before ends it at once', () => {
  assert.equal(either(new AbortController().signal, AbortSignal.abort('gone')).reason, 'gone');
});
