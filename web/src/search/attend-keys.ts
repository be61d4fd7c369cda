import { search } from './asked.ts'

/** Ctrl or Cmd with K searches everywhere, with F the room that is open; once more, F is the browser's. */
export function attendKeys(): () => void {
  const pressed = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.defaultPrevented) return
    const room = /^\/r\/([^/]+)/.exec(location.pathname)?.[1] ?? null
    if (event.key === 'k') search(null)
    else if (event.key === 'f' && room !== null && !document.activeElement?.closest('[data-search]')) search(room)
    else return
    event.preventDefault()
  }
  addEventListener('keydown', pressed)
  return () => removeEventListener('keydown', pressed)
}
