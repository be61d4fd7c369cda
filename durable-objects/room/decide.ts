import type { RoomEvent, Undeleted } from '../../protocol/events.ts'
import { limits } from '../../protocol/limits.ts'
import { may, type Act, type Standing } from '../../protocol/permissions.ts'
import type { RefusalReason } from '../../protocol/refusals.ts'
import type { ChangeEvent, MessageRow } from '../../protocol/row.ts'
import type { Command } from '../../protocol/upstream.ts'
import type * as z from 'zod/mini'
import { blockedIn, type Room } from './room.ts'
import { spend, type Pace } from './pace.ts'

/** A command of a member, with the keyed hash of who asks and for what. */
export interface Asked<C extends Command = Command> {
  by: string
  command: C
  hash: string
}

/** What the spine remembers of a command: enough to tell a repeat from a conflict, for ever. */
export interface Known {
  seq: number
  at: number
  hash: string
}

/** What the spine remembers of a message that someone wrote. */
export interface Place {
  seq: number
  id: string
  by: string | null
  at: number
  thread: number | null
  expiresAt: number | null
  deleted: boolean
}

/** The content of a message that was deleted a moment ago. */
export type Withdrawn = Pick<z.infer<typeof Undeleted>, 'text' | 'mentions' | 'metadata' | 'edits'>

/** What the room looked up for this command before it decides. */
export interface Context {
  known: Known | null
  /** The message it is about, or that it replies to. */
  about: Place | null
  /** The message that begins the thread it is posted in. */
  thread: Place | null
  /** The state of the message it is about; null: not at hand, or there is none. */
  row: MessageRow | null
  withdrawn: Withdrawn | null
  /** When this person last posted here, as far as slow mode asks. */
  postedAt: number | null
  pace: Pace
  /** The id of an event that no client named, at its seq. */
  derivedId(seq: number): string
}

export type Decision =
  | { kind: 'accept'; events: RoomEvent[]; pace: Pace }
  | { kind: 'repeat'; seq: number; at: number }
  /** It is about an old message whose state has to be fetched first; then it is decided as if it had just come. */
  | { kind: 'load'; seq: number }
  | Refusal

export interface Refusal {
  kind: 'refuse'
  reason: RefusalReason
  detail: string
  retryAfterMs?: number
}

type Made = { events: RoomEvent[] } | { kind: 'load'; seq: number } | Refusal

/**
 * Decides on a member's command. Membership is the caller's to check: who is not a member has no socket.
 * A repeat is answered before anything else, so that a client that lost its ack is never told no for it.
 */
export function decide(room: Room, asked: Asked, context: Context, now: number): Decision {
  const { known } = context
  if (known) {
    if (known.hash === asked.hash) return { kind: 'repeat', seq: known.seq, at: known.at }
    return refuse('conflict', 'This id was used for something else.')
  }
  const standing = room.members.get(asked.by)!.role
  const forbidden = forbids(room, standing, asked, context, now)
  if (forbidden) return forbidden
  if (room.head - room.flushed >= limits.backlogEvents) {
    const detail =
      'The room holds as many unsaved messages as it may. Your text is kept; it is sent as soon as there is room.'
    return refuse('busy', detail, 30_000)
  }
  const slow = slowMode(room, standing, asked, context, now)
  if (slow) return slow
  const paid = spend(context.pace, now)
  if (!paid.ok) return refuse('slow_down', 'Too much at once.', paid.retryAfterMs)
  const outcome = make(room, asked, context, now)
  return 'events' in outcome ? { kind: 'accept', events: outcome.events, pace: paid.pace } : outcome
}

/** What this person may not do here at all. */
function forbids(room: Room, standing: Standing, asked: Asked, context: Context, now: number): Refusal | null {
  const { by, command } = asked
  const { silencedUntil = 0 } = room.members.get(by)!
  if (silencedUntil > now) {
    return refuse('not_allowed', 'A moderator has silenced you here. Your text is kept.')
  }
  // Not a word of who blocks whom.
  if (reaches.has(command.t) && blockedIn(room, by)) {
    return refuse('not_allowed', 'You cannot write to each other here. Your text is kept.')
  }
  const announcing = room.facts.postPolicy === 'admins' && (command.t === 'post' || command.t === 'edit')
  if (announcing && !may(standing, 'announce')) return refuse('not_allowed', 'Only admins write in this room.')
  if (command.t === 'delete' && context.about?.by !== by && !may(standing, 'delete_others')) {
    return context.about ? refuse('not_allowed', 'Only its author and moderators delete a message.') : null
  }
  const act = acts[command.t]
  return act && !may(standing, act) ? refuse('not_allowed', 'Your role in this room does not allow this.') : null
}

/** What the other one would see as coming from this person. */
const reaches: ReadonlySet<Command['t']> = new Set(['post', 'edit', 'undelete', 'react'])

const acts: Partial<Record<Command['t'], Act>> = { post: 'post', react: 'react', pin: 'pin', change: 'change_room' }

