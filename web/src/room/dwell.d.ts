/** How long a message must be in view before it counts as read. */
export declare const dwellMs = 500
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
export declare function look(before: Dwell, inView: readonly number[], now: number): Look
