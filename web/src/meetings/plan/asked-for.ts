import { ownZone, instantOf, wallClock } from '../when.ts'
import type { Lobby, Meeting, Repeats, Schedule } from '../../../../protocol/meetings.ts'
import type { FieldErrors } from '../../use-form.ts'

/** What stands in the form of a meeting. */
export interface AskedFor {
  title: string
  description: string
  /** Empty: a group of its own. */
  room: string
  media: 'audio' | 'video'
  later: boolean
  date: string
  time: string
  minutes: number
  timeZone: string
  repeats: 'never' | Repeats['every']
  interval: number
  on: readonly Weekday[]
  /** Empty: until `until`. */
  times: string
  /** When it stops repeating, as the meeting says it; null: never. No field changes it but `times`. */
  until: number | null
  lobby: Lobby
  mayRecord: Meeting['mayRecord']
}

export type Weekday = NonNullable<Repeats['on']>[number]

export const weekdays: readonly Weekday[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']

/** A form as it opens: what a meeting says, or the next full hour. */
export function askedFor(meeting: Meeting | null, now: number): AskedFor {
  const timeZone = meeting?.schedule?.timeZone ?? ownZone()
  const startsAt = meeting?.schedule?.startsAt ?? Math.ceil((now + 60_000) / 3_600_000) * 3_600_000
  const repeats = meeting?.schedule?.repeats ?? null
  const { date, time } = wallClock(startsAt, timeZone)
  return {
    ...{ title: meeting?.title ?? '', description: meeting?.description ?? '', room: '' },
    ...{ media: meeting?.media ?? 'video', later: (meeting?.schedule ?? null) !== null },
    ...{ date, time, minutes: meeting?.schedule?.minutes ?? 30, timeZone },
    ...{ repeats: repeats?.every ?? 'never', interval: repeats?.interval ?? 1, on: repeats?.on ?? [weekdayOf(date)] },
    ...{ times: repeats?.times === undefined ? '' : String(repeats.times), lobby: meeting?.lobby ?? 'strangers' },
    ...{ until: repeats?.until ?? null, mayRecord: meeting?.mayRecord ?? 'hosts' },
  }
}

/** Whether a form asks for another schedule than its meeting has: what began weeks ago is not planned anew for its title. */
export function replans(form: AskedFor, meeting: Meeting | null): boolean {
  const planned = (one: AskedFor) => JSON.stringify([one.later, scheduleOf(one, 0)])
  return meeting === null || planned(form) !== planned(askedFor(meeting, 0))
}

/** The schedule that a form asks for, or what is wrong with it by field. */
export function scheduleOf(form: AskedFor, now: number): { schedule: Schedule } | { wrong: FieldErrors } {
  const startsAt = instantOf(form.date, form.time, form.timeZone)
  const times = form.times.trim() === '' ? undefined : Number(form.times)
  const wrong = {
    ...(startsAt === null
      ? { date: 'Say on which day and when.' }
      : startsAt < now - 60_000 && { date: 'This is in the past.' }),
    ...(!(form.minutes >= 5 && form.minutes <= 1_440) && { minutes: 'From 5 minutes to a day.' }),
    ...(times !== undefined && !(Number.isInteger(times) && times >= 1 && times <= 999) && { times: 'From 1 to 999.' }),
    ...(form.repeats !== 'never' &&
      !(Number.isInteger(form.interval) && form.interval >= 1 && form.interval <= 99) && { interval: 'From 1 to 99.' }),
    ...(form.repeats === 'week' && form.on.length === 0 && { on: 'Choose a day.' }),
  }
  if (startsAt === null || Object.keys(wrong).length > 0) return { wrong }
  const repeats: Repeats | null =
    form.repeats === 'never'
      ? null
      : {
          ...{ every: form.repeats, interval: form.interval },
          ...(form.repeats === 'week' && { on: weekdays.filter((day) => form.on.includes(day)) }),
          ...(times !== undefined ? { times } : form.until !== null && { until: form.until }),
        }
  return { schedule: { startsAt, minutes: form.minutes, timeZone: form.timeZone, repeats } }
}

/** The weekday of a date field. */
export function weekdayOf(date: string): Weekday {
  return weekdays[(new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7] ?? 'MO'
}
