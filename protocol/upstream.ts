import * as z from 'zod/mini'
import { Attachments, DisappearingMs, Emoji, PostPolicy } from './events.ts'
import { ClientId, Seq, Uuid } from './ids.ts'
import { limits } from './limits.ts'
import { MessageText, RoomName, Storable } from './text.ts'

/**
 * The first frame on a socket. `since` is the end of the first covered interval that the client holds (0: nothing),
 * `from` the lowest seq it holds, `epoch` the epoch they belong to (null: nothing held).
 */
export const Hello = z.object({
  t: z.literal('hello'),
  v: z.int(),
  epoch: z.nullable(z.int()),
  since: Seq,
  from: Seq,
})
export type Hello = z.infer<typeof Hello>

const Mentions = z.array(Uuid).check(z.maxLength(limits.mentions))

// It is about one message.
const change = { id: ClientId, seq: Seq }

/** Post a message. The same id posts once, for ever. */
export const Post = z.object({
  t: z.literal('post'),
  id: ClientId,
  text: MessageText,
  replyTo: z.optional(Seq),
  /** The first message of the thread it belongs to. */
  thread: z.optional(Seq),
  /** The room's own id among them means everyone. */
  mentions: z.optional(Mentions),
  attachments: z.optional(Attachments),
  forwarded: z.optional(z.literal(true)),
})
export type Post = z.infer<typeof Post>

/** Another text for an own message. The earlier one is kept. */
export const Edit = z.object({
  t: z.literal('edit'),
  ...change,
  text: MessageText,
  mentions: z.optional(Mentions),
})

/** Empties a message, one's own or as a moderator. Its place stays. */
export const Delete = z.object({ t: z.literal('delete'), ...change })

/** Takes back an own deletion, for 60 s. */
export const Undelete = z.object({ t: z.literal('undelete'), ...change })

/** Adds a reaction, or takes it away. */
export const React = z.object({ t: z.literal('react'), ...change, emoji: Emoji, on: z.boolean() })

export const Pin = z.object({ t: z.literal('pin'), ...change, on: z.boolean() })

/** Changes the room itself; what is missing stays as it is. Answered by `ack` and told to everyone by `room`. */
export const Change = z.object({
  t: z.literal('change'),
  id: ClientId,
  name: z.optional(RoomName),
  description: z.optional(Storable.check(z.maxLength(limits.roomDescription))),
  postPolicy: z.optional(PostPolicy),
  slowModeSeconds: z.optional(z.int().check(z.minimum(0), z.maximum(limits.slowModeSeconds))),
  /** New messages disappear after this long; null: they stay. */
  disappearingMs: z.optional(z.nullable(DisappearingMs)),
})
export type Change = z.infer<typeof Change>

/** What a client asks for under an id: the same id is carried out once, for ever. */
export const Command = z.discriminatedUnion('t', [Post, Edit, Delete, Undelete, React, Pin, Change])
export type Command = z.infer<typeof Command>

/**
 * This device has applied everything up to `delivered` and the person has read up to `read`. Both only rise. Sent at
 * most once a second, and after 64 frames or 256 kB: a socket of which nothing is heard counts as too slow.
 * `unread` is the version of the mark as unread that the read clears: one set before the room was opened.
 */
export const Mark = z.object({ t: z.literal('mark'), delivered: Seq, read: Seq, unread: z.optional(z.int()) })
export type Mark = z.infer<typeof Mark>

/** The person wants to find everything from here on unread again, or (null) no longer. Nobody else sees it. */
export const Unread = z.object({ t: z.literal('unread'), from: z.nullable(Seq) })

/** Whether the person looks at the room, or has it open elsewhere. */
export const Look = z.object({ t: z.literal('look'), away: z.boolean() })

/** The person is writing (a lease of 6 s at the receiver), or has stopped. */
export const Typing = z.object({ t: z.literal('typing'), on: z.boolean() })

/** Catch-up: the client has applied everything up to `to`; send the next chunk. */
export const More = z.object({ t: z.literal('more'), to: Seq })
export type More = z.infer<typeof More>

/** A fresh renewal ticket from POST /api/v1/auth/refresh: the socket's session lives on. */
export const Renew = z.object({ t: z.literal('renew'), ticket: z.string().check(z.maxLength(4096)) })

/** What a client says to a room. Beside these, the bare text `ping` is answered with `pong:<head>`. */
export const Upstream = z.discriminatedUnion('t', [
  Hello,
  ...Command.def.options,
  Mark,
  Unread,
  Look,
  Typing,
  More,
  Renew,
])
export type Upstream = z.infer<typeof Upstream>
