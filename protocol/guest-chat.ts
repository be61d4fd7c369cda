import * as z from 'zod/mini'
import { Attachments, CallEnded, CallStarted, Emoji, GuestAuthor, PostPolicy } from './events.ts'
import { ClientId, DerivedId, Seq, TimeMs, Uuid } from './ids.ts'
import { Ack, Lagging, Refused, Reset } from './downstream.ts'
import { Hello, More } from './upstream.ts'
import { MessageText } from './text.ts'

// A room as a guest of one of its meetings sees it: what was said after they were admitted, and nothing of its members but
// the names of those who said it.

const place = { seq: true, at: true, id: true } as const

/** What a row tells that nobody wrote: a call began or ended. Of everything else that happens a guest hears nothing. */
const GuestFact = z.discriminatedUnion('kind', [z.omit(CallStarted, { ...place, by: true }), z.omit(CallEnded, place)])

/** The whole state of one message. `name`: what its author is called; null when that is not known any more. */
export const GuestMessage = z.object({
  seq: Seq,
  rev: Seq,
  id: z.union([ClientId, DerivedId]),
  at: TimeMs,
  by: z.nullable(Uuid),
  name: z.nullable(z.string()),
  guest: z.optional(GuestAuthor),
  text: z.string(),
  /** Null also where it answers what a guest may not read. */
  replyTo: z.nullable(Seq),
  system: z.nullable(GuestFact),
  attachments: z.optional(Attachments),
  forwarded: z.optional(z.literal(true)),
  editedAt: z.optional(TimeMs),
  deleted: z.optional(z.object({ at: TimeMs })),
  expiresAt: z.optional(TimeMs),
  reactions: z.optional(z.array(z.object({ emoji: Emoji, count: z.int() }))),
})
export type GuestMessage = z.infer<typeof GuestMessage>

/** The answer to hello. `from`: nothing up to this seq is theirs. */
const GuestWelcome = z.object({
  t: z.literal('welcome'),
  v: z.int(),
  epoch: z.int(),
  head: Seq,
  from: Seq,
  /** Null in a direct room. */
  room: z.object({ name: z.nullable(z.string()), postPolicy: PostPolicy }),
  me: GuestAuthor,
  now: TimeMs,
  expiresAt: TimeMs,
})

/** Everything that changed in the range and is theirs to read. A seq of it without a state is final, not a gap. */
export const GuestChanges = z.object({
  t: z.literal('changes'),
  covers: z.tuple([Seq, Seq]),
  messages: z.array(GuestMessage),
  live: z.boolean(),
})
export type GuestChanges = z.infer<typeof GuestChanges>

/** What a room says to a guest. */
export const GuestDownstream = z.discriminatedUnion('t', [GuestWelcome, GuestChanges, Reset, Ack, Refused, Lagging])
export type GuestDownstream = z.infer<typeof GuestDownstream>

/** A guest's word in the room's log. */
export const GuestPost = z.object({
  t: z.literal('post'),
  id: ClientId,
  text: MessageText,
  replyTo: z.optional(Seq),
})
export type GuestPost = z.infer<typeof GuestPost>

/** What a guest says to a room. Of a live socket `more` says how far its client has come. */
export const GuestUpstream = z.discriminatedUnion('t', [Hello, More, GuestPost])
export type GuestUpstream = z.infer<typeof GuestUpstream>
