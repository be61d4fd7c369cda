import type { Page } from '../../protocol/api.ts'
import type { Unsent } from './command.ts'
import { covers, lowestOf } from './ranges.ts'
import { createRows } from './rows.ts'
import * as timelines from './timeline.ts'
import type { Batch, Timeline } from './timeline.ts'
import type { AwayView, Row, Shown } from './types.ts'

/**
 * A second window into a room, away from its newest messages. What lies between the two is not known, so nothing of one
 * stands in the other until they touch: then they are one again.
 */
export interface Away {
  /** Goes to the message with this seq: where it is held, else in a window around it. */
  show(seq: number): Promise<Shown>
  /** Makes the window longer on one side. A failure stands in the view. */
  load(side: Side): Promise<void>
  /** Back to the newest messages. */
  home(): void
  /** The room changed: states of messages that are held here are taken over. */
  take(batch: Batch): void
  /** From which seq on changes concern this window; null: none is open. */
  from(): number | null
  view(pending: ReadonlyMap<number | string, readonly Unsent[]>, now: number): AwayView | null
  /** When the next message shown here disappears; null: none does. */
  expiresNext(): number | null
}

export type Side = 'older' | 'newer'

/** Where a page lies. */
export type Near = { before: number } | { after: number } | { around: number }

export interface AwayDeps {
  me: string
  /** The window that reaches the newest messages. */
  timeline(): Timeline
  fetchNear(near: Near): Promise<Page>
  /** Shows the page, once it is as new as the rest; false when it cannot be shown. */
  take(page: Page, show: (page: Page) => void): Promise<boolean>
  /** Adds what touches the newest messages to them. */
  join(page: Batch & { more: boolean }): void
  changed(): void
}

const nothing: readonly Row[] = []

export function createAway(deps: AwayDeps): Away {
  const shownRows = createRows(deps.me)
  let window: Timeline | null = null
  let states: Record<Side, 'more' | 'loading' | 'failed'> = { older: 'more', newer: 'more' }
  // Which window, or which wish for one, a page belongs to.
  let wishes = 0

  function leave(): void {
    wishes++
    window = null
    states = { older: 'more', newer: 'more' }
  }

  function home(): void {
    if (window === null) return void wishes++
    leave()
    deps.changed()
  }

  /** Joined with the newest messages where it touches them. */
  function settle(next: Timeline): void {
    const lowest = lowestOf(deps.timeline().covered)
    const [range] = next.covered
    if (range === undefined || lowest === null) return leave()
    if (range[1] < lowest - 1) return void (window = next)
    leave()
    deps.join({ covers: range, messages: next.messages, more: !next.atStart })
  }

  function opened({ covers: range, messages, more }: Page): Timeline {
    const { epoch, facts } = deps.timeline()
    const next = timelines.applyChanges({ ...timelines.emptyTimeline, facts }, { covers: range, messages }, epoch ?? 0)
    return more ? next : { ...next, atStart: true }
  }

  function longer(held: Timeline, side: Side, { covers: range, messages, more }: Page): Timeline {
    const [[from, to] = [0, 0]] = held.covered
    // What came too late to touch the window belongs to another one.
    if (range[1] < from - 1 || range[0] > to + 1) return held
    const next = timelines.applyChanges(held, { covers: range, messages }, held.epoch ?? 0)
    return side === 'older' && !more ? { ...next, atStart: true } : next
  }

  async function show(seq: number): Promise<Shown> {
    const main = deps.timeline()
    if (covers(main.covered, seq)) {
      if (!stands(main.messages, seq)) return 'gone'
      home()
      return 'shown'
    }
    if (window !== null && covers(window.covered, seq)) return stands(window.messages, seq) ? 'shown' : 'gone'
    if (lowestOf(main.covered) === null) return 'failed'
    const mine = ++wishes
    const page = await deps.fetchNear({ around: seq }).catch(() => null)
    if (page === null || mine !== wishes) return 'failed'
    if (!stands(page.messages, seq)) return 'gone'
    let shown = false
    await deps.take(page, (fresh) => {
      if (mine !== wishes) return
      leave()
      settle(opened(fresh))
      shown = true
    })
    deps.changed()
    return shown ? 'shown' : 'failed'
  }

  async function load(side: Side): Promise<void> {
    const [range] = window?.covered ?? []
    if (window === null || range === undefined || states[side] === 'loading') return
    if (side === 'older' && window.atStart) return
    const mine = wishes
    state(side, 'loading')
    const page = await deps.fetchNear(side === 'older' ? { before: range[0] } : { after: range[1] }).catch(() => null)
    const taken =
      page !== null &&
      mine === wishes &&
      (await deps.take(page, (fresh) => {
        if (mine === wishes && window !== null) settle(longer(window, side, fresh))
      }))
    if (mine !== wishes) return deps.changed()
    // A page that brings the window no further would be asked for again and again.
    const [now] = window.covered
    const further = window.atStart || (side === 'older' ? now?.[0] !== range[0] : now?.[1] !== range[1])
    state(side, taken && further ? 'more' : 'failed')
  }

  function state(side: Side, now: 'more' | 'loading' | 'failed'): void {
    states = { ...states, [side]: now }
    deps.changed()
  }

  return {
    show,
    load,
    home,
    take(batch) {
      const [range] = window?.covered ?? []
      // The range that is held already: what happens elsewhere makes this window no longer.
      if (window !== null && range) window = timelines.applyChanges(window, { ...batch, covers: range }, 0)
    },
    from: () => (window === null ? null : lowestOf(window.covered)),
    view(pending, now) {
      if (window === null) return null
      const rows = shownRows.rows({ timeline: window, waiting: nothing, pending, now })
      return { rows, older: window.atStart ? 'none' : states.older, newer: states.newer }
    },
    expiresNext: () => (window === null ? null : shownRows.expiresNext()),
  }
}

/** Whether there is a message with this seq to be seen. */
function stands(messages: Timeline['messages'], seq: number): boolean {
  return messages.some((message) => message.seq === seq && !message.deleted)
}
