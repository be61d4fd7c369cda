import * as z from 'zod/mini'
import { Refused, Renewed, Role } from './downstream.ts'
import { Emoji, Media } from './events.ts'
import { ClientId, Seq, TimeMs, Uuid } from './ids.ts'
import { limits } from './limits.ts'
import { Storable, utf8Bytes } from './text.ts'
import { Renew } from './upstream.ts'

/** What a person's inbox and their devices say to each other, over one socket per device. Times are epoch milliseconds. */

/** What of a room someone wants to be told of. */
export const NotifyLevel = z.enum(['all', 'mentions', 'nothing'])
export type NotifyLevel = z.infer<typeof NotifyLevel>

/** The newest message that someone wrote, as a list shows it: the text is cut to 200 characters, empty when it is deleted. */
export const Preview = z.object({
  seq: Seq,
  at: TimeMs,
  by: z.nullable(Uuid),
  /** What the author is called, a guest with “(guest)” behind it; null when the account is gone. */
  name: z.nullable(z.string()),
  text: z.string(),
  deleted: z.optional(z.literal(true)),
  /** How many files it carries; absent: none. */
  attachments: z.optional(z.int()),
})
export type Preview = z.infer<typeof Preview>

/** What someone set about a room for themselves. Muted until a time; level `nothing` mutes for good. */
export const RoomPreferences = z.object({
  pinnedAt: z.nullable(TimeMs),
  archivedAt: z.nullable(TimeMs),
  mutedUntil: z.nullable(TimeMs),
  level: NotifyLevel,
})
export type RoomPreferences = z.infer<typeof RoomPreferences>

/** One line of a person's room list. */
export const RoomLine = z.object({
  room: Uuid,
  type: z.enum(['direct', 'group']),
  /** A direct room is called after the other person. */
  name: z.string(),
  /** The other person of a direct room; null in a group, or when the account is gone. */
  other: z.nullable(Uuid),
  role: Role,
  memberCount: z.int(),
  /** The seq of the last event that the line tells of. */
  head: Seq,
  /** How far the person has read, and from where on they marked it as unread (null: nowhere). */
  read: Seq,
  unreadFrom: z.nullable(Seq),
  /** Messages that count as unread, and those among them that mention the person: at most 1,000 each. */
  unread: z.int().check(z.minimum(0), z.maximum(limits.unreadCap)),
  mentions: z.int().check(z.minimum(0), z.maximum(limits.unreadCap)),
  last: z.nullable(Preview),
  /** When someone last wrote, or the room was made: the list is ordered by it. */
  lastAt: TimeMs,
  ...RoomPreferences.shape,
})
export type RoomLine = z.infer<typeof RoomLine>

/** What someone began to write: one per room and thread. An empty text takes it away. */
export const Draft = z.object({
  room: Uuid,
  thread: z.nullable(Seq),
  text: Storable.check(
    z.refine((text) => utf8Bytes(text) <= limits.textBytes, `is longer than ${limits.textBytes} bytes`),
  ),
  at: TimeMs,
})
export type Draft = z.infer<typeof Draft>

/** What someone says of themself beside their state, until a time (null: until they change it). */
export const CustomStatus = z.object({
  text: Storable.check(z.trim(), z.maxLength(limits.statusText)),
  emoji: z.nullable(Emoji),
  until: z.nullable(TimeMs),
})
export type CustomStatus = z.infer<typeof CustomStatus>

/** How someone shows themself. `busy` is do-not-disturb; `invisible` shows nothing to anyone. */
export const OwnStatus = z.object({
  show: z.enum(['available', 'busy', 'invisible']),
  custom: z.nullable(CustomStatus),
})
export type OwnStatus = z.infer<typeof OwnStatus>

/** One person as another may see them. `hidden`: they do not show it, or not to this person; nothing else is told then. */
export const Presence = z.object({
  person: Uuid,
  state: z.enum(['online', 'away', 'busy', 'offline', 'hidden']),
  lastSeenAt: z.nullable(TimeMs),
  custom: z.nullable(CustomStatus),
})
export type Presence = z.infer<typeof Presence>

/** Who may see something of a person: a contact is someone whose direct room the person has opened. */
export const Audience = z.enum(['everyone', 'contacts', 'nobody'])
export type Audience = z.infer<typeof Audience>

