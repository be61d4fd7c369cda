import { isFromOthersAfter } from './entries.ts'
import type { RoomView } from '../../sync/types.ts'
import type { Entry } from './entries.ts'

/**
 * Whether there are unread messages above the first one in view: reading is one mark, so that reading what is in view
 * would read them too. What is not loaded may be unread.
 */
export function skipsUnread(
  entries: readonly Entry[],
  first: number | undefined,
  read: number,
  me: string,
  older: RoomView['older'],
): boolean {
  if (first === undefined) return false
  const index = entries.findIndex(({ row }) => row.state === 'confirmed' && row.message.seq === first)
  for (let i = index - 1; i >= 0; i--) {
    const { row } = entries[i]!
    if (row.state === 'gap') return row.before > read + 1
    if (row.state !== 'confirmed') continue
    if (row.message.seq <= read) return false
    if (isFromOthersAfter(row, me, read)) return true
  }
  return older !== 'none' && first > read + 1
}
