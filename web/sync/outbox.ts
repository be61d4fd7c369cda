import { limits } from '../../protocol/limits.ts'
import type { Row } from './types.ts'
import type { RefusalReason } from './wire.ts'

/** A message on its way, as the local store keeps it. Its id is its identity for ever. */
export interface Unsent {
  id: string
  room: string
  /** The place in the room's queue: first in, first out. */
  order: number
  at: number
  text: string
  replyTo: number | null
  mentions: readonly string[]
  failed: { reason: RefusalReason; detail: string } | null
}

/**
 * The queue of one room's unsent messages. It knows nothing of sockets or storage: it says what to send now, and when
 * to ask again. Nothing leaves it but by settle (the log has the message) or discard (its author gave it up).
 * `now` is the clock's elapsed time; `since` is in epoch milliseconds, for the row.
 */
export interface Outbox {
  add(unsent: Unsent, since: number): void
  /** The log has it. Answers what was settled, if it was here. */
  settle(id: string, now: number): Unsent | null
  /** Refused for good: it stays as a failed row. */
  fail(id: string, failed: NonNullable<Unsent['failed']>, now: number): Unsent | null
  /** Refused for now: nothing is sent until then, and then it goes first. */
  hold(id: string, until: number, now: number): void
  /** Queues a failed message again; null when it is not failed, so that ten taps make one message. */
  retry(id: string, since: number): Unsent | null
  discard(id: string): Unsent | null
  /** The connection is gone: everything has to be sent again, in order. */
  rewind(): void
  /** What to send now, in order. It counts as in flight from here on. */
  next(now: number): Unsent[]
  /** In how many milliseconds `next` has more although nothing happened; null when something has to happen first. */
  wait(now: number): number | null
  /** When the answers in flight become overdue; null with nothing in flight. */
  dueAt(): number | null
  /** What to do about overdue answers. After `resend`, `next` has them again under their own ids. */
  overdue(now: number): 'nothing' | 'resend' | 'reconnect'
  find(id: string): Unsent | undefined
  failed(): Unsent[]
  /** How many are neither settled nor failed. */
  waiting(): number
  rows(): Row[]
}

// Enough to fill a long round trip, few enough that a room's pace is not met by surprise.
const windowSize = 8
const answerWithinMs = 10_000
// Twice as long the second time: a slow network is likelier than a lost frame on an open socket.
const secondAnswerWithinMs = 20_000

interface Item {
  unsent: Unsent
  row: Row
  inFlight: boolean
}

export function createOutbox(): Outbox {
  let items: Item[] = []
  let heldUntil = 0
  // After a refusal one at a time, until an answer shows that the room takes messages again.
  let cautious = false
  // The room's pace, kept here as well, so that a long queue is not sent only to be refused.
  let tokens: number = limits.paceBurst
  let refilledAt = 0
  let quietSince = 0
  let resent = false

  const itemOf = (id: string) => items.find(({ unsent }) => unsent.id === id)
  const queue = () => items.filter(({ unsent }) => !unsent.failed)
  const flying = () => items.filter(({ inFlight }) => inFlight)

  function take(id: string): Unsent | null {
    const item = itemOf(id)
    items = items.filter((other) => other !== item)
    return item?.unsent ?? null
  }

  function change(item: Item, unsent: Unsent, since = 0): Unsent {
    items = items.map((other) => (other === item ? itemFrom(unsent, since) : other))
    return unsent
  }

  function answered(now: number): void {
    quietSince = now
    resent = false
  }

  function rewind(): void {
    for (const item of items) item.inFlight = false
    resent = false
  }

  function refill(now: number): void {
    tokens = Math.min(limits.paceBurst, tokens + (Math.max(0, now - refilledAt) * limits.pacePerSecond) / 1_000)
    refilledAt = now
  }

  function dueAt(): number | null {
    if (flying().length === 0) return null
    return quietSince + (resent ? secondAnswerWithinMs : answerWithinMs)
  }

  return {
    add(unsent, since) {
      if (itemOf(unsent.id)) return
      items = [...items, itemFrom(unsent, since)].sort((one, other) => one.unsent.order - other.unsent.order)
    },
    settle(id, now) {
      const unsent = take(id)
      if (!unsent) return null
      cautious = false
      answered(now)
      return unsent
    },
    fail(id, failed, now) {
      const item = itemOf(id)
      if (!item) return null
      answered(now)
      return change(item, { ...item.unsent, failed })
    },
    hold(id, until, now) {
      const item = itemOf(id)
      if (!item) return
      answered(now)
      item.inFlight = false
      heldUntil = Math.max(heldUntil, until)
      cautious = true
    },
    retry(id, since) {
      const item = itemOf(id)
      return item?.unsent.failed ? change(item, { ...item.unsent, failed: null }, since) : null
    },
    discard: take,
    rewind,
    next(now) {
      refill(now)
      const sent: Unsent[] = []
      if (now < heldUntil) return sent
      const room = cautious ? 1 : windowSize
      const waiting = queue()
      let inFlight = flying().length
      // Something behind what has to be sent is still in flight: its answer is awaited, or the order would be lost.
      const lastInFlight = waiting.findLastIndex((item) => item.inFlight)
      for (const [index, item] of waiting.entries()) {
        if (item.inFlight) continue
        if (index < lastInFlight || inFlight >= room || tokens < 1) break
        if (inFlight === 0) quietSince = now
        item.inFlight = true
        inFlight++
        tokens--
        sent.push(item.unsent)
      }
      return sent
    },
    wait(now) {
      if (!queue().some(({ inFlight }) => !inFlight)) return null
      if (now < heldUntil) return heldUntil - now
      refill(now)
      return tokens < 1 ? Math.ceil(((1 - tokens) * 1_000) / limits.pacePerSecond) : null
    },
    dueAt,
    overdue(now) {
      const due = dueAt()
      if (due === null || now < due) return 'nothing'
      if (resent) return 'reconnect'
      rewind()
      resent = true
      return 'resend'
    },
    find: (id) => itemOf(id)?.unsent,
    failed: () => items.filter(({ unsent }) => unsent.failed).map(({ unsent }) => unsent),
    waiting: () => queue().length,
    rows: () => items.map(({ row }) => row),
  }
}

function itemFrom(unsent: Unsent, since: number): Item {
  const { id: key, text, at, replyTo, failed } = unsent
  const row: Row = failed
    ? { state: 'failed', key, text, at, replyTo, ...failed }
    : { state: 'pending', key, text, at, replyTo, since }
  return { unsent, row, inFlight: false }
}
