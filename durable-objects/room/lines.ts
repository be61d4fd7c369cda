import type { RoomEvent } from '../../protocol/events.ts'

/** Whether an event may change what room lists show. */
export function changesLines({ kind }: RoomEvent): boolean {
  switch (kind) {
    case 'posted':
    case 'edited':
    case 'deleted':
    case 'undeleted':
    case 'expired':
    case 'account_erased':
    case 'renamed':
    case 'member_joined':
    case 'member_left':
    case 'member_banned':
    case 'role_changed':
      return true
    case 'reacted':
    case 'unreacted':
    case 'pinned':
    case 'unpinned':
    case 'room_changed':
    case 'member_muted':
    case 'member_unbanned':
    case 'call_started':
    case 'call_ended':
      return false
  }
}
