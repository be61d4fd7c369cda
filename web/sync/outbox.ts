import { limits } from '../../protocol/limits.ts'
import { targetOf, textOf, type Unsent } from './command.ts'
import type { Notice, Row } from './types.ts'

/**
 * The queue of one room's commands that are on their way. It knows nothing of sockets or storage: it says what to send
 * now, and when to ask again. Nothing leaves it but by land (the room has carried it out), settle (the log has the
 * message) or discard (its author gave it up).
 *
 * Messages go out in their order. So do commands on the same message; one at a time, since the room may have to fetch
 * an old message first. What the room holds back, as slow mode does with messages, holds up nothing of the other sort.
 *
 * `now` is the clock's elapsed time; `since` is in epoch milliseconds, for the row.
 */
export interface Outbox {
  add(unsent: Unsent, since: number): void
  /** The log has it. Answers what was settled, if it was here. */
  settle(id: string, now: number): Unsent | null
  /** The room has carried it out: it is shown as it was until the log shows it. Answers it, if it was here. */
  land(id: string, seq: number, now: number): Unsent | null
  /** The log is held up to here: what landed in it is no longer needed. */
  reached(cursor: number): void
  /** The message has its place: what waited for that goes on. Answers what changed. */
  place(id: string, seq: number): Unsent[]
  /** Refused for good: a message stays as a failed row, anything else as a notice. */
  fail(id: string, failed: NonNullable<Unsent['failed']>, now: number): Unsent | null
  /** Refused for now: nothing of its sort is sent until then, and then it goes first. */
  hold(id: string, until: number, now: number): void
  /** Queues a failed message again; null when it is not failed, so that ten taps make one message. */
  retry(id: string, since: number): Unsent | null
  /** Takes it out, with what waited for it. Answers what is gone. */
  discard(id: string): Unsent[]
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
  failedPosts(): Unsent[]
  /** How many still have to reach the room. */
  waiting(): number
  /** The messages that the timeline does not have. */
  rows(): readonly Row[]
  /** What is on its way for each message, by its seq or id. The same map while nothing changes. */
  pending(): ReadonlyMap<number | string, readonly Unsent[]>
  notices(): readonly Notice[]
}

// Enough to fill a long round trip, few enough that a room's pace is not met by surprise.
const windowSize = 8
const answerWithinMs = 10_000
// Twice as long the second time: a slow network is likelier than a lost frame on an open socket.
const secondAnswerWithinMs = 20_000

interface Item {
  unsent: Unsent
  /** Null for what makes no message. */
  row: Row | null
  inFlight: boolean
  /** The seq under which the room has carried it out. */
  landed: number | null
}

interface Shown {
  rows: readonly Row[]
  pending: ReadonlyMap<number | string, readonly Unsent[]>
  notices: readonly Notice[]
}

