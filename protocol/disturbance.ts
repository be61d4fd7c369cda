import { muted, type OwnStatus, type QuietHours, type RoomLine, type Settings } from './inbox.ts'

/** Whether news of a room may disturb the person, and why not. */
export type Disturbance = { what: 'push' } | { what: 'silent'; why: Silence }

/**
 * Why nothing disturbs. `read`: another device of the person has it read already. `level`: of this room they want to be
 * told of mentions alone.
 */
export type Silence = 'no_news' | 'read' | 'muted' | 'level' | 'do_not_disturb' | 'quiet_hours'

/** What came in a room that someone may want to be told of. */
export type News = 'mention' | 'message' | null

const dayMinutes = 1_440

/** Decides whether news disturbs: for a push where no device is connected, and for what a page shows by itself. */
export function disturbance(
  line: Pick<RoomLine, 'mutedUntil' | 'level' | 'unread'>,
  news: News,
  settings: Pick<Settings, 'quietHours'>,
  status: Pick<OwnStatus, 'show'>,
  now: number,
): Disturbance {
  if (news === null) return { what: 'silent', why: 'no_news' }
  if (line.unread === 0) return { what: 'silent', why: 'read' }
  if (muted(line, now)) return { what: 'silent', why: 'muted' }
  if (line.level === 'mentions' && news !== 'mention') return { what: 'silent', why: 'level' }
  if (status.show === 'busy') return { what: 'silent', why: 'do_not_disturb' }
  if (settings.quietHours && quiet(settings.quietHours, now)) return { what: 'silent', why: 'quiet_hours' }
  return { what: 'push' }
}

/**
 * Whether it is quiet now, by the clock on the wall of the time zone: an hour that the clock shows twice is quiet twice,
 * and one that it leaves out is not missed. A night belongs to the day on which it begins; from and to the same time is
 * a whole day.
 */
export function quiet({ from, to, timeZone, days }: QuietHours, now: number): boolean {
  const { day, minute } = wallClock(timeZone, now)
  const yesterday = (day + 6) % 7
  if (from < to) return days.includes(day) && minute >= from && minute < to
  return (days.includes(day) && minute >= from) || (days.includes(yesterday) && minute < to)
}

/** The weekday (0 is Sunday) and the minutes after midnight that a clock in the time zone shows. */
function wallClock(timeZone: string, now: number): { day: number; minute: number } {
  const parts = new Map(
    clockOf(timeZone)
      .formatToParts(now)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const [year, month, date] = [parts.get('year')!, parts.get('month')!, parts.get('day')!]
  const day = new Date(Date.UTC(year, month - 1, date)).getUTCDay()
  return { day, minute: (parts.get('hour')! * 60 + parts.get('minute')!) % dayMinutes }
}

// Making one takes a hundred times as long as asking it.
const clocks = new Map<string, Intl.DateTimeFormat>()

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone)
  if (known) return known
  const digits = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const
  const clock = new Intl.DateTimeFormat('en', { ...digits, timeZone, calendar: 'gregory', hourCycle: 'h23' })
  clocks.set(timeZone, clock)
  return clock
}
