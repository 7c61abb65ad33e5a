// make('p', { className: 'note' }, 'text', element) → an element. Properties where there is one of that name, else
// attributes. There are no HTML strings in this page.
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  set(element, properties);
  element.append(...children);
  return element;
}

// What is so already is left alone: the same text would be laid out anew, and read out anew.
export function set(element, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (!(name in element)) element.setAttribute(name, value);
    else if (element[name] !== value) element[name] = value;
  }
}

// An event that the page listens to, sent up from one of its elements.
export function send(element, type, detail) {
  element.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
}
