import * as z from 'zod/mini'
import type { Refused } from '../../../protocol/downstream.ts'
import { AnswerRing, MarkRoom, SetRoom, SetStatus, type OwnStatus, type RoomLine } from '../../../protocol/inbox.ts'
import { Seq } from '../../../protocol/ids.ts'
import { alarm, type Clock } from '../clock.ts'
import type { Store } from '../store.ts'
import type { Tabs } from '../tabs.ts'
import type { InboxNotice } from './types.ts'

/**
 * What the person asks of their inbox. It is shown as done at once, kept, and repeated under its id until the inbox has
 * it; after that it is shown until the list says so itself.
 */
export interface Wishes {
  add(frame: Asked, line: RoomLine | undefined): void
  /** What an earlier page kept. */
  load(): Promise<void>
  /** The inbox listens: everything that it has not answered goes out, in order. */
  live(): void
  down(): void
  /** Answers what was done, if it was asked here. */
  acked(id: string): Asked | null
  /** The list says of these rooms what is true now: what was done before is in it. */
  told(rooms: ReadonlySet<string>): void
  refused(refused: Refused): void
  /** The line as it will be. */
  over(line: RoomLine): RoomLine
  status(): OwnStatus | null
  /** Whether a call was answered here. */
  answered(call: string): boolean
  notices(): readonly InboxNotice[]
  dismiss(id: string): void
  /** Whether answers are awaited. */
  awaiting(): boolean
  /** Whether anything has yet to reach the inbox. */
  waiting(): boolean
  close(): void
}

const Asked = z.discriminatedUnion('t', [SetRoom, MarkRoom, SetStatus, AnswerRing])
export type Asked = z.infer<typeof Asked>

const Wish = z.object({
  frame: Asked,
  /** The line's head when it was asked: what came later is not meant. */
  head: Seq,
})

interface Open extends z.infer<typeof Wish> {
  state: 'waiting' | 'sent' | 'done'
}

export interface WishDeps {
  store: Store
  tabs: Tabs
  clock: Clock
  person: string
  send(frame: Asked): boolean
  changed(): void
}

const keptAt = 'inbox:wishes'

// The list follows what was done within moments; if it says otherwise by then, another device wished otherwise.
const toldWithinMs = 3_000

