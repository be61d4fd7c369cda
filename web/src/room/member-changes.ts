import { may, outranks } from '../../../protocol/permissions.ts'
import type { Member } from '../../sync/wire.ts'

/** What is asked of the room about one of its members. */
export type Change =
  | { kind: 'role'; role: 'admin' | 'moderator' | 'member' }
  /** Null: until somebody lifts it. */
  | { kind: 'silence'; forMs: number | null }
  | { kind: 'unsilence' }
  | { kind: 'remove' }
  | { kind: 'ban' }
  | { kind: 'owner' }

export type Asked = Change & { member: Member }

const hourMs = 3_600_000

/** What I may do with another member, in the order of a menu. Leaving is not among them: everyone leaves by themselves. */
export function changesFor(mine: Member, other: Member, silenced: boolean): Change[] {
  if (other.person === mine.person || !outranks(mine.role, other.role)) return []
  const roles = (['admin', 'moderator', 'member'] as const).filter(
    (role) => role !== other.role && may(mine.role, 'set_roles') && outranks(mine.role, role),
  )
  const silences: Change[] = silenced
    ? [{ kind: 'unsilence' }]
    : [
        { kind: 'silence', forMs: hourMs },
        { kind: 'silence', forMs: 24 * hourMs },
        { kind: 'silence', forMs: null },
      ]
  return [
    ...roles.map((role) => ({ kind: 'role', role }) as const),
    ...(mine.role === 'owner' ? [{ kind: 'owner' } as const] : []),
    ...(may(mine.role, 'mute_members') ? silences : []),
    ...(may(mine.role, 'remove_members') ? [{ kind: 'remove' } as const] : []),
    ...(may(mine.role, 'ban_members') ? [{ kind: 'ban' } as const] : []),
  ]
}
