// Headings within a reply are below the page's own, and none is skipped: whoever goes from heading to heading would
// look for what is missing.
const ABOVE = 2;
const LOWEST = 6;

// Gives headings their levels. `outline` holds the depths, as they are written, of the headings that these nodes are
// below; returned is the same for what comes behind them.
export function outlined(nodes, outline) {
  let now = outline;
  for (const one of nodes) {
    if (one.depth) {
      now = [...now.filter((above) => above < one.depth), one.depth];
      one.name = `h${Math.min(LOWEST, ABOVE + now.length)}`;
    } else if (one.children?.length && one.name !== 'div') {
      now = outlined(one.children, now);
    }
  }
  return now;
}

// The nodes, with the levels that their headings have there.
export function below(outline, nodes) {
  outlined(nodes, outline);
  return nodes;
}
