const key = 'parley.reloaded'

/**
 * After a new version went out, the parts of this one that were not loaded yet are gone: one reload gets the new page.
 * Only one: if it did not help, reloading again would not either. What is unsent is kept.
 */
export function reloadOnce(): void {
  addEventListener('vite:preloadError', (event) => {
    try {
      if (sessionStorage.getItem(key) !== null) return
      sessionStorage.setItem(key, '1')
    } catch {
      return
    }
    event.preventDefault()
    location.reload()
  })
}
