import { may, type Act } from '../../protocol/permissions.ts'
import type { Member, RoomFacts } from './wire.ts'

/** Whether a member may do this in the room at a time of the room's. What is not known yet is not offered. */
export function mayHere(act: Act, room: RoomFacts | null, member: Member | undefined, now: number): boolean {
  if (!room || !member || (member.silencedUntil ?? 0) > now) return false
  if (act === 'post' && room.postPolicy === 'admins') return may(member.role, 'announce')
  return may(member.role, act)
}
