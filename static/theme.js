// Before anything is drawn, so that nothing flashes: the theme that the reader chose on this device.
try {
  const theme = localStorage.getItem('hearth.theme');
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Forbidden: the system's.
}
