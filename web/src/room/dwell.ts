/** How long a message must be in view before it counts as read. */
export const dwellMs = 500

/** Which messages are being looked at, and since when. */
export type Dwell = ReadonlyMap<number, number>

/** What a look tells: the highest seq that was looked at long enough, and when to look again. */
export interface Look {
  dwell: Dwell
  read: number | null
  again: number | null
}

/**
 * One look at the screen. `inView` are the seqs whose row is at least half in view, and is empty while nobody can be
 * looking (hidden tab, window without focus); `now` is in milliseconds of any steady clock.
 */
export function look(before: Dwell, inView: readonly number[], now: number): Look {
  const dwell = new Map<number, number>()
  let read: number | null = null
  let again: number | null = null
  for (const seq of inView) {
    const since = before.get(seq) ?? now
    dwell.set(seq, since)
    const due = since + dwellMs
    if (due <= now) read = Math.max(read ?? 0, seq)
    else again = Math.min(again ?? due, due)
  }
  return { dwell, read, again }
}
