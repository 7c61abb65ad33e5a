const BLOCKS = /^(?:p|h[3-6]|ul|ol|blockquote|div|table|hr|code-block|section)$/;

// A message without its marks, to be pasted where Markdown isn't read.
export function treeText(root) {
  return blocks(root.children).trim();
}

function blocks(nodes, gap = '\n\n') {
  const parts = [];
  let line = '';
  for (const node of nodes) {
    // The mark of a seam is the page's, not the message's.
    if (node.properties?.className === 'seam') continue;
    if (isBlock(node)) {
      parts.push(line, block(node));
      line = '';
    } else {
      line += inline(node);
    }
  }
  return [...parts, line].filter(Boolean).join(gap);
}

function isBlock(node) {
  return BLOCKS.test(node.name) || (node.name === 'math-formula' && node.properties.display);
}

function block(node) {
  const { name, properties, children } = node;
  switch (name) {
    case 'ul':
      return list(node, () => '•');
    case 'ol':
      return list(node, (place) => `${(properties.start ?? 1) + place}.`);
    case 'code-block':
      return node.pieces ? node.pieces.join('') + node.rest : properties.code;
    case 'math-formula':
      return properties.tex;
    case 'table':
      return children.flatMap((part) => part.children.map(row)).join('\n');
    case 'hr':
      return '———';
    case 'p':
      return children.map(inline).join('');
    default:
      return blocks(children);
  }
}

function list({ children, properties }, marker) {
  const items = children.map((item, place) => {
    const lead = `${marker(place)} `;
    return lead + blocks(item.children, '\n').replaceAll('\n', `\n${' '.repeat(lead.length)}`);
  });
  return items.join(properties.className === 'loose' ? '\n\n' : '\n');
}

function row({ children }) {
  return children.map((cell) => cell.children.map(inline).join('')).join('\t');
}

function inline(node) {
  if (typeof node === 'string') return node;
  const { name, properties, children } = node;
  switch (name) {
    case 'math-formula':
      return properties.tex;
    case 'input':
      return properties.checked ? '[x] ' : '[ ] ';
    case 'img':
      return properties.alt;
    case 'a':
      return link(node);
    case 'sup':
      return properties.className === 'note' ? `[${children.map(text).join('')}]` : children.map(inline).join('');
    default:
      return children.map(inline).join('');
  }
}

function link({ properties, children }) {
  if (properties.role === 'doc-backlink') return '';
  const label = children.map(inline).join('').trim();
  const bare = (address) => address.replace(/^(?:mailto:|https?:\/\/)/, '').replace(/\/$/, '');
  if (!label || bare(label) === bare(properties.href)) return label || properties.href;
  return `${label} (${properties.href})`;
}

function text(node) {
  return typeof node === 'string' ? node : node.children.map(text).join('');
}
