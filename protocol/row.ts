import type {
  AccountErased,
  CallEnded,
  CallStarted,
  Deleted,
  EarlierText,
  Edited,
  Expired,
  MemberBanned,
  MemberJoined,
  MemberLeft,
  MemberMuted,
  MemberUnbanned,
  Metadata,
  Pinned,
  Posted,
  Reacted,
  Renamed,
  RoleChanged,
  RoomChanged,
  RoomEvent,
  Undeleted,
  Unpinned,
  Unreacted,
} from './events.ts'
import { limits } from './limits.ts'
import type { SystemFact } from './message.ts'
import type * as z from 'zod/mini'

/** An event that makes a row of its own. */
export type RowEvent = Posted | SystemEvent

/** Something that happened in a room, shown as a row. */
export type SystemEvent =
  | MemberJoined
  | z.infer<
      | typeof MemberLeft
      | typeof RoleChanged
      | typeof MemberBanned
      | typeof MemberUnbanned
      | typeof MemberMuted
      | typeof Renamed
      | typeof RoomChanged
      | typeof CallStarted
      | typeof CallEnded
    >

/** An event that changes one message. */
export type ChangeEvent = z.infer<
  | typeof Edited
  | typeof Deleted
  | typeof Undeleted
  | typeof Reacted
  | typeof Unreacted
  | typeof Pinned
  | typeof Unpinned
>

/** A reaction as Postgres holds it. */
export interface ReactionRow {
  person: string
  emoji: string
  at: number
}

/** A message as Postgres and the room hold it. Times are epoch milliseconds; a deleted message is empty. */
export interface MessageRow {
  seq: number
  rev: number
  id: string
  at: number
  by: string | null
  type: 'text' | 'system'
  text: string
  replyTo: number | null
  thread: number | null
  mentions: string[]
  metadata: Metadata | { system: SystemFact }
  edits: EarlierText[]
  editedAt: number | null
  deletedAt: number | null
  deletedBy: string | null
  pinnedAt: number | null
  expiresAt: number | null
  /** By person, then emoji. */
  reactions: ReactionRow[]
}

/** Whether someone has an account. Whoever has none is nobody in Postgres; in a room everyone has one. */
export type HasAccount = (person: string) => boolean

const everyone: HasAccount = () => true

/** Whether the event changes one message. */
export function isChange(event: RoomEvent): event is ChangeEvent {
  return 'target' in event
}

/** Whether the event makes a row of its own. */
export function isRow(event: RoomEvent): event is RowEvent {
  return !isChange(event) && event.kind !== 'expired' && event.kind !== 'account_erased'
}

/** The row that an event makes. */
export function made(event: RowEvent, known = everyone): MessageRow {
  const { seq, at, id } = event
  const row: MessageRow = { ...blank, seq, rev: seq, id, at }
  if (event.kind !== 'posted') {
    const { seq: _seq, at: _at, id: _id, ...system } = event
    return { ...row, type: 'system', metadata: { system } }
  }
  const { by, text, replyTo, mentions, source, attachments, forwarded, guest } = event
  const { expiresAt = null, thread = null } = event
  const metadata: Metadata = {
    ...(source && { import: source }),
    ...(attachments && { attachments }),
    ...(forwarded && { forwarded }),
    ...(guest && { guest }),
  }
  const author = by !== null && known(by) ? by : null
  return { ...row, by: author, text, replyTo, thread, mentions, metadata, expiresAt }
}

/** The row after a change. Nothing but its author's undeletion touches what is deleted, and nothing a system row. */
export function changed(row: MessageRow, event: ChangeEvent, known = everyone): MessageRow {
  if (row.type === 'system' || (row.deletedAt !== null) !== (event.kind === 'undeleted')) return row
  const next = { ...row, rev: event.seq }
  switch (event.kind) {
    case 'edited': {
      const earlier = { text: row.text, until: event.at }
      const edits = event.text === row.text ? row.edits : [...row.edits, earlier].slice(-limits.earlierTexts)
      return { ...next, text: event.text, mentions: event.mentions, editedAt: event.at, edits }
    }
    case 'deleted':
      return emptied(next, event.at, event.by !== null && known(event.by) ? event.by : null)
    case 'undeleted': {
      const { text, mentions, metadata, edits } = event
      return { ...next, text, mentions, metadata, edits, deletedAt: null, deletedBy: null }
    }
    case 'reacted': {
      const { by: person, emoji, at } = event
      const already = row.reactions.some((reaction) => reaction.person === person && reaction.emoji === emoji)
      if (already || !known(person)) return next
      return { ...next, reactions: [...row.reactions, { person, emoji, at }].sort(byPerson) }
    }
    case 'unreacted': {
      const stays = (reaction: ReactionRow) => reaction.person !== event.by || reaction.emoji !== event.emoji
      return { ...next, reactions: row.reactions.filter(stays) }
    }
    case 'pinned':
      return { ...next, pinnedAt: event.at }
    case 'unpinned':
      return { ...next, pinnedAt: null }
  }
}

/** The row after everything that was to disappear by a time has; the same row when that does not concern it. */
export function expired(row: MessageRow, event: z.infer<typeof Expired>): MessageRow {
  if (row.deletedAt !== null || row.expiresAt === null || row.expiresAt > event.at) return row
  return { ...emptied(row, event.at, null), rev: event.seq }
}

/** The row after someone's account is gone; the same row when nothing in it was theirs. */
export function erased(row: MessageRow, event: z.infer<typeof AccountErased>): MessageRow {
  const { person, mode, seq: rev, at } = event
  if ('system' in row.metadata) {
    const { system } = row.metadata
    // The name is what tells who it was; the id leads nowhere any more.
    // Also where the name is gone already, in the room's log: a row that was written after that has changed like the others.
    if (!('person' in system) || system.person !== person) return row
    return { ...row, rev, metadata: { system: { ...system, name: '' } } }
  }
  const own = row.by === person
  const reactions = row.reactions.filter((reaction) => reaction.person !== person)
  const deletedBy = row.deletedBy === person ? null : row.deletedBy
  if (!own && reactions.length === row.reactions.length && deletedBy === row.deletedBy) return row
  const kept = { ...row, rev, by: own ? null : row.by, reactions, deletedBy }
  return own && mode === 'erase' && row.deletedAt === null ? emptied(kept, at, null) : kept
}

/** The row without its content: what is deleted is gone. */
export function emptied(row: MessageRow, deletedAt: number, deletedBy: string | null): MessageRow {
  const nothing = { text: '', mentions: [], metadata: {}, edits: [], pinnedAt: null, reactions: [] }
  return { ...row, ...nothing, deletedAt, deletedBy }
}

/** A row of which nothing is known but its place. */
export const blank: Omit<MessageRow, 'seq' | 'rev' | 'id' | 'at'> = {
  by: null,
  type: 'text',
  text: '',
  replyTo: null,
  thread: null,
  mentions: [],
  metadata: {},
  edits: [],
  editedAt: null,
  deletedAt: null,
  deletedBy: null,
  pinnedAt: null,
  expiresAt: null,
  reactions: [],
}

/** The order in which a row holds reactions. */
export function byPerson(a: ReactionRow, b: ReactionRow): number {
  return compare(a.person, b.person) || compare(a.emoji, b.emoji)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