export function createOutbox(): Outbox {
  let items: Item[] = []
  let shown: Shown | null = null
  const heldUntil = { post: 0, other: 0 }
  // After a refusal one at a time, until an answer shows that the room takes commands again.
  let cautious = false
  // The room's pace, kept here as well, so that a long queue is not sent only to be refused.
  let tokens: number = limits.paceBurst
  let refilledAt = 0
  let quietSince = 0
  let resent = false

  const itemOf = (id: string) => items.find(({ unsent }) => unsent.id === id)
  const queue = () => items.filter(({ unsent, landed }) => !unsent.failed && landed === null)
  const flying = () => items.filter(({ inFlight }) => inFlight)

  function become(next: Item[]): void {
    items = next
    shown = null
  }

  function take(id: string): Unsent | null {
    const item = itemOf(id)
    if (!item) return null
    become(items.filter((other) => other !== item))
    return item.unsent
  }

  function change(item: Item, changed: Item): Unsent {
    become(items.map((other) => (other === item ? changed : other)))
    return changed.unsent
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

  /** Whether it could go out, as far as its message is concerned. */
  function placed({ unsent }: Item): boolean {
    return typeof targetOf(unsent.command) !== 'string'
  }

  function show(): Shown {
    if (shown) return shown
    const pending = new Map<number | string, Unsent[]>()
    const notices: Notice[] = []
    for (const { unsent } of items) {
      const { id, command, failed } = unsent
      const target = targetOf(command)
      if (failed && command.kind !== 'post') {
        const seq = typeof target === 'number' ? target : null
        notices.push({ id, kind: command.kind, seq, text: textOf(command), ...failed })
      }
      if (!failed && target !== null) pending.set(target, [...(pending.get(target) ?? []), unsent])
    }
    shown = { rows: items.flatMap(({ row }) => row ?? []), pending, notices }
    return shown
  }

  return {
    add(unsent, since) {
      if (itemOf(unsent.id)) return
      become([...items, itemFrom(unsent, since)].sort((one, other) => one.unsent.order - other.unsent.order))
    },
    settle(id, now) {
      const unsent = take(id)
      if (!unsent) return null
      cautious = false
      answered(now)
      return unsent
    },
    land(id, seq, now) {
      const item = itemOf(id)
      if (!item || item.landed !== null) return null
      cautious = false
      answered(now)
      return change(item, { ...item, inFlight: false, landed: seq })
    },
    reached(cursor) {
      if (!items.some(({ landed }) => landed !== null && landed <= cursor)) return
      become(items.filter(({ landed }) => landed === null || landed > cursor))
    },
    place(id, seq) {
      const waited = items.filter(({ unsent }) => targetOf(unsent.command) === id)
      return waited.map((item) => {
        const command = { ...item.unsent.command, target: seq } as Unsent['command']
        return change(item, { ...item, unsent: { ...item.unsent, command } })
      })
    },
    fail(id, failed, now) {
      const item = itemOf(id)
      if (!item || item.landed !== null) return null
      answered(now)
      return change(item, itemFrom({ ...item.unsent, failed }, 0))
    },
    hold(id, until, now) {
      const item = itemOf(id)
      if (!item || item.landed !== null) return
      answered(now)
      item.inFlight = false
      const sort = sortOf(item)
      heldUntil[sort] = Math.max(heldUntil[sort], until)
      cautious = true
    },
    retry(id, since) {
      const item = itemOf(id)
      return item?.unsent.failed ? change(item, itemFrom({ ...item.unsent, failed: null }, since)) : null
    },
    discard(id) {
      const waited = items.filter(({ unsent }) => targetOf(unsent.command) === id)
      return [id, ...waited.map(({ unsent }) => unsent.id)].map(take).filter((gone) => gone !== null)
    },
    rewind,
    next(now) {
      refill(now)
      const sent: Unsent[] = []
      const room = cautious ? 1 : windowSize
      const waiting = queue()
      let inFlight = flying().length
      // Messages behind one that has to be sent are still in flight: their answers are awaited, or the order would be lost.
      const lastPost = waiting.findLastIndex((item) => item.inFlight && sortOf(item) === 'post')
      const passed = new Set<unknown>()
      for (const [index, item] of waiting.entries()) {
        const sort = sortOf(item)
        const about = sort === 'post' ? null : targetOf(item.unsent.command)
        const behind = sort === 'post' ? passed.has(sort) || index < lastPost : passed.has(about)
        if (item.inFlight || behind || now < heldUntil[sort] || !placed(item)) {
          // A message in flight holds up none behind it; whatever else waits or flies does.
          if (sort === 'other') passed.add(about)
          else if (!item.inFlight) passed.add(sort)
          continue
        }
        if (inFlight >= room || tokens < 1) break
        if (inFlight === 0) quietSince = now
        item.inFlight = true
        inFlight++
        tokens--
        if (sort === 'other') passed.add(about)
        sent.push(item.unsent)
      }
      return sent
    },
    wait(now) {
      const ready = queue().filter((item) => !item.inFlight && placed(item))
      if (ready.length === 0) return null
      const free = ready.some((item) => now >= heldUntil[sortOf(item)])
      if (!free) return Math.min(...ready.map((item) => heldUntil[sortOf(item)] - now))
      refill(now)
      const held = ready.map((item) => heldUntil[sortOf(item)] - now).filter((ms) => ms > 0)
      const pace = tokens < 1 ? [Math.ceil(((1 - tokens) * 1_000) / limits.pacePerSecond)] : []
      const waits = [...held, ...pace]
      return waits.length === 0 ? null : Math.min(...waits)
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
    failedPosts: () =>
      items.map(({ unsent }) => unsent).filter(({ failed, command }) => failed && command.kind === 'post'),
    waiting() {
      const waiting = queue()
      const ids = new Set<unknown>(waiting.map(({ unsent }) => unsent.id))
      // What waits for a message that failed waits for its author, not for the room.
      return waiting.filter((item) => placed(item) || ids.has(targetOf(item.unsent.command))).length
    },
    rows: () => show().rows,
    pending: () => show().pending,
    notices: () => show().notices,
  }
}

function sortOf({ unsent }: Item): 'post' | 'other' {
  return unsent.command.kind === 'post' ? 'post' : 'other'
}

function itemFrom(unsent: Unsent, since: number): Item {
  return { unsent, row: rowFrom(unsent, since), inFlight: false, landed: null }
}

function rowFrom({ id: key, at, command, failed }: Unsent, since: number): Row | null {
  if (command.kind !== 'post') return null
  const { text, replyTo, thread } = command
  const body = { key, text, at, replyTo, ...(thread === null ? {} : { thread }) }
  return failed ? { state: 'failed', ...body, ...failed } : { state: 'pending', ...body, since }
}
