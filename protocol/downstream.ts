import * as z from 'zod/mini'
import { DisappearingMs, Media, PostPolicy } from './events.ts'
import { Seq, TimeMs, Uuid } from './ids.ts'
import { Erasure, Expiry, Message } from './message.ts'
import { RefusalReason } from './refusals.ts'

/** What a person may do in a room. */
export const Role = z.enum(['owner', 'admin', 'moderator', 'member'])
export type Role = z.infer<typeof Role>

/** How far one member's devices have received, and how far the person has read. */
export const Marks = z.object({ person: Uuid, delivered: Seq, read: Seq })
export type Marks = z.infer<typeof Marks>

/** One member as the others see them. In a direct room whose people keep reading to themselves, `read` of the other stays 0. */
export const Member = z.object({
  person: Uuid,
  name: z.string(),
  role: Role,
  delivered: Seq,
  read: Seq,
  /** A moderator silenced them until then. */
  silencedUntil: z.optional(TimeMs),
})
export type Member = z.infer<typeof Member>

/** What a room says of itself. A direct room has no name of its own: it is called after the other person. */
export const RoomFacts = z.object({
  id: Uuid,
  type: z.enum(['direct', 'group']),
  name: z.nullable(z.string()),
  createdBy: z.nullable(Uuid),
  createdAt: TimeMs,
  description: z._default(z.string(), ''),
  /** `admins`: an announcement room. */
  postPolicy: z._default(PostPolicy, 'everyone'),
  /** The pause that slow mode asks for between two messages of a member; 0: none. */
  slowModeSeconds: z._default(z.int(), 0),
  /** How long new messages stay; null: for ever. */
  disappearingMs: z._default(z.nullable(DisappearingMs), null),
})
export type RoomFacts = z.infer<typeof RoomFacts>

/** Everything from `from` on counts as unread, whatever was read (null: nothing does). `version` rises with each change. */
export const UnreadMark = z.object({ from: z.nullable(Seq), version: z.int() })
export type UnreadMark = z.infer<typeof UnreadMark>

/** What a room says of itself before anyone has changed it. */
export const asMade = { description: '', postPolicy: 'everyone', slowModeSeconds: 0, disappearingMs: null } as const

/** The answer to hello, made in the same turn in which the socket is registered. */
export const Welcome = z.object({
  t: z.literal('welcome'),
  v: z.int(),
  epoch: z.int(),
  head: Seq,
  /** The lowest seq that the room itself can still serve; older pages come over HTTP. */
  floor: Seq,
  room: RoomFacts,
  membersVersion: z.int(),
  members: z.array(Member),
  me: Uuid,
  /** The room's clock, so that a client whose own is wrong hides what disappears at the right time. */
  now: TimeMs,
  /** My own mark as unread. */
  unread: UnreadMark,
  /** Accounts that are gone and whose messages are still being worked through in the database. */
  erasing: z.array(Erasure),
  here: z.array(Uuid),
  /** When the session of this socket ends, in epoch milliseconds. */
  expiresAt: TimeMs,
})
export type Welcome = z.infer<typeof Welcome>

/**
 * Everything that changed in the range `covers` (both ends included) and not after it: whole states, ordered by rev.
 * `live` means that nothing is left to catch up: a seq inside what came without a state is final then, not a gap.
 */
export const Changes = z.object({
  t: z.literal('changes'),
  covers: z.tuple([Seq, Seq]),
  messages: z.array(Message),
  live: z.boolean(),
  /** Every message that was to disappear by `at` has, with this rev. */
  expired: z.optional(Expiry),
  /** Accounts that went in this range: their messages are nobody's, or gone, with the erasure's seq as rev. */
  erased: z.optional(z.array(Erasure)),
})
export type Changes = z.infer<typeof Changes>

/** What the client holds cannot be continued: drop the cached messages (never the outbox), the tail follows. */
export const Reset = z.object({ t: z.literal('reset'), epoch: z.int(), head: Seq })

/**
 * The log does not go back as far as the client. It reads GET /rooms/:id/changes until a page's `asOf` has reached the
 * seq before `floor`, and then sends `more` for the rest.
 */
export const Behind = z.object({ t: z.literal('behind'), floor: Seq })

/** This socket did not keep up, and gets no more live frames until it has said hello again. In 30 s it is closed with 4408. */
export const Lagging = z.object({ t: z.literal('lagging') })

/** The message is durable in the room under this seq. A repeat gets the same answer. */
export const Ack = z.object({ t: z.literal('ack'), id: Uuid, seq: Seq, at: TimeMs })

/** A rule said no. `id` is null when the frame had none that could be read. */
export const Refused = z.object({
  t: z.literal('refused'),
  id: z.nullable(z.string()),
  reason: RefusalReason,
  detail: z.string(),
  /** Present when the same frame may be sent again after this long. */
  retryAfterMs: z.optional(z.int()),
})
export type Refused = z.infer<typeof Refused>

/** Members' marks that rose. */
export const MarksRaised = z.object({ t: z.literal('marks'), marks: z.array(Marks) })

/** The members are now these. */
export const Members = z.object({ t: z.literal('members'), version: z.int(), members: z.array(Member) })

/** What the room says of itself is now this. */
export const RoomNow = z.object({ t: z.literal('room'), room: RoomFacts })

/** My own mark as unread, for my other devices. */
export const UnreadNow = z.object({ t: z.literal('unread'), ...UnreadMark.shape })

/** Too many people are here to name them: so many are writing. */
export const Typists = z.object({ t: z.literal('typists'), count: z.int() })

/** Someone else is writing: shown for 6 s at most, ended by a message of theirs or by `on: false`. */
export const TypingNow = z.object({ t: z.literal('typing'), person: Uuid, on: z.boolean() })

/** The people who have this room open now. */
export const Here = z.object({ t: z.literal('here'), people: z.array(Uuid) })

/** The session of this socket now ends at `expiresAt`. */
export const Renewed = z.object({ t: z.literal('renewed'), expiresAt: TimeMs })

/** A call as the room's members see it. `people` are the members in it; `guests`: so many others are. */
export const RoomCall = z.object({
  id: Uuid,
  /** The meeting that it is. */
  meeting: Uuid,
  media: Media,
  by: Uuid,
  startedAt: TimeMs,
  /** When someone else took it, or when it began where it does not ring; null: nobody has yet. */
  takenAt: z.nullable(TimeMs),
  people: z.readonly(z.array(Uuid)),
  guests: z.int(),
  /** It rings no more, and nobody took it: the meeting goes on all the same. */
  unanswered: z.optional(z.enum(['missed', 'declined'])),
})
export type RoomCall = z.infer<typeof RoomCall>

/** The call that is live in the room: after each welcome where there is one, and whenever it changes. Null: it is over. */
export const CallLive = z.object({ t: z.literal('call'), call: z.nullable(RoomCall) })

/** What a room says to a client. */
export const Downstream = z.discriminatedUnion('t', [
  Welcome,
  Changes,
  Reset,
  Ack,
  Refused,
  MarksRaised,
  Members,
  RoomNow,
  UnreadNow,
  Behind,
  Lagging,
  TypingNow,
  Typists,
  Here,
  CallLive,
  Renewed,
])
export type Downstream = z.infer<typeof Downstream>
