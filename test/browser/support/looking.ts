import type { Page } from 'playwright-core'

// A browser without windows has every page in front: what it tells the page is told here.

/** The person turns to another window, or (`hidden`) to another tab of this one. */
export async function lookAway(page: Page, how: 'unfocused' | 'hidden' = 'unfocused'): Promise<void> {
  await tell(page, { focused: false, visible: how !== 'hidden' })
}

/** The person turns back to the page. */
export async function lookBack(page: Page): Promise<void> {
  await tell(page, { focused: true, visible: true })
}

async function tell(page: Page, now: { focused: boolean; visible: boolean }): Promise<void> {
  await page.evaluate(({ focused, visible }) => {
    document.hasFocus = () => focused
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: visible ? 'visible' : 'hidden' })
    document.dispatchEvent(new Event('visibilitychange'))
    dispatchEvent(new Event(focused ? 'focus' : 'blur'))
  }, now)
}

/** How far a page has said that its person has read, over the sockets that it opens from now on. */
export function readsOf(page: Page): { upTo: () => number } {
  let read = 0
  page.on('websocket', (socket) => {
    if (!socket.url().includes('/rooms/')) return
    socket.on('framesent', ({ payload }) => {
      if (payload === 'ping') return
      const frame = JSON.parse(String(payload)) as { t?: string; read?: number }
      if (frame.t === 'mark') read = Math.max(read, frame.read ?? 0)
    })
  })
  return { upTo: () => read }
}
