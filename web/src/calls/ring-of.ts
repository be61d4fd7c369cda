import type { RoomView } from '../../sync/types.ts'

/** How a call stands for those whom it rings. `taken`: someone else is in it, or was. */
export type RingState = 'calling' | 'taken' | 'declined' | 'missed' | 'cancelled'

/** How the call of a meeting stands, as its room tells; null: the room has not told yet. */
export function ringOf({ call, rows }: Pick<RoomView, 'call' | 'rows'>, meeting: string): RingState | null {
  if (call?.meeting === meeting) return call.unanswered ?? (call.takenAt === null ? 'calling' : 'taken')
  for (const row of rows.toReversed()) {
    const fact = row.state === 'confirmed' ? row.message.system : null
    if (fact?.kind === 'call_ended' && fact.meeting === meeting) return fact.outcome ?? 'taken'
  }
  return null
}
