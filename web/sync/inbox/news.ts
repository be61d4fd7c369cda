import type { Preview, RoomLine } from '../../../protocol/inbox.ts'
import { limits } from '../../../protocol/limits.ts'
import type { RoomView } from '../types.ts'

/** What an open room knows of its own line, from the rows that it holds. */
export interface News {
  /** Null where the list names it better: a direct room has no name of its own. */
  name: string | null
  head: number
  read: number
  unreadFrom: number | null
  last: Preview | null
  /** What may count as unread among the messages that are held, the newest first. */
  counting: readonly { seq: number; mention: boolean }[]
  /** All messages above this seq are held. */
  above: number
  /** Whether the room still tells: what it says of the mark as unread is newer than what the list says. */
  live: boolean
}

/** Null while the room does not know enough. */
export function newsOf(view: RoomView, blocked: readonly string[]): News | null {
  const { roomId, room, rows, members, me, older, head, unread, connection } = view
  const read = members.find(({ person }) => person === me)?.read
  if (read === undefined) return null
  const counting: { seq: number; mention: boolean }[] = []
  let last: Preview | null = null
  let above = older === 'none' ? 0 : Infinity
  for (let index = rows.length - 1; index >= 0; index--) {
    const row = rows[index]!
    if (row.state === 'gap') {
      above = row.before - 1
      break
    }
    if (row.state !== 'confirmed') continue
    const { message } = row
    const { seq, by, deleted, mentions } = message
    if (older !== 'none') above = seq - 1
    if (message.system) continue
    last ??= previewOf(message, members)
    if (deleted || by === me || counting.length >= limits.unreadCap) continue
    const called = mentions.includes(me) || mentions.includes(roomId)
    counting.push({ seq, mention: called && !(by !== null && blocked.includes(by)) })
  }
  const name = room?.name ?? null
  return { name, head, read, unreadFrom: unread.from, last, counting, above, live: connection.state === 'live' }
}

/** A line of the list with what an open room knows better, until the list has come as far. */
export function withNews(line: RoomLine, news: News | undefined): RoomLine {
  if (!news || (!news.live && caughtUp(line, news))) return line
  const head = Math.max(line.head, news.head)
  const read = Math.max(line.read, news.read)
  const unreadFrom = news.live ? news.unreadFrom : line.unreadFrom
  const [before, floor] = [floorOf(line), floorOf({ read, unreadFrom })]
  const newer = news.head >= line.head && news.last !== null && news.last.seq >= (line.last?.seq ?? 0)
  const exact = news.head >= line.head && news.above <= floor
  const count = (told: number, counting: readonly { seq: number }[]) => {
    if (floor >= head) return 0
    if (exact) return capped(counting.filter(({ seq }) => seq > floor).length)
    // What the list does not know of, or no longer has to count.
    const more = counting.filter(({ seq }) => seq > floor && (seq <= before || seq > line.head)).length
    const less = counting.filter(({ seq }) => seq <= floor && seq > before && seq <= line.head).length
    return capped(told + more - less)
  }
  return {
    ...line,
    ...{ name: news.name ?? line.name, head, read, unreadFrom },
    unread: count(line.unread, news.counting),
    mentions: count(
      line.mentions,
      news.counting.filter(({ mention }) => mention),
    ),
    last: newer ? named(news.last!, line.last) : line.last,
    lastAt: newer ? Math.max(line.lastAt, news.last!.at) : line.lastAt,
  }
}

/** A room names its members alone: whoever has left it is called as the list said. */
function named(last: Preview, told: Preview | null): Preview {
  return last.name === null && told?.by === last.by ? { ...last, name: told.name } : last
}

/** Whether the list has come as far as the room had. */
export function caughtUp(line: RoomLine, news: News): boolean {
  return line.head >= news.head && line.read >= news.read
}

/** Messages above this count as unread. */
function floorOf({ read, unreadFrom }: Pick<RoomLine, 'read' | 'unreadFrom'>): number {
  return unreadFrom === null ? read : Math.min(read, unreadFrom - 1)
}

function capped(count: number): number {
  return Math.max(0, Math.min(limits.unreadCap, count))
}

function previewOf(
  {
    seq,
    at,
    by,
    source,
    guest,
    text,
    deleted,
    attachments,
  }: Extract<RoomView['rows'][number], { state: 'confirmed' }>['message'],
  members: RoomView['members'],
): Preview {
  const stranger = guest ? `${guest.name} (guest)` : null
  const name = members.find(({ person }) => person === by)?.name ?? source?.name ?? stranger
  return {
    ...{ seq, at, by, name, text: text.slice(0, limits.preview) },
    ...(deleted && { deleted: true as const }),
    ...(attachments && { attachments: attachments.length }),
  }
}
