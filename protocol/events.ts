import * as z from 'zod/mini'
import { ClientId, DerivedId, Seq, TimeMs, Uuid } from './ids.ts'
import { limits } from './limits.ts'
import { MessageText, RoomName, Storable, utf8Bytes } from './text.ts'

/** Where an imported message came from: the name it was written under there, and the kind of export. */
export const Source = z.object({ name: Storable.check(z.maxLength(200)), source: z.enum(['whatsapp', 'demo']) })
export type Source = z.infer<typeof Source>

/** Who wrote in the chat of a meeting without being a member of its room. */
export const GuestAuthor = z.object({ id: Uuid, name: Storable.check(z.maxLength(limits.personName)) })
export type GuestAuthor = z.infer<typeof GuestAuthor>

/** A file that a message refers to; the file itself is kept elsewhere. */
export const Attachment = z.object({
  id: Uuid,
  name: Storable.check(z.minLength(1), z.maxLength(limits.fileName), z.regex(/^\P{Cc}*$/u)),
  mime: z.string().check(z.maxLength(100), z.regex(/^[\w.+-]+\/[\w.+-]+$/)),
  bytes: z.int().check(z.minimum(0), z.maximum(limits.attachmentBytes)),
})
export type Attachment = z.infer<typeof Attachment>
export const Attachments = z.array(Attachment).check(z.minLength(1), z.maxLength(limits.attachments))

/** Someone posted a message. `by` is null when the author is no member: an import, or a guest. */
export const Posted = z.object({
  kind: z.literal('posted'),
  seq: Seq,
  at: TimeMs,
  id: z.union([ClientId, DerivedId]),
  by: z.nullable(Uuid),
  text: MessageText,
  replyTo: z.nullable(Seq),
  mentions: z.array(Uuid).check(z.maxLength(limits.mentions)),
  source: z.nullable(Source),
  /** Keyed hash of author and body, in hex: it tells a repeat from a conflict without keeping the text. */
  hash: z.string(),
  /** When it disappears by itself; absent: never. */
  expiresAt: z.optional(TimeMs),
  /** The message whose thread it belongs to; absent: none. */
  thread: z.optional(Seq),
  /** Absent: none. */
  attachments: z.optional(Attachments),
  /** It was said elsewhere first. */
  forwarded: z.optional(z.literal(true)),
  /** The guest of a meeting who wrote it; absent: no guest did. */
  guest: z.optional(GuestAuthor),
})
export type Posted = z.infer<typeof Posted>

/** Someone became a member. Shown as a system row. */
export const MemberJoined = z.object({
  kind: z.literal('member_joined'),
  seq: Seq,
  at: TimeMs,
  id: DerivedId,
  person: Uuid,
  name: Storable,
  /** Who let them in; absent: they came by themselves. */
  by: z.optional(Uuid),
})
export type MemberJoined = z.infer<typeof MemberJoined>

// Someone asked for it: an id that is used once, and the hash that tells a repeat from a conflict.
const command = { seq: Seq, at: TimeMs, id: z.union([ClientId, DerivedId]), by: z.nullable(Uuid), hash: z.string() }
// It touches one message, by the message's seq.
const change = { ...command, target: Seq }
// It is shown as a row of its own.
const fact = { seq: Seq, at: TimeMs, id: DerivedId }

/** What is kept of a text that was changed: the text, and when the next one took its place. */
export const EarlierText = z.object({ text: z.string(), until: TimeMs })
export type EarlierText = z.infer<typeof EarlierText>

/** What a message carries beside its text. */
export const Metadata = z.object({
  import: z.optional(Source),
  attachments: z.optional(Attachments),
  forwarded: z.optional(z.literal(true)),
  guest: z.optional(GuestAuthor),
})
export type Metadata = z.infer<typeof Metadata>

/** A reaction: one emoji, as one grapheme. */
export const Emoji = z.string().check(
  z.refine((emoji) => /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic})$/v.test(emoji), 'is not one emoji'),
  z.refine((emoji) => utf8Bytes(emoji) <= limits.emojiBytes, `is longer than ${limits.emojiBytes} bytes`),
)

