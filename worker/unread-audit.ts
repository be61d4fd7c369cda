import type { UnreadAudit, UnreadCount } from '../protocol/api.ts'
import type { RoomLine } from '../protocol/inbox.ts'

/** A room as Postgres counts it, and how far Postgres is. */
export interface Counted extends UnreadCount {
  lastSeq: number
  read: number
}

/** What the three say of one room at about the same time; undefined: it knows no such room. */
export interface Accounts {
  inbox: RoomLine | undefined
  sql: Counted | undefined
  recount: UnreadCount | undefined
}

/** `behind`: Postgres does not have yet what the inbox has. */
export type Verdict = 'same' | 'behind' | 'different'

/** Whether the three agree on a room. */
export function judge({ inbox, sql, recount }: Accounts): Verdict {
  if (inbox && sql && recount && same(inbox, sql) && same(sql, recount)) return 'same'
  const behind = inbox && sql && (inbox.head > sql.lastSeq || inbox.read > sql.read)
  // Where Postgres counts two ways, it has to agree with itself, however far it is.
  if (behind && recount && same(sql, recount)) return 'behind'
  return 'different'
}

/** How a room is reported on which they do not agree. */
export function difference(room: string, { inbox, sql, recount }: Accounts): UnreadAudit['differences'][number] {
  return { room, inbox: counts(inbox), sql: counts(sql), recount: counts(recount) }
}

function same(one: UnreadCount, other: UnreadCount): boolean {
  return one.unread === other.unread && one.mentions === other.mentions
}

function counts(account: UnreadCount | undefined): UnreadCount | null {
  return account ? { unread: account.unread, mentions: account.mentions } : null
}
