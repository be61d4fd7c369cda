import * as z from 'zod/mini'
import { Role, RoomCall } from './downstream.ts'
import { Media, Source } from './events.ts'
import { ClientId, DerivedId, Seq, TimeMs, Uuid } from './ids.ts'
import { Settings } from './inbox.ts'
import { limits } from './limits.ts'
import { Message } from './message.ts'
import { MessageText, PersonName, RoomName, Storable } from './text.ts'

/** The shapes of the HTTP API under /api/v1. Times are epoch milliseconds. */

export const Email = Storable.check(z.trim(), z.toLowerCase(), z.maxLength(254), z.regex(/^[^@\s]+@[^@\s]+$/))
export const Password = z.string().check(z.minLength(limits.passwordMin), z.maxLength(limits.passwordMax))

/** POST /auth/sign-up */
export const SignUp = z.object({ email: Email, password: Password, name: PersonName })
/** POST /auth/sign-in */
export const SignIn = z.object({ email: Email, password: z.string().check(z.maxLength(1_000)) })

/** Who is signed in, until when. `grace`: Auth is away, and until it is back rooms alone are open. */
export const Me = z.object({
  person: z.object({ id: Uuid, name: z.string(), email: z.string() }),
  expiresAt: TimeMs,
  grace: z.optional(z.literal(true)),
})
export type Me = z.infer<typeof Me>

/** PATCH /me: what one is called from now on. Answers Me. */
export const Rename = z.object({ name: PersonName })

/** PATCH /me/settings: what is named changes, the rest stays. Answers all Settings, as GET does. */
export const ChangeSettings = z.partial(Settings)
export type ChangeSettings = z.infer<typeof ChangeSettings>

/** GET /me/blocks. PUT and DELETE /me/blocks/:person change it. */
export const BlockList = z.object({ blocked: z.array(Uuid) })
export type BlockList = z.infer<typeof BlockList>

/** Someone is signed in: the cookies are set. */
export const SignedIn = z.object({ state: z.literal('signed_in'), me: Me })
export type SignedIn = z.infer<typeof SignedIn>

/** What became of signing up: the session has begun, or a mail has to be confirmed first. */
export const SignedUp = z.discriminatedUnion('state', [
  SignedIn,
  z.object({ state: z.literal('confirm_email'), email: z.string() }),
])
export type SignedUp = z.infer<typeof SignedUp>

/**
 * POST /auth/refresh: the cookies are renewed; `renewal` goes into open sockets as a `renew` frame. `grace` as in
 * Me. POST /auth/renewal: the same for a bearer token, without cookies.
 */
export const Refreshed = z.object({ expiresAt: TimeMs, renewal: z.string(), grace: z.optional(z.literal(true)) })
export type Refreshed = z.infer<typeof Refreshed>

export const RoomDescription = Storable.check(z.trim(), z.maxLength(limits.roomDescription))

/** `public`: everyone finds it in the directory. */
export const Visibility = z.enum(['private', 'public'])

/** `approval`: whoever holds a link or finds the room asks, and an admin lets them in. */
export const JoinPolicy = z.enum(['open', 'approval'])

/** What of the past is for whoever comes in: all of it, or nothing from before they joined. */
export const HistoryFor = z.enum(['all', 'joined'])

/** POST /rooms. The page makes the id, so that a retry makes no second room. `members` are added if they let themselves be. */
export const CreateRoom = z.object({
  id: ClientId,
  name: RoomName,
  description: z.optional(RoomDescription),
  visibility: z.optional(Visibility),
  joinPolicy: z.optional(JoinPolicy),
  history: z.optional(HistoryFor),
  members: z.optional(z.array(Uuid).check(z.maxLength(limits.memberChanges))),
})

/** One line of the room list. A direct room is called after the other person. */
export const RoomSummary = z.object({
  id: Uuid,
  type: z.enum(['direct', 'group']),
  name: z.string(),
  role: Role,
  memberCount: z.int(),
  lastMessageAt: TimeMs,
  unread: z.int(),
  /** The newest message, if any; its text is cut to 200 characters. */
  last: z.nullable(z.object({ seq: Seq, by: z.nullable(Uuid), name: z.nullable(z.string()), text: z.string() })),
})
export type RoomSummary = z.infer<typeof RoomSummary>

