import * as z from 'zod/mini'
import {
  AccountErased,
  Attachments,
  CallEnded,
  CallStarted,
  Emoji,
  GuestAuthor,
  MemberBanned,
  MemberJoined,
  MemberLeft,
  MemberMuted,
  MemberUnbanned,
  Renamed,
  RoleChanged,
  RoomChanged,
  Source,
} from './events.ts'
import { byPerson, type MessageRow } from './row.ts'
import { ClientId, DerivedId, Seq, TimeMs, Uuid } from './ids.ts'
import { limits } from './limits.ts'

// An event that is shown as a row, without its place: the row has that.
const place = { seq: true, at: true, id: true } as const

/** What a system row tells. A name is empty when the account is gone. */
export const SystemFact = z.discriminatedUnion('kind', [
  z.omit(MemberJoined, place),
  z.omit(MemberLeft, place),
  z.omit(RoleChanged, place),
  z.omit(MemberBanned, place),
  z.omit(MemberUnbanned, place),
  z.omit(MemberMuted, place),
  z.omit(Renamed, place),
  z.omit(RoomChanged, place),
  z.omit(CallStarted, place),
  z.omit(CallEnded, place),
])
export type SystemFact = z.infer<typeof SystemFact>

/** One emoji under a message: how many people chose it, and the first 20 of them. */
export const Reaction = z.object({
  emoji: Emoji,
  count: z.int(),
  people: z.array(Uuid).check(z.maxLength(limits.reactionPeople)),
})
export type Reaction = z.infer<typeof Reaction>

/**
 * The whole state of one message, as it stands on the wire and on the screen.
 * `rev` is the seq of the last event that touched it; of two states the higher rev wins.
 * What most messages do not have is absent. A deleted message is empty but for its place, its author and `deleted`.
 */
export const Message = z.object({
  seq: Seq,
  rev: Seq,
  id: z.union([ClientId, DerivedId]),
  at: TimeMs,
  by: z.nullable(Uuid),
  text: z.string(),
  replyTo: z.nullable(Seq),
  mentions: z.array(Uuid),
  source: z.nullable(Source),
  system: z.nullable(SystemFact),
  thread: z.optional(Seq),
  attachments: z.optional(Attachments),
  forwarded: z.optional(z.literal(true)),
  /** The guest of a meeting who wrote it. */
  guest: z.optional(GuestAuthor),
  editedAt: z.optional(TimeMs),
  /** By whom: null when it expired or its author's account is gone. */
  deleted: z.optional(z.object({ at: TimeMs, by: z.nullable(Uuid) })),
  pinnedAt: z.optional(TimeMs),
  /** When it disappears. A client hides it at that time, whatever it has heard by then. */
  expiresAt: z.optional(TimeMs),
  reactions: z.optional(z.array(Reaction)),
})
export type Message = z.infer<typeof Message>

/** Facts that touch many messages at once; they hold for every state with a lower rev. */
export const Expiry = z.object({ rev: Seq, at: TimeMs })
export const Erasure = z.omit(AccountErased, { kind: true })
export type Expiry = z.infer<typeof Expiry>
export type Erasure = z.infer<typeof Erasure>

/** A row as it goes over the wire. */
export function messageOf(row: MessageRow): Message {
  const { seq, rev, id, at, by } = row
  const bare: Message = { seq, rev, id, at, by, text: '', replyTo: null, mentions: [], source: null, system: null }
  const thread = row.thread === null ? {} : { thread: row.thread }
  if (row.deletedAt !== null) return { ...bare, ...thread, deleted: { at: row.deletedAt, by: row.deletedBy } }
  if ('system' in row.metadata) return { ...bare, system: row.metadata.system }
  const { text, replyTo, mentions, metadata, editedAt, pinnedAt, expiresAt } = row
  return {
    ...{ ...bare, text, replyTo, mentions, source: metadata.import ?? null, ...thread },
    ...(metadata.attachments && { attachments: metadata.attachments }),
    ...(metadata.forwarded && { forwarded: metadata.forwarded }),
    ...(metadata.guest && { guest: metadata.guest }),
    ...(editedAt !== null && { editedAt }),
    ...(pinnedAt !== null && { pinnedAt }),
    ...(expiresAt !== null && { expiresAt }),
    ...(row.reactions.length > 0 && { reactions: reactionsOf(row) }),
  }
}

/** By emoji, in the order in which each came up first. */
function reactionsOf({ reactions }: MessageRow): Reaction[] {
  const grouped = new Map<string, Reaction>()
  for (const { emoji, person } of reactions.toSorted((a, b) => a.at - b.at || byPerson(a, b))) {
    const reaction = grouped.get(emoji) ?? { emoji, count: 0, people: [] }
    const people = reaction.people.length < limits.reactionPeople ? [...reaction.people, person] : reaction.people
    grouped.set(emoji, { emoji, count: reaction.count + 1, people })
  }
  return [...grouped.values()]
}
