// Before anything is drawn, so that nothing flashes. Browsers that are too old for the page have to understand it too.

// The page is made of what browsers have since spring 2024. Older ones get the pages that need no script.
if (!CSS.supports('color', 'light-dark(red, red)') || !('popover' in HTMLElement.prototype)) {
  const conversation = /^(\/c\/[0-9a-zA-Z]+)?\/?$/.exec(location.pathname);
  if (conversation) location.replace((conversation[1] || '') + '/plain');
}

// The theme that the reader chose on this device.
try {
  const theme = localStorage.getItem('hearth.theme');
  if (theme) document.documentElement.dataset.theme = theme;
} catch (forbidden) {
  // The system's.
}
