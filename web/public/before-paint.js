// Runs before the first paint: the chosen theme and the shape of the skeleton must not flash.
{
  const root = document.documentElement
  try {
    const theme = localStorage.getItem('parley.theme')
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
  } catch {
    // Storage is closed to this page: the system's theme it is.
  }
  root.dataset.skeleton = /^\/(sign-in|sign-up|j\/)/.test(location.pathname)
    ? 'card'
    : location.pathname.startsWith('/r/')
      ? 'room'
      : 'list'
}
