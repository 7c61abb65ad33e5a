import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Draft } from '../../static/lib/draft.js';

class Storage extends Map {
  getItem = (key) => this.get(key) ?? null;
  setItem = (key, value) => this.set(key, value);
  removeItem = (key) => this.delete(key);
}

function opened(storages, conversation) {
  const draft = new Draft(storages);
  draft.open(conversation);
  return draft;
}

test('what is typed survives a reload, for each conversation', () => {
  const storages = [new Storage(), new Storage()];
  opened(storages, 'a').typed('half a sent');
  assert.equal(opened(storages, 'a').text, 'half a sent');
  assert.equal(opened(storages, 'b').text, '');
  assert.equal(opened([new Storage(), storages[1]], 'a').text, 'half a sent');
});

test('a delivered question leaves nothing behind', () => {
  const storages = [new Storage()];
  const draft = opened(storages, null);
  draft.typed('Why?');
  draft.asked('Why?');
  draft.moved('a');
  draft.delivered();
  assert.equal(storages[0].size, 0);
});

test('a question that was refused comes back, before what was typed since', () => {
  const draft = opened([new Storage()], 'a');
  draft.asked('Why?');
  draft.typed('And');
  draft.refused();
  assert.equal(draft.text, 'Why?\n\nAnd');
});

test('asking the same again after a lost answer carries the same request id, another text a new one', () => {
  const draft = opened([new Storage()], 'a');
  const first = draft.asked('Why?');
  draft.refused();
  assert.equal(draft.asked('Why?'), first);
  draft.refused();
  assert.notEqual(draft.asked('Why not?'), first);
});

test('a page closed in the middle of asking: delivered, or given back with its request id', () => {
  const storages = [new Storage()];
  const request = opened(storages, 'a').asked('Why?');
  const lost = opened(storages, 'a');
  lost.settle('Another question');
  assert.equal(lost.text, 'Why?');
  assert.equal(lost.asked('Why?'), request);
  const arrived = opened(storages, 'a');
  arrived.settle('Why?');
  assert.equal(arrived.text, '');
  assert.equal(storages[0].size, 0);
});

test('a storage that is full or forbidden is no obstacle', () => {
  const forbidden = { getItem: () => assert.fail(), setItem: () => assert.fail(), removeItem: () => assert.fail() };
  const draft = opened([null, forbidden], 'a');
  draft.typed('text');
  assert.equal(draft.text, 'text');
});
