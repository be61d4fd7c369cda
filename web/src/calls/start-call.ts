import { createMeeting } from '../../../protocol/endpoints/meetings.ts'
import type { Media } from '../../../protocol/events.ts'
import { gate } from '../gate.ts'
import { newId } from '../new-id.ts'
import { outcome, type Outcome } from '../outcome.ts'
import type { Meeting } from '../../../protocol/meetings.ts'

/** Calls a room: its meeting begins, or the one that is live there already is answered. */
export async function startCall(room: string, media: Media): Promise<Outcome<Meeting>> {
  return await outcome(gate.api.call(createMeeting, { body: { id: newId(), room, media } }))
}

/** Who starts a call or answers one is in it at once: they have said that they want to talk. */
export const straightIn = { inside: true, straight: true }
