import { MessageText } from '../../protocol/text.ts'
import { uuidV7 } from '../../protocol/ids.ts'
import { alarm, type Clock } from './clock.ts'
import { createOutbox, type Unsent } from './outbox.ts'
import type { Store } from './store.ts'
import type { Row } from './types.ts'
import type { Ack, Message, Post, Refused } from './wire.ts'

/** Brings one room's outbox to the room: keeps it, sends it, asks again, and settles it. */
export interface Sender {
  /** Takes over what an earlier page left unsent. */
  load(unsent: readonly Unsent[]): void
  send(text: string, options?: { replyTo?: number; mentions?: string[] }): Promise<string>
  retry(id: string): void
  retryAll(): void
  discard(id: string): Promise<string>
  /** The room has it: answers the message it became, when it was still waiting here. */
  acked(ack: Ack): Message | null
  refused(refused: Refused): void
  /** The log has these messages, wherever they came from. */
  seen(messages: readonly Message[]): void
  /** The room is live: whatever waits goes out now. */
  flush(): void
  /** The connection is gone. */
  down(): void
  /** The room takes nothing from this person any more: what waits has failed. */
  giveUp(detail: string): void
  /** What was settled may leave the store: the messages themselves are kept by now. */
  dropSettled(): Promise<void>
  rows(): Row[]
  waiting(): number
}

export interface SenderDeps {
  roomId: string
  me: string
  store: Store
  clock: Clock
  randomBytes(count: number): Uint8Array
  live(): boolean
  post(frame: Post): boolean
  reconnect(): void
  /** Someone wants it sent now. */
  hurry(): void
  changed(): void
  /** The store could not keep a message: it lives in this tab alone. */
  notKept(): void
}

export function createSender(deps: SenderDeps): Sender {
  const { roomId, me, store, clock, changed } = deps
  const outbox = createOutbox()
  const later = alarm(clock)
  const settled: string[] = []
  let lastOrder = 0

  function flush(): void {
    later.clear()
    if (!deps.live()) return
    const verdict = outbox.overdue(clock.elapsed())
    if (verdict === 'reconnect') return deps.reconnect()
    for (const unsent of outbox.next(clock.elapsed())) {
      if (!deps.post(postFrame(unsent))) return outbox.rewind()
    }
    const now = clock.elapsed()
    const due = outbox.dueAt()
    const waits = [outbox.wait(now), due === null ? null : Math.max(0, due - now)].filter((ms) => ms !== null)
    if (waits.length > 0) later.set(Math.min(...waits), flush)
  }

  function settle(id: string): Unsent | null {
    const unsent = outbox.settle(id, clock.elapsed())
    if (unsent) settled.push(id)
    return unsent
  }

  async function keep(fresh: Omit<Unsent, 'order'>): Promise<Unsent> {
    try {
      return await store.addUnsent(fresh)
    } catch {
      deps.notKept()
      return { ...fresh, order: lastOrder + 1 }
    }
  }

  function again(unsent: Unsent | null): void {
    if (unsent) void store.putUnsent(unsent).catch(() => {})
  }

  return {
    load(unsent) {
      for (const one of unsent) outbox.add(one, clock.now())
      lastOrder = Math.max(lastOrder, ...unsent.map(({ order }) => order))
    },
    async send(written, { replyTo, mentions = [] } = {}) {
      const text = written.toWellFormed().replaceAll('\0', '')
      const problem = MessageText.safeParse(text).error?.issues[0]
      if (problem) throw new RangeError(`The message ${problem.message}.`)
      const id = uuidV7(clock.now(), deps.randomBytes(10))
      const fresh = { id, room: roomId, at: clock.now(), text, replyTo: replyTo ?? null, mentions, failed: null }
      const unsent = await keep(fresh)
      lastOrder = Math.max(lastOrder, unsent.order)
      outbox.add(unsent, clock.now())
      changed()
      flush()
      return id
    },
    retry(id) {
      again(outbox.retry(id, clock.now()))
      changed()
      if (deps.live()) flush()
      else deps.hurry()
    },
    retryAll() {
      for (const { id } of outbox.failed()) again(outbox.retry(id, clock.now()))
      changed()
      if (deps.live()) flush()
      else deps.hurry()
    },
    async discard(id) {
      const unsent = outbox.find(id)
      // What is on its way cannot be called back.
      if (!unsent?.failed) return ''
      outbox.discard(id)
      changed()
      await store.removeUnsent(id).catch(() => {})
      return unsent.text
    },
    acked({ id, seq, at }) {
      const unsent = settle(id)
      flush()
      if (!unsent) return null
      const { text, replyTo, mentions } = unsent
      const body = { text, replyTo, mentions: [...mentions] }
      return { seq, rev: seq, id, at, by: me, ...body, source: null, system: null }
    },
    refused({ id, reason, detail, retryAfterMs }) {
      if (id === null) return
      const now = clock.elapsed()
      if (retryAfterMs === undefined) again(outbox.fail(id, { reason, detail }, now))
      else outbox.hold(id, now + retryAfterMs, now)
      flush()
    },
    seen(messages) {
      for (const { id, by } of messages) if (by === me) settle(id)
      flush()
    },
    flush,
    down() {
      later.clear()
      outbox.rewind()
    },
    giveUp(detail) {
      later.clear()
      const waiting = outbox.rows().filter((row) => row.state === 'pending')
      for (const { key } of waiting) again(outbox.fail(key, { reason: 'internal', detail }, clock.elapsed()))
    },
    async dropSettled() {
      await Promise.all(settled.splice(0).map((id) => store.removeUnsent(id).catch(() => {})))
    },
    rows: outbox.rows,
    waiting: outbox.waiting,
  }
}

function postFrame({ id, text, replyTo, mentions }: Unsent): Post {
  return {
    t: 'post',
    id,
    text,
    ...(replyTo === null ? {} : { replyTo }),
    ...(mentions.length === 0 ? {} : { mentions: [...mentions] }),
  }
}
