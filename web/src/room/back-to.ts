import type { RoomClient } from '../../sync/types.ts'

/** 20 pages: as much as is kept in memory, and still quick to fetch. */
const mostPages = 20

/** Whether everything from this seq on is loaded, or nothing older can be had. */
export function reaches(view: RoomClient['view'], seq: number): boolean {
  const { rows, older } = view.getState()
  const first = rows.find((row) => row.state === 'confirmed')
  return older === 'none' || (first?.state === 'confirmed' && first.message.seq <= seq)
}

/** Loads older messages until this seq is among them, or as many as is sensible. */
export async function backTo({ view, loadOlder }: Pick<RoomClient, 'view' | 'loadOlder'>, seq: number): Promise<void> {
  for (let page = 0; page < mostPages && !reaches(view, seq); page++) {
    await loadOlder()
    if (view.getState().older === 'failed') return
  }
}
