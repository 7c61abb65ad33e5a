import { send } from '../elements/make.js';
import { address } from './places.js';

const WORKER = '/service-worker.js';
// After what the first view needs.
const LATER = 3_000;

// The worker keeps the page's own files, so that it opens while Hearth is away. Browsers have it in secure contexts
// only, and take its address under Trusted Types only from a policy; this one knows that single address.
export function shell() {
  if (!('serviceWorker' in navigator)) return;
  const policy = window.trustedTypes?.createPolicy('service-worker', { createScriptURL: () => WORKER });
  const worker = policy ? policy.createScriptURL('') : WORKER;
  setTimeout(() => install(worker), LATER);
  // A notice was clicked.
  navigator.serviceWorker.addEventListener('message', ({ data }) => {
    if (data?.type === 'go') send(document, 'go', { conversation: address(data.path) });
  });
}

async function install(worker) {
  try {
    await navigator.serviceWorker.register(worker);
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage({ type: 'keep', files: loaded() });
  } catch {
    // Private windows forbid it, and a certificate that the browser doesn't trust: the page does without.
  }
}

// Where the page changed since the last visit, the old files go with this.
function loaded() {
  return performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
}
