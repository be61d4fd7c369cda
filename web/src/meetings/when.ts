import type { Repeats, Schedule } from '../../../protocol/meetings.ts'

const words = 'en-GB'
const days = {
  MO: 'Monday',
  TU: 'Tuesday',
  WE: 'Wednesday',
  TH: 'Thursday',
  FR: 'Friday',
  SA: 'Saturday',
  SU: 'Sunday',
}
const list = new Intl.ListFormat(words)

/** The time zone of whoever looks. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** When a meeting is held, for someone in `zone`: day, and from when to when. */
export function heldAt({ startsAt, minutes }: Pick<Schedule, 'startsAt' | 'minutes'>, zone: string): string {
  const day = new Intl.DateTimeFormat(words, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: zone,
  })
  return `${day.format(startsAt)}, ${hoursOf(startsAt, minutes, zone)}`
}

/** The same in the meeting's own zone, where its clocks show something else than those of `zone`; null: they do not. */
export function heldThere(schedule: Schedule, zone: string): string | null {
  const there = heldAt(schedule, schedule.timeZone)
  return there === heldAt(schedule, zone) ? null : `${there}, ${zoneName(schedule.timeZone)}`
}

/** "Europe/Buenos_Aires" as people say it. */
export function zoneName(zone: string): string {
  return `${(zone.split('/').at(-1) ?? zone).replaceAll('_', ' ')} time`
}

/** How a meeting repeats, in words. */
export function repeatsAs({ every, interval, on, until, times }: Repeats, zone: string): string {
  const step = interval === 1 ? `Every ${every}` : `Every ${interval} ${every}s`
  const which = every === 'week' && on !== undefined ? ` on ${list.format(on.map((day) => days[day]))}` : ''
  const end =
    times !== undefined
      ? `, ${times} ${times === 1 ? 'time' : 'times'}`
      : until !== undefined
        ? `, until ${new Intl.DateTimeFormat(words, { dateStyle: 'long', timeZone: zone }).format(until)}`
        : ''
  return step + which + end
}

/** What clocks in a zone show at an instant, as date and time fields take it. */
export function wallClock(at: number, zone: string): { date: string; time: string } {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-CA', {
      ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
      ...{ hourCycle: 'h23', timeZone: zone },
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )
  return { date: `${parts['year']}-${parts['month']}-${parts['day']}`, time: `${parts['hour']}:${parts['minute']}` }
}

/**
 * The instant at which clocks in a zone show this; null where it is no time. Of an hour that comes twice it is the first;
 * of one that is skipped, as much later as the clocks are put forward.
 */
export function instantOf(date: string, time: string, zone: string): number | null {
  const asUtc = Date.parse(`${date}T${time}:00Z`)
  if (Number.isNaN(asUtc)) return null
  const offset = (at: number) => {
    const there = wallClock(at, zone)
    return Date.parse(`${there.date}T${there.time}:00Z`) - Math.floor(at / 60_000) * 60_000
  }
  // A day before and after, the offset is what holds on either side of a change of the clocks.
  const [before, after] = [offset(asUtc - 86_400_000), offset(asUtc + 86_400_000)]
  for (const candidate of [asUtc - before, asUtc - after]) if (offset(candidate) === asUtc - candidate) return candidate
  return asUtc - before
}

/** A length of time as people say it: "45 minutes", "1 h 30 min". */
export function lasting(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return `${Math.max(1, Math.round(ms / 1_000))} s`
  if (minutes < 60) return `${minutes} min`
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

function hoursOf(startsAt: number, minutes: number, zone: string): string {
  const hours = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit', timeZone: zone })
  return hours.formatRange(startsAt, startsAt + minutes * 60_000)
}