/** GET /rooms: most recent first. */
export const RoomList = z.object({ rooms: z.array(RoomSummary) })
export type RoomList = z.infer<typeof RoomList>

/** Whom it did not work for, and why: unknown, banned, already, privacy, too_many_rooms, owner, not_member, role. */
export const RefusedPeople = z.array(z.object({ person: Uuid, reason: z.string() }))

/** POST /rooms */
export const RoomCreated = z.object({ room: RoomSummary, refused: z._default(RefusedPeople, []) })
export type RoomCreated = z.infer<typeof RoomCreated>

/** What counts as unread in a room, and what of it mentions the person: at most 1,000 each. */
export const UnreadCount = z.object({ unread: z.int(), mentions: z.int() })
export type UnreadCount = z.infer<typeof UnreadCount>

/** GET /unread: as Postgres counts. `total` is that of all rooms, also of muted ones. */
export const UnreadCounts = z.object({
  total: z.int(),
  rooms: z.array(z.object({ room: Uuid, ...UnreadCount.shape })),
})
export type UnreadCounts = z.infer<typeof UnreadCounts>

/**
 * GET /unread/audit: what three counted independently, room by room: the person's inbox, Postgres' function, and a plain
 * recount of the rows that the person may read. Null: that one knows no such room. `differences` are the rooms on which
 * they do not agree, `behind` those in which Postgres has not yet what the inbox has, so that nothing can be said.
 */
export const UnreadAudit = z.object({
  checked: z.int(),
  differences: z.array(
    z.object({
      room: Uuid,
      inbox: z.nullable(UnreadCount),
      sql: z.nullable(UnreadCount),
      recount: z.nullable(UnreadCount),
    }),
  ),
  behind: z.array(Uuid),
})
export type UnreadAudit = z.infer<typeof UnreadAudit>

/** POST /rooms/:id/ticket, /inbox/ticket: opens that socket once, until `expiresAt`, for a page of another origin. */
export const SocketTicket = z.object({ ticket: z.string(), expiresAt: TimeMs })
export type SocketTicket = z.infer<typeof SocketTicket>

/**
 * A page of a room's history, ascending by seq. It covers every seq of `covers` (both ends included; an end below the
 * start means an empty page); `more` and `moreAfter` say whether older and newer messages exist.
 */
export const Page = z.object({
  covers: z.tuple([Seq, Seq]),
  messages: z.array(Message),
  more: z.boolean(),
  moreAfter: z.boolean(),
  /** The states are those after this seq: who has applied more asks the room what it has done to this page since. */
  asOf: Seq,
})
export type Page = z.infer<typeof Page>

/**
 * GET /rooms/:id/changes?since=SEQ&from=SEQ&seq=SEQ: what the room's log no longer holds of the messages from `from` on
 * that changed after `since`, by rev. It covers (`since`, `to`]; `more` says that another page follows after `to`. Where
 * the event after `to` touched more than a page holds, `seq` says up to which message that event was told: the next page
 * is asked for with both. Whoever asks without `seq` is told each event whole, however much it touched.
 */
export const ChangesPage = z.object({
  to: Seq,
  seq: z.optional(Seq),
  messages: z.array(Message),
  more: z.boolean(),
  asOf: Seq,
})
export type ChangesPage = z.infer<typeof ChangesPage>

/** GET /rooms/:id/pins: the pinned messages, most recently pinned first. */
export const Pins = z.object({ messages: z.array(Message), asOf: Seq })
export type Pins = z.infer<typeof Pins>

/** One change of a room's members. `until` in epoch milliseconds; null: a ban for good, a muted person may speak again. */
export const MemberChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['add', 'remove', 'leave', 'unban']), person: Uuid }),
  z.object({ kind: z.literal('role'), person: Uuid, role: z.enum(['admin', 'moderator', 'member']) }),
  z.object({ kind: z.enum(['ban', 'mute']), person: Uuid, until: z.nullable(TimeMs) }),
])
export type MemberChange = z.infer<typeof MemberChange>

