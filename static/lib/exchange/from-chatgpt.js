import { isObject, time } from './shapes.js';

// ChatGPT's conversations.json: `mapping` is a tree of nodes, whose messages may be hidden, be tools', or hold parts
// that are no text.
export function isChatGPT(one) {
  return isObject(one) && isObject(one.mapping);
}

export function fromChatGPT(conversation) {
  const { title, mapping, current_node: current, pinned_time: pinned } = conversation;
  const nodes = new Map(Object.entries(mapping).filter(([, node]) => isObject(node)));
  const kept = new Map();
  for (const [id, { message }] of nodes) {
    const said = isObject(message) ? read(message) : null;
    if (said) kept.set(id, said);
  }
  const above = (id) => nearest(nodes, kept, id);
  const messages = [...kept].map(([id, said]) => ({ id, parent: above(nodes.get(id).parent), ...said }));
  return {
    ...(title && { title }),
    ...(pinned && { pinned: true }),
    ...time('created_at', conversation.create_time),
    ...time('updated_at', conversation.update_time),
    ...(messages.length && { leaf: above(current) ?? messages.at(-1).id }),
    messages,
  };
}

// The message itself, or the next one above it that is kept.
function nearest(nodes, kept, start) {
  let id = start;
  for (let steps = 0; id && !kept.has(id) && steps <= nodes.size; steps++) id = nodes.get(id)?.parent;
  return kept.has(id) ? id : null;
}

function read({ author, content, metadata, create_time: created, recipient }) {
  const role = author?.role;
  if ((role !== 'user' && role !== 'assistant') || metadata?.is_visually_hidden_from_conversation) return null;
  // What it says to a tool is not said to the reader.
  if (recipient && recipient !== 'all') return null;
  const text = textOf(content);
  if (!text.trim()) return null;
  const model = role === 'assistant' && metadata?.model_slug;
  return { role, content: text, ...(model && { model }), ...time('created_at', created) };
}

function textOf(content) {
  const type = content?.content_type;
  if (type === 'code' || type === 'execution_output') return `\`\`\`\n${content.text ?? ''}\n\`\`\``;
  if (type !== 'text' && type !== 'multimodal_text') return '';
  const parts = Array.isArray(content.parts) ? content.parts : [];
  return parts.map((part) => (typeof part === 'string' ? part : (part?.text ?? ''))).filter(Boolean).join('\n\n');
}
