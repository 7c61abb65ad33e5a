import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotated, applied, asReply, canGoOn, isRunning, rewound } from '../../static/lib/reply.js';

const message = { id: 'm', role: 'assistant', content: '', thinking: '', state: 'queued', generation: 'g', model: 'x' };

function after(reply, ...steps) {
  return steps.reduce((now, [event, at = 0]) => applied(now, event, at), reply);
}

const status = (phase, fields) => ({ type: 'status', phase, model: 'x', ...fields });
const content = (text) => ({ type: 'content', text });
const thinking = (text) => ({ type: 'thinking', text });
const done = (reason = 'stop') => ({ type: 'done', reason, stats: { eval_count: 2 } });

test('the pieces of a reply become its text', () => {
  const reply = after(asReply(message), [content('Hel')], [content('lo')], [done()]);
  assert.equal(String(reply.content), 'Hello');
  assert.equal(reply.state, 'done');
  assert.deepEqual(reply.stats, { eval_count: 2 });
});

test('a place in line goes down, and goes away', () => {
  const queued = after(asReply(message), [status('queued', { position: 2 })]);
  assert.deepEqual([queued.state, queued.phase, queued.position], ['queued', 'queued', 2]);
  const reading = after(queued, [status('queued', { position: 1 })], [status('reading')]);
  assert.deepEqual([reading.state, reading.phase, reading.position], ['running', 'reading', null]);
});

test('the seconds of loading are counted from its first event', () => {
  const reply = after(asReply(message), [status('loading'), 1000], [status('loading'), 5000]);
  assert.equal(reply.since, 1000);
});

test('thinking is timed, from its first piece to the first of the answer', () => {
  const parts = [[thinking('Let me'), 2000], [thinking(' see'), 9000], [content('42'), 16000], [done(), 20000]];
  const reply = after(asReply(message), ...parts);
  assert.equal(reply.thoughtFor, 14000);
  assert.equal(String(reply.thinking), 'Let me see');
});

test('thinking ends too when the writing is announced first, or the reply is stopped', () => {
  assert.equal(after(asReply(message), [thinking('a'), 1], [status('writing'), 5], [content('b'), 9]).thoughtFor, 4);
  assert.equal(after(asReply(message), [thinking('a'), 1], [done('stopped'), 7]).thoughtFor, 6);
});

test('what happened before the page was there has no times', () => {
  const reply = after(asReply(message), [thinking('a'), null], [thinking('b'), null], [content('c'), 9000]);
  assert.equal(reply.thoughtFor, null);
});

test('a running message is written anew from its first event, nothing twice', () => {
  const lagging = { ...message, content: 'Hel', thinking: 'hm', state: 'running' };
  const reply = after(rewound(asReply(lagging)), [thinking('hmm')], [content('Hello')]);
  assert.equal(String(reply.content), 'Hello');
  assert.equal(String(reply.thinking), 'hmm');
});

test('a reply that goes on keeps what is on the page, and is told its beginning once more', () => {
  const shown = after(asReply(message), [thinking('hm'), 1], [content('One, '), 4], [done('stopped')]);
  const { content: text } = shown;
  const queued = rewound(asReply({ ...message, generation: 'h', content: 'One, ', thinking: 'hm' }), shown);
  assert.deepEqual([String(queued.content), queued.state, queued.generation], ['One, ', 'queued', 'h']);
  const soFar = [[thinking('hm'), 9], [content('One, '), 10]];
  const reply = after(queued, ...soFar, [status('queued', { position: 1 }), 11], [content('two'), 12], [done(), 13]);
  assert.deepEqual([String(reply.content), String(reply.thinking), reply.thoughtFor], ['One, two', 'hm', 3]);
  assert.equal(reply.content, text);
  const merged = after(rewound(asReply(message), reply), [content('One, two, three')], [content(', four')]);
  assert.equal(String(merged.content), 'One, two, three, four');
});

test('what was cut and has begun can be gone on with', () => {
  const can = (state, fields) => canGoOn(asReply({ ...message, state, ...fields }));
  const states = ['stopped', 'interrupted', 'done', 'failed', 'running'];
  assert.deepEqual(states.filter((state) => can(state, { content: 'a' })), ['stopped', 'interrupted']);
  assert.deepEqual([can('stopped', {}), can('stopped', { thinking: 'hm' })], [false, true]);
});

test('seams and what was left out are taken from the message; without news the reply is the same', () => {
  const reply = asReply({ ...message, seams: [], context: null });
  assert.equal(annotated(reply, { seams: [], context: null }), reply);
  const { seams, context } = annotated(reply, { seams: [3], context: { left_out: ['q'] } });
  assert.deepEqual([seams, context], [[3], { left_out: ['q'] }]);
});

test('how a reply ends is its state', () => {
  const error = (code) => ({ type: 'error', code, message: 'why', retryable: true });
  const end = (event) => after(asReply(message), [event]);
  assert.equal(end(done('stopped')).state, 'stopped');
  assert.equal(end(done('length')).reason, 'length');
  assert.equal(end(error('model_failed')).state, 'failed');
  assert.equal(end(error('interrupted')).state, 'interrupted');
  assert.equal(end(error('broken_stream')).state, 'interrupted');
  assert.deepEqual(end(error('too_long')).error, { code: 'too_long', message: 'why', retryable: true });
  assert.equal(isRunning(end(done())), false);
});

test('an event of a kind that is not known yet changes nothing', () => {
  const reply = asReply(message);
  assert.equal(applied(reply, { type: 'weather' }, 0), reply);
});
