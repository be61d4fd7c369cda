import { useEffect } from 'react'
import type { RoomSummary } from '../../../protocol/api.ts'

/** Shows the number of unread messages in the tab's title. */
export function useTitle(unread: number): void {
  useEffect(() => {
    document.title = title(unread)
    return () => {
      document.title = title(0)
    }
  }, [unread])
}

/** The title of the tab. */
export function title(unread: number): string {
  return unread === 0 ? 'Parley' : `(${unread > 99 ? '99+' : unread}) Parley`
}

/** Unread messages in all rooms. */
export function totalUnread(rooms: readonly Pick<RoomSummary, 'unread'>[]): number {
  return rooms.reduce((sum, room) => sum + room.unread, 0)
}
