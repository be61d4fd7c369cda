import type { Page } from '../../protocol/api.ts'
import { lowestOf } from './ranges.ts'
import type { Timeline } from './timeline.ts'
import type { RoomView } from './types.ts'

/** Brings older messages from the history into a timeline. */
export interface Pager {
  older(): RoomView['older']
  /** A failure stands in `older`. */
  loadOlder(): Promise<void>
  /** The window was dropped: a page that was asked for before belongs to another one. */
  startOver(): void
}

export interface PagerDeps {
  timeline(): Timeline
  fetchPage(before: number): Promise<Page>
  /** Shows the page, once it is as new as the rest; false when it cannot be shown. */
  take(page: Page): Promise<boolean>
  changed(): void
}

export function createPager({ timeline, fetchPage, take, changed }: PagerDeps): Pager {
  let state: 'idle' | 'loading' | 'failed' = 'idle'
  let windows = 0
  let flight = Promise.resolve()

  /** Whether the page was of this window. */
  async function load(before: number): Promise<boolean> {
    const window = windows
    const page = await fetchPage(before)
    return window === windows && (await take(page))
  }

  /** Whoever asks while a page is on its way waits for that one. */
  function loadOlder(): Promise<void> {
    if (state === 'loading') return flight
    return (flight = loadNext())
  }

  async function loadNext(): Promise<void> {
    const before = lowestOf(timeline().covered)
    if (before === null || timeline().atStart) return
    const window = windows
    state = 'loading'
    changed()
    const got = await load(before).catch(() => false)
    if (window !== windows) return
    // A page that brings the window no further would be asked for again and again.
    const further = timeline().atStart || lowestOf(timeline().covered) !== before
    state = got && further ? 'idle' : 'failed'
    changed()
  }

  return {
    older() {
      const { atStart, covered } = timeline()
      if (atStart || covered.length === 0) return 'none'
      return state === 'idle' ? 'more' : state
    },
    loadOlder,
    startOver() {
      windows++
      state = 'idle'
    },
  }
}