/** A time zone by its name in the IANA's list. */
export const TimeZone = z.string().check(z.maxLength(64), z.refine(isTimeZone, 'is not a time zone'))

/** Hours in which nothing disturbs: minutes after midnight in a time zone; an end before the start is on the next day. */
export const QuietHours = z.object({
  from: z.int().check(z.minimum(0), z.maximum(1_439)),
  to: z.int().check(z.minimum(0), z.maximum(1_439)),
  timeZone: TimeZone,
  /** The days on which they begin: 0 is Sunday. */
  days: z.array(z.int().check(z.minimum(0), z.maximum(6))).check(z.maxLength(7)),
})
export type QuietHours = z.infer<typeof QuietHours>

/** What someone set for themself. Last seen is reciprocal: who shows it to nobody sees nobody's. */
export const Settings = z.object({
  lastSeen: Audience,
  photo: Audience,
  about: Audience,
  groupAdd: Audience,
  /** In direct rooms: whether reading is shown, both ways. */
  readReceipts: z.boolean(),
  quietHours: z.nullable(QuietHours),
  /** Whether a notification shows what was written. */
  previews: z.boolean(),
})
export type Settings = z.infer<typeof Settings>

/** A call that rings. `until` is when it stops by itself. */
export const Ring = z.object({
  room: Uuid,
  call: Uuid,
  media: Media,
  /** What the room is called for the person who is rung, and who calls. */
  roomName: z.string(),
  by: Uuid,
  name: z.string(),
  until: TimeMs,
})
export type Ring = z.infer<typeof Ring>

/** The first frame. `since` is the version that the device holds of the inbox that `epoch` names (null and 0: nothing). */
export const InboxHello = z.object({ t: z.literal('hello'), v: z.int(), epoch: z.nullable(Uuid), since: z.int() })
export type InboxHello = z.infer<typeof InboxHello>

/** The device has taken in everything up to a version: what it tells of has been received. At most once a second. */
export const Seen = z.object({ t: z.literal('seen'), version: z.int() })

/**
 * Changes what the person set about a room; what is missing stays as it is. `at`: when they did, so that what came since
 * brings back a room that they archived (absent: now). Answered by `ack`.
 */
export const SetRoom = z.object({
  t: z.literal('set'),
  id: ClientId,
  room: Uuid,
  at: z.optional(TimeMs),
  pinned: z.optional(z.boolean()),
  archived: z.optional(z.boolean()),
  mutedUntil: z.optional(z.nullable(TimeMs)),
  level: z.optional(NotifyLevel),
})
export type SetRoom = z.infer<typeof SetRoom>

/**
 * Marks a whole room as read, or as unread from its last message on, without opening it. `upTo`: what the device knew of
 * when the person read it; what came later stays as it is (absent: everything). Answered by `ack`.
 */
export const MarkRoom = z.object({
  ...{ t: z.literal('mark'), id: ClientId, room: Uuid },
  as: z.enum(['read', 'unread']),
  upTo: z.optional(Seq),
})
export type MarkRoom = z.infer<typeof MarkRoom>

/** What is being written, for the person's other devices. Sent when it has rested for a moment. */
export const KeepDraft = z.object({ t: z.literal('draft'), ...Draft.shape })

/** The people this device has on screen: it hears of them and of nobody else. Replaces what it watched before. */
export const Watch = z.object({ t: z.literal('watch'), people: z.array(Uuid).check(z.maxLength(limits.watched)) })

/** Whether someone sits before this device. */
export const LookInbox = z.object({ t: z.literal('look'), away: z.boolean() })

/** How the person shows themself from now on. Answered by `ack`. */
export const SetStatus = z.object({ t: z.literal('status'), id: ClientId, ...OwnStatus.shape })
export type SetStatus = z.infer<typeof SetStatus>

/** What the person does with a call that rings here. It stops ringing on all their devices. Answered by `ack`. */
export const AnswerRing = z.object({
  ...{ t: z.literal('answer'), id: ClientId, room: Uuid, call: Uuid },
  how: z.enum(['accept', 'decline']),
})
export type AnswerRing = z.infer<typeof AnswerRing>

