import { RRuleTemporal } from 'rrule-temporal'
import { Temporal } from 'temporal-polyfill'
import type { Plan } from './meetings.ts'

const frequencies = { day: 'DAILY', week: 'WEEKLY', month: 'MONTHLY' } as const

/** A time of the zone's wall clock. */
export function wallClock(atMs: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone)
}

/**
 * When a meeting is held next, at `fromMs` or later; null: never again. A session whose wall clock says a time that the zone
 * leaves out that day, because clocks go forward, is not held.
 */
export function nextOccurrence(plan: Plan, fromMs: number): number | null {
  const { firstAt, timeZone, repeats } = plan
  if (!repeats) return firstAt >= fromMs ? firstAt : null
  const { every, interval, on, until, times } = repeats
  const rule = new RRuleTemporal({
    ...{ freq: frequencies[every], interval, tzid: timeZone, dtstart: wallClock(firstAt, timeZone), wkst: 'MO' },
    ...(on && every === 'week' && { byDay: on }),
    ...(times !== undefined && { count: times }),
    ...(until !== undefined && { until: wallClock(until, timeZone) }),
  })
  return rule.next(new Date(fromMs), true)?.epochMilliseconds ?? null
}

/** When the session that is held now, or the next one, begins; null: the last one is over. */
export function currentOccurrence(plan: Plan, nowMs: number): number | null {
  return nextOccurrence(plan, nowMs - plan.minutes * 60_000 + 1)
}

/** The zone under the name that calendars know it by; null: there is no such zone. */
export function timeZoneNamed(name: string): string | null {
  try {
    // An offset is no zone: it does not know when clocks change.
    return /^[A-Za-z]/.test(name) ? new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone : null
  } catch {
    return null
  }
}
