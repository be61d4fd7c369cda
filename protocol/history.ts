import type { ChangesPage, Page } from './api.ts'
import type { Message } from './message.ts'

/** Where a page of history lies: below a seq, above one, or around one. Null: at the end. */
export type PagePlace = { before: number } | { after: number } | { around: number } | null

/** The lowest seq that someone may read, and the seq of the room's last event. */
export interface Bounds {
  bottom: number
  head: number
}

/** A page is so many messages below an edge and so many from the edge on. */
export interface PagePlan {
  edge: number
  below: number
  above: number
}

/** What a page is made of. An edge outside of what there is to read moves to its end. */
export function planPage(place: PagePlace, limit: number, { bottom, head }: Bounds): PagePlan {
  const within = (seq: number) => Math.max(bottom, Math.min(seq, head + 1))
  if (place === null) return { edge: within(head + 1), below: limit, above: 0 }
  if ('before' in place) return { edge: within(place.before), below: limit, above: 0 }
  if ('after' in place) return { edge: within(place.after + 1), below: 0, above: limit }
  const below = Math.floor(limit / 2)
  return { edge: within(Math.min(place.around, head)), below, above: limit - below }
}

/** Whether a log that begins with `floor` has it. What is below a message in the middle may be the next page's. */
export function held({ edge, below, above }: PagePlan, { bottom }: Bounds, floor: number): boolean {
  if (above > 0) return edge >= floor
  return below === 0 || edge > floor || edge <= bottom
}

/**
 * The page that was planned. `below` and `above` are what a source found, ascending; it has everything from `floor` to
 * `top`.
 */
export function madePage(
  plan: PagePlan,
  found: { below: Message[]; above: Message[]; floor: number; top: number; asOf: number },
  { bottom, head }: Bounds,
): Page {
  const { edge } = plan
  const { below, above, asOf } = found
  const floor = Math.min(edge, Math.max(found.floor, bottom))
  const top = Math.max(edge - 1, found.top)
  const start = plan.below === 0 ? edge : below.length < plan.below ? floor : below[0]!.seq
  const end = plan.above === 0 ? edge - 1 : above.length < plan.above ? top : above.at(-1)!.seq
  return { covers: [start, end], messages: [...below, ...above], more: start > bottom, moreAfter: end < head, asOf }
}

/** What a source found for a page of changes: older messages by rev and then by seq, and newer ones by seq. */
export interface Changed {
  touched: Message[]
  fresh: Message[]
  asOf: number
  /** Whether there may be more of either. */
  full: { touched: boolean; fresh: boolean }
}

/**
 * The page of changes after `since`. With `seq`, the last event that it tells of may be told in part; without it, the
 * source has found the whole of it.
 */
export function madeChanges(
  { since, seq }: { since: number; seq?: number | undefined },
  { touched, fresh, asOf, full }: Changed,
): ChangesPage {
  const last = full.touched ? touched.at(-1) : undefined
  const parted = last !== undefined && seq !== undefined
  // A message above the last fresh one has a higher rev than its seq, so up to that seq everything is told.
  const ends = [...(full.fresh ? [fresh.at(-1)!.seq] : []), ...(last ? [parted ? last.rev - 1 : last.rev] : [])]
  const to = Math.max(since, Math.min(asOf, ...ends))
  const messages = [...touched, ...fresh].sort((one, other) => one.rev - other.rev)
  return { to, ...(parted && to === last.rev - 1 && { seq: last.seq }), messages, more: ends.length > 0, asOf }
}
