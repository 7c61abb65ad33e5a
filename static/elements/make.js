// make('p', { className: 'note' }, 'text', element) → an element. Properties where there is one of that name, else
// attributes. There are no HTML strings in this page.
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [one, value] of Object.entries(properties)) assign(element, one, value);
  element.append(...children);
  return element;
}

// What is so already is left alone: the same text would be laid out anew, and read out anew.
export function set(element, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (!(name in element) || element[name] !== value) assign(element, name, value);
  }
}

function assign(element, name, value) {
  if (name in element) element[name] = value;
  else element.setAttribute(name, value);
}

// An event that the page listens to, sent up from one of its elements.
export function send(element, type, detail) {
  element.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
}
