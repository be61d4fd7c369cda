import { addRange, clipBelow, cursorOf, holes, lowestOf, touches, type Range, type Ranges } from './ranges.ts'
import type { Row } from './types.ts'
import type { Message } from './wire.ts'

/**
 * What this client holds of a room's log. Plain data, replaced and never mutated. Messages come from live frames,
 * catch-up, pages of history, acks and the local store, in any order: a state is taken when none is held or its rev is
 * higher. Which seqs are known is said by `covered` alone: a seq inside it without a message is final, not a gap.
 */
export interface Timeline {
  /** The epoch that what is held belongs to; null when nothing is held. */
  epoch: number | null
  covered: Ranges
  /** Ascending by seq. */
  messages: readonly Message[]
  /** Whether nothing exists below the lowest covered seq. */
  atStart: boolean
}

export const emptyTimeline: Timeline = { epoch: null, covered: [], messages: [], atStart: false }

/** Changes or a page that cover a range, ends included. */
export interface Batch {
  covers: Range
  messages: readonly Message[]
}

/** The timeline after `changes` of the room: the first ones give an empty timeline its place and its epoch. */
export function applyChanges(timeline: Timeline, batch: Batch, epoch: number): Timeline {
  const next = applyBatch(timeline, batch)
  return timeline.epoch === null ? settleStart({ ...next, epoch }) : next
}

/** The timeline after a page of history. A page that touches nothing held is left out: it belongs to another window. */
export function applyPage(timeline: Timeline, batch: Batch & { more: boolean }): Timeline {
  if (!touches(timeline.covered, batch.covers)) return timeline
  const next = applyBatch(timeline, batch)
  const reachesLowest = lowestOf(next.covered)! >= batch.covers[0]
  return settleStart(reachesLowest && !batch.more ? { ...next, atStart: true } : next)
}

/** The timeline after an own message was acknowledged. Below the window it is history that was not loaded yet. */
export function applyAck(timeline: Timeline, message: Message): Timeline {
  const lowest = lowestOf(timeline.covered)
  if (lowest === null || message.seq < lowest) return timeline
  return applyBatch(timeline, { covers: [message.seq, message.seq], messages: [message] })
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

/** The timeline's rows: confirmed messages with a gap row in each hole, then those of `waiting` not yet confirmed. */
export function rowsOf(timeline: Timeline, waiting: readonly Row[]): Row[] {
  const rows: Row[] = []
  const gaps = holes(timeline.covered)
  const unconfirmed = new Map(waiting.map((row) => [row.key, row]))
  for (const message of timeline.messages) {
    while (gaps[0] && gaps[0].after < message.seq) rows.push(gapRow(gaps.shift()!))
    rows.push(confirmedRow(message))
    if (unconfirmed.size > 0) unconfirmed.delete(message.id)
  }
  for (const gap of gaps) rows.push(gapRow(gap))
  return [...rows, ...unconfirmed.values()]
}

/** Rows that stay the same array while nothing in them changes: typing and ticks redraw no timeline. */
export function createRows(): (timeline: Timeline, waiting: readonly Row[]) => readonly Row[] {
  let shown: { timeline: Timeline; waiting: readonly Row[]; rows: readonly Row[] } | null = null
  return (timeline, waiting) => {
    const same =
      shown?.timeline === timeline &&
      shown.waiting.length === waiting.length &&
      waiting.every((row, index) => row === shown?.waiting[index])
    if (!same) shown = { timeline, waiting, rows: rowsOf(timeline, waiting) }
    return shown!.rows
  }
}

function applyBatch(timeline: Timeline, { covers, messages }: Batch): Timeline {
  return { ...timeline, covered: addRange(timeline.covered, covers), messages: merge(timeline.messages, messages) }
}

function settleStart(timeline: Timeline): Timeline {
  return !timeline.atStart && lowestOf(timeline.covered) === 1 ? { ...timeline, atStart: true } : timeline
}

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

// The same message gives the same row object, so that a list redraws only what changed.
const rowOfMessage = new WeakMap<Message, Row>()

function confirmedRow(message: Message): Row {
  let row = rowOfMessage.get(message)
  if (!row) rowOfMessage.set(message, (row = { state: 'confirmed', key: message.id, message }))
  return row
}

function gapRow({ after, before }: { after: number; before: number }): Row {
  return { state: 'gap', key: `gap:${after}`, after, before }
}
