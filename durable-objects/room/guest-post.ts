import type { GuestAuthor, Posted } from '../../protocol/events.ts'
import type { GuestPost } from '../../protocol/guest-chat.ts'
import { limits } from '../../protocol/limits.ts'
import type { Known, Place, Refusal } from './decide.ts'
import type { Room } from './room.ts'

/** What the room looked up for a guest's post before it decides. */
export interface GuestContext {
  hash: string
  known: Known | null
  about: Place | null
  /** Nothing up to this seq is theirs, to answer either. */
  from: number
  /** When they last posted; null: not that the room knows. */
  postedAt: number | null
  /** How long their pace asks to wait; asked last, since asking counts. */
  pace(): number
}

export type GuestDecision = { kind: 'accept'; event: Posted } | { kind: 'repeat'; seq: number; at: number } | Refusal

/** Decides on what a guest wants to say, as `decide` does for members. */
export function decideGuest(
  room: Room,
  guest: GuestAuthor,
  post: GuestPost,
  context: GuestContext,
  now: number,
): GuestDecision {
  const { id, text } = post
  const replyTo = post.replyTo ?? null
  const { known, hash, about, from, postedAt } = context
  if (known) {
    if (known.hash === hash) return { kind: 'repeat', seq: known.seq, at: known.at }
    return refuse('conflict', 'This id was used for something else.')
  }
  const { postPolicy, slowModeSeconds, disappearingMs } = room.facts
  if (postPolicy === 'admins') return refuse('not_allowed', 'Only admins write in this room.')
  if (replyTo !== null && (replyTo <= from || !about)) {
    return refuse('no_such_message', `There is no message ${replyTo} here.`)
  }
  if (room.head - room.flushed >= limits.backlogEvents) {
    return refuse('busy', 'The room holds as many unsaved messages as it may. Your text is kept.', 30_000)
  }
  const slowMs = postedAt === null ? 0 : postedAt + slowModeSeconds * 1_000 - now
  if (slowMs > 0) return refuse('slow_down', 'Slow mode: a pause between two messages.', slowMs)
  const wait = context.pace()
  if (wait > 0) return refuse('slow_down', 'Too much at once.', wait)
  const expires = disappearingMs === null ? {} : { expiresAt: now + disappearingMs }
  const said = { id, by: null, guest, text, replyTo, mentions: [], source: null, hash }
  return { kind: 'accept', event: { kind: 'posted', seq: room.head + 1, at: now, ...said, ...expires } }
}

function refuse(reason: Refusal['reason'], detail: string, retryAfterMs?: number): Refusal {
  return { kind: 'refuse', reason, detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}
