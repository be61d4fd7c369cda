import type { Plan, Schedule } from '../protocol/meetings.ts'
import { currentOccurrence, nextOccurrence, timeZoneNamed } from '../protocol/occurrences.ts'
import { ProblemError } from './problem.ts'

/** Nobody plans further ahead than this. */
const furthestMs = 10 * 366 * 86_400_000

/**
 * A schedule as it is kept: its zone by the name that calendars know, and beginning with a session. Problem: invalid_request,
 * when there is no such zone, or no session is to come.
 */
export function settledSchedule(schedule: Schedule, nowMs: number): Schedule {
  const { startsAt, repeats } = schedule
  const timeZone = timeZoneNamed(schedule.timeZone)
  if (timeZone === null) throw wrong('timeZone', 'is no time zone, such as Europe/Berlin')
  if (startsAt > nowMs + furthestMs) throw wrong('startsAt', 'is more than ten years ahead')
  const plan = { ...schedule, firstAt: startsAt, timeZone }
  // Days that it does not name are no beginning of it.
  const first = nextOccurrence(plan, startsAt)
  if (first === null || currentOccurrence(plan, nowMs) === null) throw wrong('startsAt', 'leaves no session to come')
  return { startsAt: first, minutes: schedule.minutes, timeZone, repeats }
}

/** A plan as people see it: `startsAt` is of the next session. */
export function shownSchedule(plan: Plan, startsAt: number): Schedule {
  const { minutes, timeZone, repeats } = plan
  return { startsAt, minutes, timeZone, repeats }
}

function wrong(field: string, message: string): ProblemError {
  return new ProblemError('invalid_request', `schedule.${field} ${message}`, {
    errors: [{ field: `schedule.${field}`, message }],
  })
}
