// Runs before the first paint: the chosen theme and the shape of the skeleton must not flash.
{
  const root = document.documentElement
  try {
    const theme = localStorage.getItem('parley.theme')
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
  } catch {
    // Storage is closed to this page: the system's theme it is.
  }
  root.dataset.skeleton = /^\/(sign-in|sign-up|forgot|new-password|auth|j|m|meet)(\/|$)/.test(location.pathname)
    ? 'card'
    : location.pathname.startsWith('/r/')
      ? 'room'
      : 'list'
  // What a mail's link is spent with shall be in no address that anyone sees, copies, or is sent as a referrer.
  const query = new URLSearchParams(location.search)
  if (location.pathname === '/auth/confirm' && query.has('token_hash')) {
    const mail = { tokenHash: query.get('token_hash'), type: query.get('type') }
    for (const each of ['token_hash', 'type']) query.delete(each)
    history.replaceState({ mail }, '', query.size > 0 ? `?${query}` : location.pathname)
  }
}