export const Edited = z.object({
  kind: z.literal('edited'),
  ...change,
  text: MessageText,
  mentions: z.array(Uuid).check(z.maxLength(limits.mentions)),
})
export const Deleted = z.object({ kind: z.literal('deleted'), ...change })
/** Carries the whole content, since the deletion emptied it everywhere. */
export const Undeleted = z.object({
  kind: z.literal('undeleted'),
  ...change,
  text: MessageText,
  mentions: z.array(Uuid).check(z.maxLength(limits.mentions)),
  metadata: Metadata,
  edits: z.array(EarlierText).check(z.maxLength(limits.earlierTexts)),
})
export const Reacted = z.object({ kind: z.literal('reacted'), ...change, by: Uuid, emoji: Emoji })
export const Unreacted = z.object({ kind: z.literal('unreacted'), ...change, by: Uuid, emoji: Emoji })
export const Pinned = z.object({ kind: z.literal('pinned'), ...change })
export const Unpinned = z.object({ kind: z.literal('unpinned'), ...change })

/** Every message whose `expiresAt` is not after `at` has disappeared. */
export const Expired = z.object({ kind: z.literal('expired'), seq: Seq, at: TimeMs })
/** Someone's account is gone: their messages stay as nobody's, or go as well. */
export const AccountErased = z.object({
  ...{ kind: z.literal('account_erased'), seq: Seq, at: TimeMs },
  person: Uuid,
  mode: z.enum(['keep', 'erase']),
})

const about = { ...fact, person: Uuid, name: Storable, by: z.nullable(Uuid) }
export const MemberLeft = z.object({ kind: z.literal('member_left'), ...about })
export const RoleChanged = z.object({
  kind: z.literal('role_changed'),
  ...about,
  role: z.enum(['owner', 'admin', 'moderator', 'member']),
})
/** `until`: null is for good. */
export const MemberBanned = z.object({ kind: z.literal('member_banned'), ...about, until: z.nullable(TimeMs) })
export const MemberUnbanned = z.object({ kind: z.literal('member_unbanned'), ...about })
/** A moderator silenced someone; `until` null: they may write again. */
export const MemberMuted = z.object({ kind: z.literal('member_muted'), ...about, until: z.nullable(TimeMs) })

/** The name is the room's from here on. */
export const Renamed = z.object({ kind: z.literal('renamed'), ...fact, by: z.nullable(Uuid), name: RoomName })
/** How long messages stay in a room where they disappear: a day, a week, 90 days. */
export const DisappearingMs = z.literal([86_400_000, 604_800_000, 7_776_000_000])
export const PostPolicy = z.enum(['everyone', 'admins'])

/** What else people set about a room; a key that is missing stays as it was. */
export const RoomChanged = z.object({
  ...{ kind: z.literal('room_changed'), ...fact, by: z.nullable(Uuid) },
  description: z.optional(Storable.check(z.maxLength(limits.roomDescription))),
  postPolicy: z.optional(PostPolicy),
  slowModeSeconds: z.optional(z.int().check(z.minimum(0), z.maximum(limits.slowModeSeconds))),
  /** New messages disappear after this long; null: they stay. */
  disappearingMs: z.optional(z.nullable(DisappearingMs)),
})

/** What people send each other in a call. */
export const Media = z.enum(['audio', 'video'])
export type Media = z.infer<typeof Media>

export const CallStarted = z.object({
  ...{ kind: z.literal('call_started'), ...fact, by: z.nullable(Uuid), meeting: Uuid },
  /** Absent: it is not known. */
  media: z.optional(Media),
})
/** `outcome`: nobody took it in time, the one other person declined it, or it was taken back before; absent: it took place. */
export const CallEnded = z.object({
  ...{ kind: z.literal('call_ended'), ...fact, meeting: Uuid },
  durationMs: z.int().check(z.minimum(0)),
  outcome: z.optional(z.enum(['missed', 'declined', 'cancelled'])),
})

/** One fact in a room's log. Its seq is dense per room and is the only order there is. */
export const RoomEvent = z.discriminatedUnion('kind', [
  Posted,
  Edited,
  Deleted,
  Undeleted,
  Reacted,
  Unreacted,
  Pinned,
  Unpinned,
  Expired,
  AccountErased,
  MemberJoined,
  MemberLeft,
  RoleChanged,
  MemberBanned,
  MemberUnbanned,
  MemberMuted,
  Renamed,
  RoomChanged,
  CallStarted,
  CallEnded,
])
export type RoomEvent = z.infer<typeof RoomEvent>
