// What elements ask for (elements/form.js): each kind with what is done, and its promise is the outcome.
export function answers(element, deeds) {
  for (const [type, deed] of Object.entries(deeds)) {
    element.addEventListener(type, ({ detail }) => (detail.outcome = deed(detail)));
  }
}

// Reads anew what was changed. Where that fails the change was made all the same, and what it gave is not lost.
export async function afterwards(read) {
  await read().catch(() => {});
}