function slowMode(room: Room, standing: Standing, asked: Asked, { postedAt }: Context, now: number): Refusal | null {
  const pauseMs = room.facts.slowModeSeconds * 1_000
  if (asked.command.t !== 'post' || pauseMs === 0 || postedAt === null || may(standing, 'delete_others')) return null
  const waitMs = postedAt + pauseMs - now
  // A clock that was set back must not silence anyone for longer than the pause.
  return waitMs > 0 && waitMs <= pauseMs
    ? refuse('slow_down', 'Slow mode: a pause between two messages.', waitMs)
    : null
}

function make(room: Room, asked: Asked, context: Context, now: number): Made {
  const { by, command, hash } = asked
  const seq = room.head + 1
  const own = { seq, at: now, id: command.id, by, hash }
  switch (command.t) {
    case 'post':
      return post(room, { ...asked, command }, context, now)
    case 'change':
      return { events: settings(room, asked, command, context, now) }
    case 'edit': {
      if (context.about && context.about.by !== by) return refuse('not_allowed', 'Only its author edits a message.')
      return change(context, command.seq, now, () => {
        return { kind: 'edited', ...own, target: command.seq, text: command.text, mentions: command.mentions ?? [] }
      })
    }
    case 'react': {
      const kind = command.on ? 'reacted' : 'unreacted'
      return change(context, command.seq, now, () => ({ kind, ...own, target: command.seq, emoji: command.emoji }))
    }
    case 'pin': {
      const kind = command.on ? 'pinned' : 'unpinned'
      return change(context, command.seq, now, () => ({ kind, ...own, target: command.seq }))
    }
    case 'delete':
      // What is gone already is deleted once more to no effect: two people who delete at once both succeed.
      if (!context.about) return noSuchMessage(command.seq)
      return { events: [{ kind: 'deleted', ...own, target: command.seq }] }
    case 'undelete': {
      if (!context.about) return noSuchMessage(command.seq)
      if (context.about.by !== by) return refuse('not_allowed', 'Only its author takes a deletion back.')
      if (!context.about.deleted) return refuse('conflict', 'The message is not deleted.')
      if (context.row?.deletedBy && context.row.deletedBy !== by) {
        return refuse('not_allowed', 'What a moderator deleted stays deleted.')
      }
      if (isOver(context.about, now)) return refuse('too_late', 'The message has disappeared.')
      if (!context.withdrawn) return refuse('too_late', 'A deletion can be taken back for a minute.')
      return { events: [{ kind: 'undeleted', ...own, target: command.seq, ...context.withdrawn }] }
    }
  }
}

function post(room: Room, asked: Asked<Extract<Command, { t: 'post' }>>, context: Context, now: number): Made {
  const { by, command, hash } = asked
  const { replyTo = null, thread, attachments, forwarded } = command
  if (replyTo !== null && !context.about) return noSuchMessage(replyTo)
  if (thread !== undefined && !context.thread) return noSuchMessage(thread)
  const { disappearingMs } = room.facts
  return {
    events: [
      {
        ...{ kind: 'posted', seq: room.head + 1, at: now, id: command.id, by, text: command.text, replyTo },
        ...{ mentions: command.mentions ?? [], source: null, hash },
        ...(disappearingMs !== null && { expiresAt: now + disappearingMs }),
        // A reply within a thread belongs to the thread, whoever it names as its root.
        ...(thread !== undefined && { thread: context.thread!.thread ?? thread }),
        ...(attachments && { attachments }),
        ...(forwarded && { forwarded }),
      },
    ],
  }
}

/** A change of a message that is there: its state has to be at hand. */
function change(context: Context, seq: number, now: number, event: () => ChangeEvent): Made {
  const { about, row } = context
  if (!about) return noSuchMessage(seq)
  if (about.deleted || isOver(about, now)) return refuse('deleted', 'The message was deleted.')
  return row ? { events: [event()] } : { kind: 'load', seq }
}

/** Whether its time has come, whether or not it was taken out yet. */
function isOver({ expiresAt }: Place, now: number): boolean {
  return expiresAt !== null && expiresAt <= now
}

/** Only what really changes is said; the ack of a change that changes nothing names the head. */
function settings(
  room: Room,
  { by }: Asked,
  command: Extract<Command, { t: 'change' }>,
  context: Context,
  now: number,
): RoomEvent[] {
  const { facts } = room
  const events: RoomEvent[] = []
  const place = () => {
    const seq = room.head + 1 + events.length
    return { seq, at: now, id: context.derivedId(seq), by }
  }
  const { t: _t, id: _id, name, ...rest } = command
  if (name !== undefined && name !== facts.name) events.push({ kind: 'renamed', ...place(), name })
  const changed = Object.entries(rest).filter(
    ([key, value]) => value !== undefined && value !== facts[key as keyof typeof rest],
  )
  if (changed.length > 0) events.push({ kind: 'room_changed', ...place(), ...Object.fromEntries(changed) })
  return events
}

function noSuchMessage(seq: number): Refusal {
  return refuse('no_such_message', `There is no message ${seq} in this room.`)
}

function refuse(reason: RefusalReason, detail: string, retryAfterMs?: number): Refusal {
  return { kind: 'refuse', reason, detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}
