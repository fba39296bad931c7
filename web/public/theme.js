// Runs before the first paint, so that a chosen theme does not flash. A file, because a strict policy runs no inline script.
try {
  var theme = localStorage.getItem('ballroom.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Without storage the system's preference applies.
}
