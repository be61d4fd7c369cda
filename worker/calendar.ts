import type { Plan, Repeats } from '../protocol/meetings.ts'
import { wallClock } from '../protocol/occurrences.ts'

/** A planned meeting for calendars (RFC 5545). Times are epoch milliseconds. */
export interface CalendarEvent {
  id: string
  title: string
  description: string
  plan: Plan
  /** Rises whenever calendars have to hear of a change. */
  sequence: number
  changedAt: number
  /** When the file is made. Of two with one sequence a calendar follows the later. */
  madeAt: number
  cancelled: boolean
  /** Where one comes in. */
  url: string
  /** Whom it was mailed to and who mails; null: whoever asks keeps it for themself. */
  mailed: { to: string; from: string; host: string } | null
}

/** Calendars forget zones: ten years of clock changes from when the file is made, for what is held for ever. */
const zoneMs = 10 * 366 * 86_400_000

/** The file that a calendar takes over, instead of any earlier one of the same meeting. */
export function calendarOf(event: CalendarEvent): string {
  const { plan, mailed, cancelled } = event
  // To ask for something, or to take it back, is for who organizes it.
  const method = !mailed ? 'PUBLISH' : cancelled ? 'CANCEL' : 'REQUEST'
  const endsAt = plan.firstAt + plan.minutes * 60_000
  const until = plan.repeats ? (plan.repeats.until ?? Math.max(plan.firstAt, event.madeAt) + zoneMs) : endsAt
  const lines = [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Parley//Meetings//EN', 'CALSCALE:GREGORIAN', `METHOD:${method}`],
    ...zone(plan.timeZone, plan.firstAt, until),
    'BEGIN:VEVENT',
    `UID:${event.id}@parley`,
    `SEQUENCE:${event.sequence}`,
    `DTSTAMP:${utc(event.madeAt)}`,
    `LAST-MODIFIED:${utc(event.changedAt)}`,
    `DTSTART${start(plan)}`,
    // Not when it ends: a wall clock that is put back shows that time twice.
    `DURATION:PT${plan.minutes}M`,
    ...(plan.repeats ? [`RRULE:${rule(plan.repeats)}`] : []),
    `SUMMARY:${escaped(event.title || 'Meeting')}`,
    ...(event.description ? [`DESCRIPTION:${escaped(event.description)}`] : []),
    `LOCATION:${escaped(event.url)}`,
    `URL:${event.url}`,
    `STATUS:${cancelled ? 'CANCELLED' : 'CONFIRMED'}`,
    ...(mailed
      ? [
          `ORGANIZER;CN=${quoted(mailed.host)}:mailto:${mailed.from}`,
          `ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:${mailed.to}`,
        ]
      : []),
    ...['END:VEVENT', 'END:VCALENDAR'],
  ]
  return `${lines.map(folded).join('\r\n')}\r\n`
}

function rule({ every, interval, on, until, times }: Repeats): string {
  const frequency = { day: 'DAILY', week: 'WEEKLY', month: 'MONTHLY' }[every]
  return [
    `FREQ=${frequency}`,
    ...(interval > 1 ? [`INTERVAL=${interval}`] : []),
    ...(on && every === 'week' ? [`BYDAY=${on.join(',')}`] : []),
    // One of the two alone: RFC 5545 takes no rule with both.
    ...(times !== undefined ? [`COUNT=${times}`] : until !== undefined ? [`UNTIL=${utc(until)}`] : []),
    'WKST=MO',
  ].join(';')
}

/** A wall clock's time that comes twice means the first of them, so what is held once, at the second, is said in UTC. */
function start({ firstAt, timeZone, repeats }: Plan): string {
  const at = wallClock(firstAt, timeZone)
  const read = at.toPlainDateTime().toZonedDateTime(timeZone)
  return repeats || read.epochMilliseconds === firstAt ? `;TZID=${timeZone}:${clock(at)}` : `:${utc(firstAt)}`
}

/** The zone with every change of its clocks from before `fromMs` to `untilMs`. */
function zone(timeZone: string, fromMs: number, untilMs: number): string[] {
  const start = wallClock(fromMs, timeZone)
  const standing = start.getTimeZoneTransition('previous') ?? start.with({ year: 1970 })
  const parts = [observance(standing, standing.getTimeZoneTransition('previous') ?? standing)]
  let before = standing
  for (;;) {
    const next = before.getTimeZoneTransition('next')
    if (!next || next.epochMilliseconds > untilMs) break
    parts.push(observance(next, before))
    before = next
  }
  return ['BEGIN:VTIMEZONE', `TZID:${timeZone}`, ...parts.flat(), 'END:VTIMEZONE']
}

type Moment = ReturnType<typeof wallClock>

function observance(at: Moment, before: Moment): string[] {
  const kind = at.offsetNanoseconds > before.offsetNanoseconds ? 'DAYLIGHT' : 'STANDARD'
  // It begins at what the clock showed before.
  const begins = at.toInstant().toZonedDateTimeISO(before.offset)
  return [
    `BEGIN:${kind}`,
    `DTSTART:${clock(begins)}`,
    `TZOFFSETFROM:${offset(before.offset)}`,
    `TZOFFSETTO:${offset(at.offset)}`,
    `END:${kind}`,
  ]
}

function offset(text: string): string {
  return text.replaceAll(':', '').replace(/\..*$/, '')
}

function utc(atMs: number): string {
  return `${clock(wallClock(atMs, 'UTC'))}Z`
}

function clock(moment: Moment): string {
  return moment.toPlainDateTime().toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')
}

function escaped(text: string): string {
  const lines = text.replaceAll(/[\\;,]/g, '\\$&').replaceAll(/\r\n|\r|\n/g, '\\n')
  // Beside the end of a line, a text has no way to say a control character.
  return lines.replaceAll(/[^\P{Cc}\t]/gu, ' ')
}

/** A parameter has no way to say a quote or a control character. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\p{Cc}]/gu, ' ')}"`
}

/** A line has at most 75 bytes; what follows goes on after a space, never in the middle of a character. */
function folded(line: string): string {
  const parts: string[] = []
  let part = ''
  let bytes = 0
  for (const letter of line) {
    const size = Buffer.byteLength(letter)
    if (bytes + size > (parts.length === 0 ? 75 : 74)) {
      parts.push(part)
      part = ''
      bytes = 0
    }
    part += letter
    bytes += size
  }
  return [...parts, part].join('\r\n ')
}
