import { limits } from '../../protocol/limits.ts'

/** How much happens: a level that each beat raises by one and that sinks at the rate beyond which a room is busy. */
export interface Tempo {
  level: number
  at: number
}

/** Nothing has happened yet. */
export const still: Tempo = { level: 0, at: 0 }

// Twice what makes it busy: a burst is forgotten after a second, however long it was.
const highest = 2 * limits.busyPerSecond

/** The tempo after so many more beats. */
export function beat(tempo: Tempo, now: number, beats = 1): Tempo {
  return { level: Math.min(highest, levelAt(tempo, now) + beats), at: now }
}

/** Whether more happens than can be dealt with one by one. */
export function busy(tempo: Tempo, now: number): boolean {
  return levelAt(tempo, now) > limits.busyPerSecond
}

function levelAt({ level, at }: Tempo, now: number): number {
  return Math.max(0, level - (Math.max(0, now - at) * limits.busyPerSecond) / 1_000)
}
