const key = 'parley.renewed'

/** Within so long a page that was loaded anew is not loaded anew again: if it did not help, it will not. */
const apartMs = 5 * 60_000

let holding = 0

/** Keeps the page from being loaded anew, which would end a call, until what it returns is called. */
export function holdPage(): () => void {
  holding++
  return () => {
    holding--
  }
}

/** Loads the page anew, unless that ends a call or was tried just now. What is unsent is kept. */
export function renewPage(): void {
  if (holding > 0) return
  try {
    if (Date.now() - Number(sessionStorage.getItem(key)) < apartMs) return
    sessionStorage.setItem(key, String(Date.now()))
  } catch {
    return
  }
  location.reload()
}
