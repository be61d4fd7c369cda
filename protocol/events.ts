import * as z from 'zod/mini'
import { ClientId, DerivedId, Seq, TimeMs, Uuid } from './ids.ts'
import { limits } from './limits.ts'
import { MessageText, Storable } from './text.ts'

/** Where an imported message came from: the name it was written under there, and the kind of export. */
export const Source = z.object({ name: Storable.check(z.maxLength(200)), source: z.enum(['whatsapp', 'demo']) })
export type Source = z.infer<typeof Source>

/** Someone posted a message. `by` is null when the author has no account here (an import). */
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
})
export type MemberJoined = z.infer<typeof MemberJoined>

/** One fact in a room's log. Its seq is dense per room and is the only order there is. */
export const RoomEvent = z.discriminatedUnion('kind', [Posted, MemberJoined])
export type RoomEvent = z.infer<typeof RoomEvent>

/** What a system row tells. */
export const SystemFact = z.object({ kind: z.literal('member_joined'), person: Uuid, name: Storable })
export type SystemFact = z.infer<typeof SystemFact>

/**
 * The whole state of one message, as it stands on the wire and on the screen.
 * `rev` is the seq of the last event that touched it; of two states the higher rev wins.
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
})
export type Message = z.infer<typeof Message>

/** The state of the message that an event makes. */
export function messageOf(event: RoomEvent): Message {
  const { seq, at, id } = event
  switch (event.kind) {
    case 'posted': {
      const { by, text, replyTo, mentions, source } = event
      return { seq, rev: seq, id, at, by, text, replyTo, mentions, source, system: null }
    }
    case 'member_joined': {
      const system = { kind: event.kind, person: event.person, name: event.name }
      return { seq, rev: seq, id, at, by: null, text: '', replyTo: null, mentions: [], source: null, system }
    }
  }
}
