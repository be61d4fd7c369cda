import { endTime } from '../times.ts'

/** Until when, in words. */
export function untilWords(until: number, now: number): string {
  return `Until ${endTime(until, now)}`
}

/** For how long it may stand, from now on. */
export const statusTimes: readonly { key: string; words: string; until: (now: number) => number | null }[] = [
  { key: 'open', words: 'Until I change it', until: () => null },
  { key: '30min', words: '30 minutes', until: (now) => now + 30 * 60_000 },
  { key: '1h', words: '1 hour', until: (now) => now + 60 * 60_000 },
  { key: '4h', words: '4 hours', until: (now) => now + 4 * 60 * 60_000 },
  { key: 'today', words: 'Today', until: (now) => new Date(now).setHours(24, 0, 0, 0) },
  { key: 'week', words: 'This week', until: endOfWeek },
]

function endOfWeek(now: number): number {
  const date = new Date(now)
  // Weeks end with Sunday.
  date.setDate(date.getDate() + ((7 - date.getDay()) % 7) + 1)
  return date.setHours(0, 0, 0, 0)
}
