import type { MemberChange } from '../../protocol/api.ts'
import { may, outranks, type Act } from '../../protocol/permissions.ts'
import type { SystemEvent } from '../../protocol/row.ts'
import type { Room, RoomMember } from './room.ts'

/** A change of members that Postgres has made; `member` is who they are now, null when they are no member. */
export interface MadeChange {
  kind: MemberChange['kind']
  person: string
  member: RoomMember | null
  until?: number | null
}

const acts: Record<Exclude<MemberChange['kind'], 'leave'>, Act> = {
  add: 'add_members',
  remove: 'remove_members',
  role: 'set_roles',
  ban: 'ban_members',
  unban: 'ban_members',
  mute: 'mute_members',
}

/** Why this member may not change that, in words; null when they may. */
export function forbiddenChange(room: Room, by: string, change: MemberChange): string | null {
  const { role } = room.members.get(by)!
  if (room.facts.type === 'direct') return 'The two people of a direct room stay the same.'
  if (change.kind === 'leave') return change.person === by ? null : 'People leave by themselves; remove them instead.'
  if (!may(role, acts[change.kind])) return 'Your role in this room does not allow this.'
  const other = room.members.get(change.person)
  if (other && change.kind !== 'add' && !outranks(role, other.role)) return 'This person ranks as high as you do here.'
  // Nobody makes their equals but the owner, who stands above all.
  if (change.kind === 'role' && !outranks(role, change.role)) return 'Only who ranks higher gives this role.'
  return null
}

type Placed = 'seq' | 'at' | 'id'
type Unplaced<E> = E extends unknown ? Omit<E, Placed> : never

/** The event that tells of a change, but for its place; null when the copy stands like that already. */
export function told(room: Room, change: MadeChange, by: string | null): Unplaced<SystemEvent> | null {
  const { kind, person, member, until = null } = change
  const before = room.members.get(person)
  const about = { person, name: member?.name ?? before?.name ?? '', by }
  switch (kind) {
    case 'add': {
      const invited = by !== null && by !== person ? { by } : {}
      return before ? null : { kind: 'member_joined', person, name: about.name, ...invited }
    }
    case 'remove':
    case 'leave':
      return before ? { kind: 'member_left', ...about } : null
    case 'ban':
      return { kind: 'member_banned', ...about, until }
    case 'unban':
      return { kind: 'member_unbanned', ...about }
    case 'mute':
      return { kind: 'member_muted', ...about, until }
    case 'role':
      return member && before?.role !== member.role ? { kind: 'role_changed', ...about, role: member.role } : null
  }
}
