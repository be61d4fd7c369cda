import { disturbance, type News } from '../../../protocol/disturbance.ts'
import type { RoomLine } from '../../../protocol/inbox.ts'
import type { Clock } from '../../sync/clock.ts'
import type { Inbox, InboxView } from '../../sync/inbox/types.ts'

/** A notification of the system that is on screen. */
export interface Shown {
  close(): void
}

/** What a notification says of a room. */
export interface Note {
  room: string
  title: string
  body: string
}

export interface NotifierDeps {
  inbox: Pick<Inbox, 'view' | 'isLeader' | 'now'>
  me: string
  clock: Clock
  /** Whether the person wants notifications on this device, and the browser lets us. */
  allowed(): boolean
  /** Whether the person has the page before them, in any tab. */
  inFront(): Promise<boolean>
  /** Null where the system shows none after all. */
  show(note: Note): Shown | null
}

/** 1.5 s: what is read on another device at once is said to be read within that. */
const waitMs = 1_500

/** One notification for each room that wants one, closed when the room is read anywhere. Answers how to stop. */
export function startNotifier({ inbox, me, clock, allowed, inFront, show }: NotifierDeps): () => void {
  const known = new Map<string, Pick<RoomLine, 'mentions'> & { seq: number }>()
  const waiting = new Map<string, { news: 'message' | 'mention'; cancel: () => void }>()
  const shown = new Map<string, Shown>()
  // The list that was looked at last; null: none yet.
  let heardOf: InboxView['rooms'] | null = null
  let over = false

  function heard(view: InboxView): void {
    if (view.rooms === heardOf) return
    // What was unread before this page knew the list is no news.
    const first = heardOf === null
    if (first && (view.connection.state !== 'live' || view.stale)) return
    heardOf = view.rooms
    for (const line of view.rooms) {
      const news = first ? null : newsOf(line)
      known.set(line.room, { seq: line.last?.seq ?? 0, mentions: line.mentions })
      if (line.unread === 0) silence(line.room)
      else if (news !== null && disturbs(line, news, view)) wait(line.room, news)
    }
    const rooms = new Set(view.rooms.map(({ room }) => room))
    for (const room of known.keys()) {
      if (rooms.has(room)) continue
      known.delete(room)
      silence(room)
    }
  }

  function newsOf({ room, last, mentions }: RoomLine): News {
    const before = known.get(room) ?? { seq: 0, mentions: 0 }
    if (last === null || last.seq <= before.seq || last.by === me) return null
    return mentions > before.mentions ? 'mention' : 'message'
  }

  function disturbs(line: RoomLine, news: News, { settings, status, blocked }: InboxView): boolean {
    if (blocked.includes(line.last?.by ?? '')) return false
    return disturbance(line, news, settings ?? { quietHours: null }, status, inbox.now()).what === 'push'
  }

  function wait(room: string, news: 'message' | 'mention'): void {
    if (!inbox.isLeader() || !allowed()) return
    const before = waiting.get(room)
    const cancel = before?.cancel ?? clock.after(waitMs, () => void tell(room))
    waiting.set(room, { news: before?.news === 'mention' ? 'mention' : news, cancel })
  }

  async function tell(room: string): Promise<void> {
    const { news } = waiting.get(room)!
    waiting.delete(room)
    const front = await inFront()
    const view = inbox.view.getState()
    const line = view.rooms.find((one) => one.room === room)
    if (over || front || line === undefined || line.last === null || !disturbs(line, news, view)) return
    const note = show({ room, title: line.name, body: bodyOf(line, line.last, news, view.settings?.previews === true) })
    if (note !== null) shown.set(room, note)
  }

  function silence(room: string): void {
    waiting.get(room)?.cancel()
    waiting.delete(room)
    shown.get(room)?.close()
    shown.delete(room)
  }

  const stop = inbox.view.subscribe(heard)
  heard(inbox.view.getState())
  return () => {
    over = true
    stop()
    for (const room of [...waiting.keys(), ...shown.keys()]) silence(room)
  }
}

function bodyOf(line: RoomLine, last: NonNullable<RoomLine['last']>, news: News, previews: boolean): string {
  if (!previews || last.text === '') return news === 'mention' ? 'You are mentioned' : 'New message'
  return line.type === 'group' && last.name !== null ? `${last.name}: ${last.text}` : last.text
}