export function createWishes({ store, tabs, clock, person, send, changed }: WishDeps): Wishes {
  let open: readonly Open[] = []
  let notices: readonly InboxNotice[] = []
  let isLive = false
  let writing = Promise.resolve()
  const again = alarm(clock)
  const ends = new Set<() => void>()

  function become(next: readonly Open[]): void {
    open = next
    changed()
  }

  function put(wish: Open, more: Partial<Open>): void {
    become(open.map((one) => (one === wish ? { ...wish, ...more } : one)))
  }

  /** Several tabs keep their wishes in one place: one at a time, each its own. */
  function keep(change: (kept: z.infer<typeof Wish>[]) => z.infer<typeof Wish>[]): void {
    const write = async () => {
      const read = z.array(Wish).safeParse(await store.get(keptAt))
      await store.set(keptAt, change(read.success ? read.data : []))
    }
    // What cannot be kept is still sent while this page lives.
    writing = writing.then(() => tabs.alone(`parley:wishes:${person}`, write)).catch(() => {})
  }

  function drop(id: string): void {
    keep((kept) => kept.filter(({ frame }) => frame.id !== id))
  }

  function flush(): void {
    if (!isLive) return
    again.clear()
    let sent = false
    open = open.map((wish) => {
      if (wish.state !== 'waiting' || !send(wish.frame)) return wish
      sent = true
      return { ...wish, state: 'sent' as const }
    })
    if (sent) changed()
  }

  function remove(id: string): void {
    become(open.filter(({ frame }) => frame.id !== id))
  }

  return {
    add(frame, line) {
      const wish = { frame, head: line?.head ?? 0 }
      become([...open, { ...wish, state: 'waiting' }])
      // A call does not ring any more when the page is opened again.
      if (frame.t !== 'answer') keep((kept) => [...kept, wish])
      flush()
    },
    async load() {
      const read = z.array(Wish).safeParse(await store.get(keptAt).catch(() => null))
      if (!read.success) return
      const known = new Set(open.map(({ frame }) => frame.id))
      const earlier = read.data.filter(({ frame }) => !known.has(frame.id))
      become([...earlier.map((wish): Open => ({ ...wish, state: 'waiting' })), ...open])
      flush()
    },
    live() {
      isLive = true
      flush()
    },
    down() {
      isLive = false
      again.clear()
      open = open.map((wish) => (wish.state === 'sent' ? { ...wish, state: 'waiting' } : wish))
    },
    acked(id) {
      const wish = open.find(({ frame }) => frame.id === id)
      if (!wish || wish.state === 'done') return null
      drop(id)
      put(wish, { state: 'done' })
      const end = clock.after(toldWithinMs, () => {
        ends.delete(end)
        remove(id)
      })
      ends.add(end)
      return wish.frame
    },
    told(rooms) {
      const stays = ({ state, frame }: Open) => state !== 'done' || !('room' in frame) || !rooms.has(frame.room)
      if (!open.every(stays)) become(open.filter(stays))
    },
    refused({ id, reason, detail, retryAfterMs }) {
      const wish = open.find(({ frame }) => frame.id === id)
      if (!wish || wish.state === 'done') return
      if (retryAfterMs !== undefined) {
        // Asked again, it would undo what the person wished since.
        if (open.slice(open.indexOf(wish) + 1).some((later) => overtakes(later.frame, wish.frame))) {
          drop(wish.frame.id)
          return remove(wish.frame.id)
        }
        put(wish, { state: 'waiting' })
        again.ensure(retryAfterMs, flush)
        return
      }
      const { frame } = wish
      drop(frame.id)
      notices = [...notices, { id: frame.id, kind: frame.t, room: 'room' in frame ? frame.room : null, reason, detail }]
      remove(frame.id)
    },
    over: (line) => open.reduce((shown, wish) => granted(shown, wish), line),
    status: () => open.reduce<OwnStatus | null>((status, { frame }) => (frame.t === 'status' ? frame : status), null),
    answered: (call) => open.some(({ frame }) => frame.t === 'answer' && frame.call === call),
    notices: () => notices,
    dismiss(id) {
      notices = notices.filter((notice) => notice.id !== id)
      changed()
    },
    awaiting: () => open.some(({ state }) => state === 'sent'),
    waiting: () => open.some(({ state }) => state !== 'done'),
    close() {
      again.clear()
      for (const end of ends) end()
    },
  }
}

/** Whether nothing is left of what was asked once the later one is done. */
function overtakes(later: Asked, earlier: Asked): boolean {
  switch (earlier.t) {
    case 'mark':
      return later.t === 'mark' && later.room === earlier.room
    case 'status':
      return later.t === 'status'
    case 'set':
      return later.t === 'set' && later.room === earlier.room && Object.keys(earlier).every((part) => part in later)
    case 'answer':
      return false
  }
}

/** A line with what was asked of it. */
function granted(line: RoomLine, { frame, head }: Open): RoomLine {
  if (frame.t === 'set' && frame.room === line.room) {
    const { at = 0, pinned, archived, mutedUntil = line.mutedUntil, level = line.level } = frame
    return {
      ...line,
      pinnedAt: pinned === undefined ? line.pinnedAt : pinned ? (line.pinnedAt ?? at) : null,
      archivedAt: archived === undefined ? line.archivedAt : archived ? at : null,
      mutedUntil,
      level,
    }
  }
  // News that came since is as unread as the list says.
  if (frame.t !== 'mark' || frame.room !== line.room || line.head > head) return line
  return frame.as === 'read'
    ? { ...line, read: line.head, unreadFrom: null, unread: 0, mentions: 0 }
    : { ...line, unread: Math.max(1, line.unread) }
}
