import { uuidV7 } from '../../protocol/ids.ts'
import type { Command } from '../../protocol/upstream.ts'
import { alarm, type Clock } from './clock.ts'
import { frameOf, problemOf, textOf, type Queued, type Unsent } from './command.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import type { Store } from './store.ts'
import type { Ack, Message, Refused } from './wire.ts'

/** Brings one room's outbox to the room: keeps it, sends it, asks again, and settles it. */
export interface Sender extends Pick<Outbox, 'rows' | 'pending' | 'notices' | 'waiting'> {
  /** Takes over what an earlier page left unsent. */
  load(unsent: readonly Unsent[]): void
  /** Rejects with RangeError when it does not fit. */
  send(command: Queued): Promise<string>
  retry(id: string): void
  retryAll(): void
  discard(id: string): Promise<string>
  dismiss(id: string): void
  /** The room has carried it out; whether it was still waiting here. */
  acked(ack: Ack): boolean
  refused(refused: Refused): void
  /** The log has these messages, wherever they came from. */
  seen(messages: readonly Message[]): void
  /** Everything up to here is held: what landed in it need not be shown as done any more. */
  reached(cursor: number): void
  /** The room is live: whatever waits goes out now. */
  flush(): void
  /** The connection is gone. */
  down(): void
  /** The room takes nothing from this person any more: what waits has failed. */
  giveUp(detail: string): void
  /** What was settled may leave the store: the messages themselves are kept by now. */
  dropSettled(): Promise<void>
}

export interface SenderDeps {
  roomId: string
  me: string
  store: Store
  clock: Clock
  randomBytes(count: number): Uint8Array
  live(): boolean
  post(frame: Command): boolean
  reconnect(): void
  /** Someone wants it sent now. */
  hurry(): void
  changed(): void
  /** The store could not keep a command: it lives in this tab alone. */
  notKept(): void
}

export function createSender(deps: SenderDeps): Sender {
  const { roomId, me, store, clock, changed } = deps
  const outbox = createOutbox()
  const later = alarm(clock)
  const settled: string[] = []
  let writing: Promise<unknown> = Promise.resolve()
  let lastOrder = 0

  function flush(): void {
    later.clear()
    if (!deps.live()) return
    // One look at the clock: what may not go yet at one moment and need not wait at the next would never go.
    const now = clock.elapsed()
    if (outbox.overdue(now) === 'reconnect') return deps.reconnect()
    for (const unsent of outbox.next(now)) {
      if (!deps.post(frameOf(unsent)!)) return outbox.rewind()
    }
    const due = outbox.dueAt()
    const waits = [outbox.wait(now), due === null ? null : Math.max(0, due - now)].filter((ms) => ms !== null)
    if (waits.length > 0) later.set(Math.min(...waits), flush)
  }

  /** The message has its seq: what waited for it is about that from here on, in the store too before it forgets the message. */
  function place(id: string, seq: number): void {
    for (const unsent of outbox.place(id, seq)) write(unsent)
  }

  async function keep(fresh: Omit<Unsent, 'order'>): Promise<Unsent> {
    try {
      return await store.addUnsent(fresh)
    } catch {
      deps.notKept()
      return { ...fresh, order: lastOrder + 1 }
    }
  }

  function write(unsent: Unsent | null): void {
    if (!unsent) return
    const written = store.putUnsent(unsent).catch(() => {})
    writing = Promise.all([writing, written])
  }

  function forget(id: string): Promise<void> {
    return store.removeUnsent(id).catch(() => {})
  }

  function hurry(): void {
    changed()
    if (deps.live()) flush()
    else deps.hurry()
  }

  return {
    load(unsent) {
      for (const one of unsent) outbox.add(one, clock.now())
      lastOrder = Math.max(lastOrder, ...unsent.map(({ order }) => order))
    },
    async send(written) {
      const command = clean(written)
      const id = uuidV7(clock.now(), deps.randomBytes(10))
      const problem = problemOf({ id, command })
      if (problem) throw new RangeError(`The ${command.kind === 'post' ? 'message' : command.kind} ${problem}.`)
      const unsent = await keep({ id, room: roomId, at: clock.now(), command, failed: null })
      lastOrder = Math.max(lastOrder, unsent.order)
      outbox.add(unsent, clock.now())
      changed()
      flush()
      return id
    },
    retry(id) {
      write(outbox.retry(id, clock.now()))
      hurry()
    },
    retryAll() {
      for (const { id } of outbox.failedPosts()) write(outbox.retry(id, clock.now()))
      hurry()
    },
    async discard(id) {
      const unsent = outbox.find(id)
      // What is on its way cannot be called back.
      if (!unsent?.failed) return ''
      const gone = outbox.discard(id)
      changed()
      await Promise.all(gone.map((one) => forget(one.id)))
      return textOf(unsent.command) ?? ''
    },
    dismiss(id) {
      if (!outbox.notices().some((notice) => notice.id === id)) return
      outbox.discard(id)
      void forget(id)
      changed()
    },
    acked({ id, seq }) {
      const unsent = outbox.land(id, seq, clock.elapsed())
      if (unsent) settled.push(id)
      if (unsent?.command.kind === 'post') place(id, seq)
      flush()
      return unsent !== null
    },
    refused({ id, reason, detail, retryAfterMs }) {
      if (id === null) return
      const now = clock.elapsed()
      if (retryAfterMs === undefined) write(outbox.fail(id, { reason, detail }, now))
      else outbox.hold(id, now + retryAfterMs, now)
      flush()
    },
    seen(messages) {
      for (const { id, by, seq } of messages) {
        if (by !== me) continue
        if (outbox.settle(id, clock.elapsed())) settled.push(id)
        place(id, seq)
      }
      flush()
    },
    reached: outbox.reached,
    flush,
    down() {
      later.clear()
      outbox.rewind()
    },
    giveUp(detail) {
      later.clear()
      const waiting = [...outbox.pending().values()].flat().map(({ id }) => id)
      const posts = outbox.rows().flatMap((row) => (row.state === 'pending' ? [row.key] : []))
      for (const id of [...posts, ...waiting]) write(outbox.fail(id, { reason: 'internal', detail }, clock.elapsed()))
    },
    async dropSettled() {
      const ids = settled.splice(0)
      await writing
      await Promise.all(ids.map(forget))
    },
    rows: outbox.rows,
    pending: outbox.pending,
    notices: outbox.notices,
    waiting: outbox.waiting,
  }
}

/** What no text may hold is taken out of it rather than refused. */
function clean(command: Queued): Queued {
  return 'text' in command ? { ...command, text: command.text.toWellFormed().replaceAll('\0', '') } : command
}
