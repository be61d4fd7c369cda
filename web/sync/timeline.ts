import { addFacts, noFacts, settle, type Facts } from './facts.ts'
import { addRange, clipBelow, covers, cursorOf, lowestOf, type Range, type Ranges } from './ranges.ts'
import type { Erasure, Expiry, Message } from './wire.ts'

/**
 * What this client holds of a room's log. Plain data, replaced and never mutated. Messages come from live frames,
 * catch-up, pages of history and the local store, in any order: a state is taken when none is held or its rev is
 * higher. Which seqs are known is said by `covered` alone: a seq inside it without a message is no gap, and final once
 * everything was caught up with: until then a message that was changed comes in a later chunk than its neighbours.
 *
 * The end of the first covered range is the cursor: every event up to there has been applied to what is held. So only
 * changes move it; a page of history adds what lies below the lowest held seq, and nothing else.
 */
export interface Timeline {
  /** The epoch that what is held belongs to; null when nothing is held. */
  epoch: number | null
  covered: Ranges
  /** Ascending by seq. */
  messages: readonly Message[]
  /** Whether nothing exists below the lowest covered seq. */
  atStart: boolean
  facts: Facts
}

export const emptyTimeline: Timeline = { epoch: null, covered: [], messages: [], atStart: false, facts: noFacts }

/** Changes or a page that cover a range, ends included. */
export interface Batch {
  covers: Range
  messages: readonly Message[]
  expired?: Expiry | undefined
  erased?: readonly Erasure[] | undefined
}

/** The timeline after `changes` of the room: the first ones give an empty timeline its place and its epoch. */
export function applyChanges(timeline: Timeline, batch: Batch, epoch: number): Timeline {
  const next = applyBatch(timeline, batch)
  return timeline.epoch === null ? settleStart({ ...next, epoch }) : next
}

/**
 * The timeline after a page of history, whose states are as of the cursor or later. A page that does not reach what is
 * held is left out: it belongs to another window.
 */
export function applyPage(timeline: Timeline, page: Batch & { more: boolean }): Timeline {
  const lowest = lowestOf(timeline.covered)
  const [from, to] = page.covers
  if (lowest === null || to < lowest - 1) return timeline
  const next = applyBatch(timeline, { ...page, covers: [Math.min(from, lowest), lowest - 1] })
  return settleStart(page.more ? next : { ...next, atStart: true })
}

/** The timeline after facts that came with no changes: those that are still being worked through. */
export function applyFacts(timeline: Timeline, more: Pick<Batch, 'expired' | 'erased'>): Timeline {
  const facts = addFacts(timeline.facts, more)
  if (facts === timeline.facts) return timeline
  return { ...timeline, facts, messages: timeline.messages.map((message) => settle(message, facts)) }
}

/** What was held cannot be continued. */
export function applyReset(epoch: number): Timeline {
  return { ...emptyTimeline, epoch }
}

/** The cursor: everything from the lowest held seq up to here is known. 0 when nothing is held. */
export function cursor(timeline: Timeline): number {
  return cursorOf(timeline.covered) ?? 0
}

/** What hello says of this timeline. */
export function position(timeline: Timeline): { epoch: number | null; since: number; from: number } {
  const since = cursorOf(timeline.covered)
  if (since === null || timeline.epoch === null) return { epoch: null, since: 0, from: 0 }
  return { epoch: timeline.epoch, since, from: lowestOf(timeline.covered)! }
}

/** The newest messages, at most so many, with what is covered among them: what the local store keeps. */
export function newest(timeline: Timeline, count: number): Timeline {
  const { messages, covered } = timeline
  if (messages.length <= count) return timeline
  const kept = messages.slice(-count)
  return { ...timeline, messages: kept, covered: clipBelow(covered, kept[0]!.seq), atStart: false }
}

function applyBatch(timeline: Timeline, { covers: range, messages, ...facts }: Batch): Timeline {
  const covered = addRange(timeline.covered, range)
  // The state of a message that is not held says nothing of those around it.
  const known = messages.filter(({ seq }) => covers(covered, seq)).map((message) => settle(message, timeline.facts))
  // The facts come after the states: only the latest expiry is told, and an earlier one had taken out some of these.
  return applyFacts({ ...timeline, covered, messages: merge(timeline.messages, known) }, facts)
}

function settleStart(timeline: Timeline): Timeline {
  return !timeline.atStart && lowestOf(timeline.covered) === 1 ? { ...timeline, atStart: true } : timeline
}

/** The messages with others; of two states of one the higher rev wins. */
function merge(held: readonly Message[], incoming: readonly Message[]): readonly Message[] {
  if (incoming.length === 0) return held
  const bySeq = new Map<number, Message>()
  for (const message of incoming) {
    const other = bySeq.get(message.seq)
    if (!other || message.rev > other.rev) bySeq.set(message.seq, message)
  }
  const lowest = Math.min(...bySeq.keys())
  let start = held.length
  while (start > 0 && held[start - 1]!.seq >= lowest) {
    start--
    const mine = held[start]!
    const theirs = bySeq.get(mine.seq)
    if (!theirs || mine.rev >= theirs.rev) bySeq.set(mine.seq, mine)
  }
  const tail = [...bySeq.values()].sort((one, other) => one.seq - other.seq)
  return [...held.slice(0, start), ...tail]
}
