import { isFromOthersAfter } from './entries.ts'
import type { Row } from '../../sync/types.ts'
import type { Message } from '../../sync/wire.ts'

/** The messages of others above a seq, oldest first: looks from the end, where they are. */
export function news(rows: readonly Row[], me: string, heard: number): Message[] {
  const found: Message[] = []
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]!
    if (row.state !== 'confirmed') continue
    if (row.message.seq <= heard) break
    if (isFromOthersAfter(row, me, heard)) found.unshift(row.message)
  }
  return found
}
