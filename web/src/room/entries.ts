import { dayOf } from '../times.ts'
import type { Row } from '../../sync/types.ts'

/** A group is broken after a silence of this long. */
const groupSilenceMs = 5 * 60_000

/** One row of the timeline with what stands around it. Dividers belong to the row below them. */
export interface Entry {
  key: string
  row: Row
  /** Mine, or someone else's; neither for gaps and system rows. */
  side: 'mine' | 'theirs' | 'middle'
  /** First and last of a run of messages by one author. */
  first: boolean
  last: boolean
  /** The time whose day is written above this row, when a new day begins with it. */
  day: number | null
  /** How many unread messages begin here, when the unread divider stands above this row. */
  unread: number | null
  /** The first message of the thread it belongs to. */
  thread: number | null
}

/** What was unread when the room was opened: the messages of others in (after, upTo]. */
export interface Unread {
  after: number
  upTo: number
}

/** Arranges the rows of a room for the eye: groups, days and the unread divider. */
export function entriesOf(rows: readonly Row[], me: string, unread: Unread | null): Entry[] {
  const entries: Entry[] = []
  let before: { author: string | null; at: number; day: number | null; thread: number | null } = {
    ...{ author: null, at: 0, day: null, thread: null },
  }
  let divided = false
  for (const row of rows) {
    const at = timeOf(row)
    const thread = threadOf(row)
    const author = authorOf(row, me)
    const day: number | null = at === null ? before.day : dayOf(at)
    const newDay = at !== null && before.day !== day
    const unreadHere = !divided && unread !== null && isUnread(row, me, unread) ? countUnread(rows, me, unread) : null
    if (unreadHere !== null) divided = true
    const continues =
      !newDay &&
      unreadHere === null &&
      author !== null &&
      before.author === author &&
      before.thread === thread &&
      at !== null &&
      Math.abs(at - before.at) <= groupSilenceMs
    const previous = entries.at(-1)
    if (previous !== undefined && !continues) previous.last = true
    entries.push({
      key: row.key,
      row,
      side: author === null ? 'middle' : author === me ? 'mine' : 'theirs',
      first: !continues,
      last: false,
      day: newDay ? at : null,
      unread: unreadHere,
      thread,
    })
    before = { author, at: at ?? before.at, day, thread }
  }
  const end = entries.at(-1)
  if (end !== undefined) end.last = true
  return entries
}

/** Who a row is by: a person's id or a guest's, a name from an import, or null when nobody wrote it. */
export function authorOf(row: Row, me: string): string | null {
  switch (row.state) {
    case 'pending':
    case 'failed':
      return me
    case 'gap':
      return null
    case 'confirmed': {
      const { by, system, source, guest } = row.message
      if (system !== null) return null
      return by ?? guest?.id ?? `import:${source?.name ?? ''}`
    }
  }
}

/** Whether a row holds a message of somebody else above a seq: what unread counts count. */
export function isFromOthersAfter(row: Row, me: string, seq: number): boolean {
  if (row.state !== 'confirmed') return false
  const { message } = row
  return message.system === null && !message.deleted && message.by !== me && message.seq > seq
}

/** The first message of the thread that a row belongs to. */
export function threadOf(row: Row): number | null {
  switch (row.state) {
    case 'confirmed':
      return row.message.thread ?? null
    case 'pending':
    case 'failed':
      return row.thread ?? null
    case 'gap':
      return null
  }
}

/** How many replies the thread of each message has, as far as they are loaded. */
export function repliesOf(rows: readonly Row[]): ReadonlyMap<number, number> {
  const replies = new Map<number, number>()
  for (const row of rows) {
    const thread = threadOf(row)
    if (thread === null || (row.state === 'confirmed' && row.message.deleted)) continue
    replies.set(thread, (replies.get(thread) ?? 0) + 1)
  }
  return replies
}

function timeOf(row: Row): number | null {
  switch (row.state) {
    case 'confirmed':
      return row.message.at
    case 'pending':
    case 'failed':
      return row.at
    case 'gap':
      return null
  }
}

function isUnread(row: Row, me: string, unread: Unread): boolean {
  return isFromOthersAfter(row, me, unread.after) && row.state === 'confirmed' && row.message.seq <= unread.upTo
}

function countUnread(rows: readonly Row[], me: string, unread: Unread): number {
  return rows.reduce((n, row) => n + (isUnread(row, me, unread) ? 1 : 0), 0)
}
