import type { RoomView } from '../../sync/types.ts'
import type { Message } from '../../sync/wire.ts'

/** The message with this seq, where it is loaded. */
export function messageAt({ rows, away }: Pick<RoomView, 'rows' | 'away'>, seq: number): Message | null {
  const row = [...rows, ...(away?.rows ?? [])].find((one) => one.state === 'confirmed' && one.message.seq === seq)
  return row?.state === 'confirmed' ? row.message : null
}
