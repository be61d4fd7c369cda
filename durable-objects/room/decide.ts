import type { Posted, MemberJoined, Source } from '../../protocol/events.ts'
import { limits } from '../../protocol/limits.ts'
import type { RefusalReason } from '../../protocol/refusals.ts'
import type { Room } from './room.ts'
import { spend, type Pace } from './pace.ts'

/** A message that someone wants to post. `hash` is the keyed hash of author and body. */
export interface PostCommand {
  id: string
  by: string
  text: string
  replyTo: number | null
  mentions: string[]
  hash: string
}

/** What the spine remembers of a command: enough to tell a repeat from a conflict, for ever. */
export interface Known {
  seq: number
  at: number
  hash: string
}

/** What the room looked up for this command before it decides. */
export interface Context {
  known: Known | null
  /** Whether the message it replies to exists. */
  target: boolean
  pace: Pace
}

export type Decision =
  | { kind: 'accept'; event: Posted; pace: Pace }
  | { kind: 'repeat'; seq: number; at: number }
  | { kind: 'refuse'; reason: RefusalReason; detail: string; retryAfterMs?: number }

/**
 * Decides on a post by a member. Membership is the caller's to check: who is not a member has no socket.
 * A repeat is answered before pace, so that a client that lost its ack is never told to slow down for it.
 */
export function decide(room: Room, command: PostCommand, context: Context, now: number): Decision {
  const { known } = context
  if (known) {
    if (known.hash === command.hash) return { kind: 'repeat', seq: known.seq, at: known.at }
    return { kind: 'refuse', reason: 'conflict', detail: 'This id was used for another message.' }
  }
  if (command.replyTo !== null && !context.target) {
    return { kind: 'refuse', reason: 'no_such_message', detail: `There is no message ${command.replyTo} to reply to.` }
  }
  if (room.head - room.flushed >= limits.backlogEvents) {
    const detail =
      'The room holds as many unsaved messages as it may. Your text is kept; it is sent as soon as there is room.'
    return { kind: 'refuse', reason: 'busy', detail, retryAfterMs: 30_000 }
  }
  const paid = spend(context.pace, now)
  if (!paid.ok) {
    return {
      kind: 'refuse',
      reason: 'slow_down',
      detail: 'Too many messages at once.',
      retryAfterMs: paid.retryAfterMs,
    }
  }
  return { kind: 'accept', event: posted(room, command, null, now), pace: paid.pace }
}

/** The event of a post at the room's next place. */
export function posted(
  room: Room,
  command: Omit<PostCommand, 'by'> & { by: string | null },
  source: Source | null,
  at: number,
): Posted {
  const { id, by, text, replyTo, mentions, hash } = command
  return { kind: 'posted', seq: room.head + 1, at, id, by, text, replyTo, mentions, source, hash }
}

/** The event of someone becoming a member. `id` is derived from room, epoch and seq. */
export function joined(room: Room, person: { id: string; name: string }, id: string, at: number): MemberJoined {
  return { kind: 'member_joined', seq: room.head + 1, at, id, person: person.id, name: person.name }
}
