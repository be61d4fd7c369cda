import {
  InboxUpstream,
  type Draft,
  type InboxDownstream,
  type Ring,
  type RoomLine,
  type Settings,
} from '../../../protocol/inbox.ts'
import { uuidV7 } from '../../../protocol/ids.ts'
import { limits } from '../../../protocol/limits.ts'
import { ada, grace } from './people.ts'

/** A room's id by its number. */
export function roomOf(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
}

/** A line of grace's and ada's room; what a test brings replaces a part. */
export function lineOf(number: number, more: Partial<RoomLine> = {}): RoomLine {
  const last = { seq: 3, at: 3, by: grace, name: 'Grace', text: 'message 3' }
  return {
    ...{ room: roomOf(number), type: 'group', name: `Room ${number}`, other: null, role: 'member', memberCount: 2 },
    ...{ head: 3, read: 0, unreadFrom: null, unread: 3, mentions: 0, last, lastAt: 3 },
    ...{ pinnedAt: null, archivedAt: null, mutedUntil: null, level: 'all' },
    ...more,
  }
}

export const asSet: Settings = {
  ...{ lastSeen: 'everyone', photo: 'everyone', about: 'everyone', groupAdd: 'everyone' },
  ...{ readReceipts: true, quietHours: null, previews: true },
}

interface Socket {
  said: number
  watched: string[]
  away: boolean
  say(frame: InboxDownstream | string): void
}

/**
 * ada's inbox, as the protocol describes it: every change of a line takes the next version, hello is answered in one step
 * with what changed since, in chunks, and commands are carried out once per id.
 */
export function modelInbox(now: () => number, chunk = 3) {
  let epochs = 1
  let version = 0
  let stale = false
  const lines = new Map<string, { line: RoomLine; version: number }>()
  const gone = new Map<string, number>()
  const drafts = new Map<string, Draft>()
  const done = new Set<string>()
  const sockets = new Set<Socket>()
  let rings: Ring[] = []
  let mine = { status: { show: 'available', custom: null } as const, settings: asSet, blocked: [] as string[] }
  let refusals: { reason: 'not_allowed' | 'busy'; retryAfterMs?: number }[] = []

  const epoch = () => uuidV7(epochs, new Uint8Array(10))
  const tell = (frame: InboxDownstream, but?: Socket) => {
    for (const socket of sockets) if (socket !== but && socket.said >= 0) socket.say(frame)
  }

  function change(...changed: RoomLine[]): void {
    version++
    for (const line of changed) {
      lines.set(line.room, { line, version })
      gone.delete(line.room)
    }
    tell({ t: 'rooms', version, rooms: changed, gone: [], done: true })
  }

  function remove(room: string): void {
    if (!lines.delete(room)) return
    version++
    gone.set(room, version)
    tell({ t: 'rooms', version, rooms: [], gone: [room], done: true })
  }

  function welcome(socket: Socket, since: number, whole: boolean): void {
    const held = [...drafts.values()]
    const frame = { v: 5, epoch: epoch(), whole, stale, me: ada, now: now(), expiresAt: 0, ...mine }
    socket.say({ t: 'welcome', ...frame, drafts: held, rings })
    const due = [...lines.values()].filter((one) => whole || one.version > since).map(({ line }) => line)
    const over = whole ? [] : [...gone].filter(([, at]) => at > since).map(([room]) => room)
    do {
      const rooms = due.splice(0, chunk)
      socket.say({ t: 'rooms', version, rooms, gone: over.splice(0), done: due.length === 0 })
    } while (due.length > 0)
    socket.said = 0
  }

  function receive(socket: Socket, text: string): void {
    if (text === 'ping') return socket.say(`pong:${version}`)
    const frame = InboxUpstream.parse(JSON.parse(text))
    if ('id' in frame) {
      const refusal = done.has(frame.id) ? undefined : refusals.shift()
      if (refusal) return socket.say({ t: 'refused', id: frame.id, detail: 'no', ...refusal })
    }
    switch (frame.t) {
      case 'hello':
        return welcome(socket, frame.since, frame.epoch !== epoch() || frame.since > version)
      case 'seen':
        socket.said = frame.version
        return
      case 'set': {
        const line = lines.get(frame.room)?.line
        if (!done.has(frame.id) && line) {
          const { pinned, archived, mutedUntil = line.mutedUntil, level = line.level } = frame
          const at = Math.min(frame.at ?? now(), now())
          const pinnedAt = pinned === undefined ? line.pinnedAt : pinned ? at : null
          const archivedAt = archived === undefined ? line.archivedAt : archived ? at : null
          change({ ...line, pinnedAt, archivedAt, mutedUntil, level })
        }
        break
      }
      case 'mark': {
        const line = lines.get(frame.room)?.line
        if (!done.has(frame.id) && line) {
          if (frame.as === 'read') {
            const read = Math.min(frame.upTo ?? line.head, line.head)
            const all = read === line.head
            change({ ...line, read, unreadFrom: null, ...(all && { unread: 0, mentions: 0 }) })
          } else change({ ...line, unreadFrom: line.head, unread: Math.max(1, line.unread) })
        }
        break
      }
      case 'status':
        if (!done.has(frame.id)) mine = { ...mine, status: { show: frame.show, custom: frame.custom } as never }
        tell({ t: 'mine', ...mine }, socket)
        break
      case 'answer':
        rings = rings.filter(({ call }) => call !== frame.call)
        tell({ t: 'ring_over', room: frame.room, call: frame.call, why: 'accepted' })
        break
      case 'draft': {
        const { t: _t, ...draft } = frame
        if (!lines.has(draft.room)) return
        const key = `${draft.room}/${draft.thread}`
        const held = drafts.get(key)
        if (held && held.at >= draft.at) return
        if (draft.text === '') drafts.delete(key)
        else drafts.set(key, draft)
        const [oldest] = [...drafts].sort(([, one], [, other]) => one.at - other.at)
        if (drafts.size > limits.drafts) drafts.delete(oldest![0])
        return tell(frame, socket)
      }
      case 'watch':
        socket.watched = frame.people
        return
      case 'look':
        socket.away = frame.away
        return
      case 'renew':
        return
    }
    done.add(frame.id)
    socket.say({ t: 'ack', id: frame.id })
  }

  return {
    connect(say: (text: string) => void) {
      const socket: Socket = {
        ...{ said: -1, watched: [], away: false },
        say: (frame) => say(typeof frame === 'string' ? frame : JSON.stringify(frame)),
      }
      sockets.add(socket)
      return { receive: (text: string) => receive(socket, text), close: () => void sockets.delete(socket) }
    },
    change,
    remove,
    tell,
    ring(ring: Ring) {
      rings = [...rings, ring]
      tell({ t: 'ring', ...ring })
    },
    /** Its storage is gone: what it knows now is a new inbox to every device. */
    loseStorage() {
      epochs++
      version = 0
      gone.clear()
      drafts.clear()
      for (const one of lines.values()) one.version = ++version
      sockets.clear()
    },
    /** What the next commands are answered. */
    refuse: (...next: typeof refusals) => void (refusals = next),
    beStale: (now: boolean) => void (stale = now),
    block: (blocked: string[]) => void (mine = { ...mine, blocked }),
    line: (number: number) => lines.get(roomOf(number))?.line,
    lines: () => [...lines.values()].map(({ line }) => line),
    drafts: () => [...drafts.values()],
    version: () => version,
    sockets: () => [...sockets].map(({ said, watched, away }) => ({ said, watched, away })),
  }
}

export type ModelInbox = ReturnType<typeof modelInbox>