/** What a device says to its person's inbox. Beside these, the bare text `ping` is answered with `pong:<version>`. */
export const InboxUpstream = z.discriminatedUnion('t', [
  InboxHello,
  Seen,
  SetRoom,
  MarkRoom,
  KeepDraft,
  Watch,
  LookInbox,
  SetStatus,
  AnswerRing,
  Renew,
])
export type InboxUpstream = z.infer<typeof InboxUpstream>

/**
 * The answer to hello. `rooms` frames follow up to one that is `done`: every line that changed after `since`, or, when
 * `whole`, all there are, and what the device holds beside them is over.
 */
export const InboxWelcome = z.object({
  t: z.literal('welcome'),
  v: z.int(),
  epoch: Uuid,
  whole: z.boolean(),
  /** The database could not be asked: the list is as the inbox last knew it. The rest follows. */
  stale: z.boolean(),
  me: Uuid,
  /** The inbox's clock. */
  now: TimeMs,
  expiresAt: TimeMs,
  status: OwnStatus,
  settings: Settings,
  blocked: z.array(Uuid),
  drafts: z.array(Draft),
  rings: z.array(Ring),
})
export type InboxWelcome = z.infer<typeof InboxWelcome>

/** Lines that are new or changed, whole, and rooms that are the person's no more. With `done` the device is at `version`. */
export const RoomsChanged = z.object({
  t: z.literal('rooms'),
  version: z.int(),
  rooms: z.array(RoomLine),
  gone: z.array(Uuid),
  done: z.boolean(),
})
export type RoomsChanged = z.infer<typeof RoomsChanged>

/** The list is no longer stale. */
export const InboxFresh = z.object({ t: z.literal('fresh') })

/** It was done, and holds for all the person's devices. */
export const InboxAck = z.object({ t: z.literal('ack'), id: Uuid })

/** What another device of the person began to write. */
export const DraftNow = z.object({ t: z.literal('draft'), ...Draft.shape })

/** How people on screen are now. */
export const PresenceNow = z.object({ t: z.literal('presence'), people: z.array(Presence) })

/** What the person set for themself is now this, for their other devices. */
export const MineNow = z.object({
  t: z.literal('mine'),
  status: OwnStatus,
  settings: Settings,
  blocked: z.array(Uuid),
})

/** Someone writes in a room that may not be open here: shown for 6 s at most. */
export const RoomTyping = z.object({
  ...{ t: z.literal('typing'), room: Uuid, person: Uuid },
  name: z.string(),
  on: z.boolean(),
})

export const Rings = z.object({ t: z.literal('ring'), ...Ring.shape })

/** A call rings here no more: someone of the person's devices took it or declined it, or nobody did in time. */
export const RingOver = z.object({
  ...{ t: z.literal('ring_over'), room: Uuid, call: Uuid },
  why: z.enum(['accepted', 'declined', 'ended', 'missed']),
})

/**
 * What became of a meeting to which the person is invited: they are, it is held at another time, it is cancelled, they are invited
 * no more, or another device of theirs has answered. A hint: `GET /meetings` has what counts.
 */
export const InvitationNews = z.object({
  ...{ t: z.literal('invitation'), meeting: Uuid, title: z.string() },
  news: z.enum(['invited', 'changed', 'cancelled', 'withdrawn', 'answered']),
  /** The name of whoever did it. */
  by: z.string(),
})
export type InvitationNews = z.infer<typeof InvitationNews>

/** What an inbox says to a device. */
export const InboxDownstream = z.discriminatedUnion('t', [
  InboxWelcome,
  RoomsChanged,
  InboxFresh,
  InboxAck,
  Refused,
  DraftNow,
  PresenceNow,
  MineNow,
  RoomTyping,
  Rings,
  RingOver,
  InvitationNews,
  Renewed,
])
export type InboxDownstream = z.infer<typeof InboxDownstream>

/** Whether a room is muted: it neither disturbs nor counts. */
export function muted({ mutedUntil, level }: Pick<RoomLine, 'mutedUntil' | 'level'>, now: number): boolean {
  return level === 'nothing' || (mutedUntil !== null && mutedUntil > now)
}

/** What a room adds to the badge: its unread messages, where only mentions matter those, and nothing while it is muted. */
export function badgeOf(line: Pick<RoomLine, 'mutedUntil' | 'level' | 'unread' | 'mentions'>, now: number): number {
  if (muted(line, now)) return 0
  return line.level === 'mentions' ? line.mentions : line.unread
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
