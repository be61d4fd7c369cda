import { muted, type RoomLine } from '../../../protocol/inbox.ts'
import { isArchived } from '../../sync/inbox/lines.ts'

/** Which rooms the list shows. */
export type RoomFilter = 'all' | 'unread' | 'direct' | 'groups' | 'archived'

/** Whether the list shows a room. The one that is open stays among the unread, though it is read by now. */
export function shows(filter: RoomFilter, line: RoomLine, open: string | null, now: number): boolean {
  const archived = isArchived(line, now)
  switch (filter) {
    case 'all':
      return !archived
    case 'unread':
      return !archived && (line.unread > 0 || line.room === open)
    case 'direct':
      return !archived && line.type === 'direct'
    case 'groups':
      return !archived && line.type === 'group'
    case 'archived':
      return archived
  }
}

/** How many rooms ask to be read, and how many are put away. */
export function tally(rooms: readonly RoomLine[], now: number): { unread: number; archived: number } {
  let unread = 0
  let archived = 0
  for (const line of rooms) {
    if (isArchived(line, now)) archived++
    else if (line.unread > 0 && !muted(line, now)) unread++
  }
  return { unread, archived }
}
