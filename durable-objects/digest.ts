import { createHash, createHmac } from 'node:crypto'
import { uuidV8 } from '../protocol/ids.ts'
import type { GuestPost } from '../protocol/guest-chat.ts'
import type { Command } from '../protocol/upstream.ts'

/** What someone asks for under an id. */
type Hashed = Command | { t: 'call'; id: string; media: string }

/**
 * The keyed hash of who asks and for what, in hex. Keyed, so that a short text that was deleted cannot be guessed from
 * it; synchronous, because no await may come between a frame and its seq. The schema has put the keys in order.
 */
export function commandHash(by: string | null, { id: _id, ...body }: Hashed, key: string): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([by, body]))
    .digest('hex')
    .slice(0, 32)
}

/** The same of what a guest says: of two guests, or of a guest and a person, nobody repeats the other. */
export function guestHash(guest: string, post: GuestPost, key: string): string {
  return commandHash(`guest:${guest}`, post, key)
}

/** The id of the row that an event makes which no client named: derived from room, epoch and seq. */
export function derivedId(room: string, epoch: number, seq: number): string {
  return uuidV8(createHash('sha256').update(`${room}:${epoch}:${seq}`).digest())
}

/** What a room knows by that the meeting of a call has ended: nothing begins under its id again. */
export function overCommand(room: string, call: string): string {
  return uuidV8(createHash('sha256').update(`over:${room}:${call}`).digest())
}

/**
 * What a change of members is known by, here and in Postgres. A command is its person's and its room's: the same id sent
 * elsewhere or by another is another command, and none has the id of a message.
 */
export function memberCommand(room: string, by: string, command: string): string {
  return uuidV8(createHash('sha256').update(`members:${room}:${by}:${command}`).digest())
}
