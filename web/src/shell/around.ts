import { createStore, type StoreApi } from 'zustand/vanilla'
import type { RoomLine } from '../../../protocol/inbox.ts'
import type { Anchor } from '../ui/popup.tsx'

/** What stands over the whole page for a moment. */
export type Over =
  | { kind: 'new' }
  | { kind: 'you' }
  | { kind: 'room_menu'; room: string; at: Anchor }
  | { kind: 'leave'; line: RoomLine }

/** What lies over the list and the room, on this screen only. */
export type Around = StoreApi<{
  over: Over | null
  /** How many invitations to meetings wait for my answer. */
  invited: number
}>

export function createAround(): Around {
  return createStore(() => ({ over: null, invited: 0 }))
}