/** POST /rooms/:id/members. The same command is carried out once. It has reached the live sockets when it is answered. */
export const ChangeMembers = z.object({
  command: ClientId,
  changes: z.array(MemberChange).check(z.minLength(1), z.maxLength(limits.memberChanges)),
})
export type ChangeMembers = z.infer<typeof ChangeMembers>

/** What became of it: the refused ones with why. */
export const MembersChanged = z.object({
  membersVersion: z.int(),
  refused: RefusedPeople,
})
export type MembersChanged = z.infer<typeof MembersChanged>

/**
 * GET /rooms/:id/metrics, with the service key: how many events Postgres does not have yet, since when the oldest of them
 * waits (in milliseconds), and how many it refuses.
 */
export const RoomMetrics = z.object({ pending: z.int(), flushLagMs: z.int(), parked: z.int() })
export type RoomMetrics = z.infer<typeof RoomMetrics>

/** POST /rooms/:id/owner: the owner hands the room over. */
export const HandOver = z.object({ command: ClientId, to: Uuid })

/** POST /rooms/:id/calls: rings for the others in a direct room or a small group. The same id starts one call, for ever. */
export const StartCall = z.object({ id: ClientId, media: Media })

/**
 * A room's live call, or null: answered by POST and GET /rooms/:id/calls. A call that is live is the answer to whoever starts
 * one; a repeat of a call that has ended is answered with null.
 */
export const CallNow = z.object({
  call: z.nullable(
    z.extend(RoomCall, {
      /** Until when it rings; null: it does not. */
      ringsUntil: z.nullable(TimeMs),
    }),
  ),
})
export type CallNow = z.infer<typeof CallNow>

/** POST /rooms/:id/calls/:call/answer */
export const AnswerCall = z.object({ how: z.enum(['accept', 'decline']) })

/** POST /rooms/:id/links: the link opens the room to whoever holds it until `expiresAt`; null: until it is revoked. */
export const JoinLink = z.object({
  id: z.optional(Uuid),
  code: z.string(),
  url: z.string(),
  expiresAt: z.nullable(TimeMs),
})
export type JoinLink = z.infer<typeof JoinLink>

/** Why a link opens nothing any more. */
export const LinkEnd = z.enum(['expired', 'used_up', 'revoked'])
export type LinkEnd = z.infer<typeof LinkEnd>

/** A join code: 22 characters of base64url, 128 bits. */
export const JoinCode = z.string().check(z.regex(/^[A-Za-z0-9_-]{22}$/))

/** GET /links/:code: what a link's landing page may show before anyone joins. Nothing of the room's content. */
export const LinkPreview = z.object({
  roomId: Uuid,
  roomName: z.string(),
  memberCount: z.int(),
  invitedBy: z.nullable(z.string()),
  /** Whether the person who asks is a member already (false when signed out). */
  member: z.boolean(),
  /** The room asks for a passcode. */
  passcode: z._default(z.boolean(), false),
  /** One asks to be let in. */
  approval: z._default(z.boolean(), false),
})
export type LinkPreview = z.infer<typeof LinkPreview>

/** POST /links/:code/join */
export const Joined = z.object({ roomId: Uuid, already: z.boolean() })
export type Joined = z.infer<typeof Joined>

/** POST /rooms/:id/import, with the service key: up to 500 messages of an export, in their order. */
export const ImportBatch = z.object({
  messages: z
    .array(
      z.object({
        id: DerivedId,
        at: TimeMs,
        by: z.nullable(Uuid),
        source: z.nullable(Source),
        text: MessageText,
      }),
    )
    .check(z.maxLength(limits.importMessages)),
  /** Allow it although the room has messages of its own. */
  append: z.boolean(),
})
export type ImportBatch = z.infer<typeof ImportBatch>

/** How many of the batch are new, and how many the room had already. */
export const Imported = z.object({ head: Seq, added: z.int(), repeated: z.int() })
export type Imported = z.infer<typeof Imported>
