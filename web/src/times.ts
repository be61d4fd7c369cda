const dayMs = 86_400_000

// The words are English as the rest of the page is; hours follow the reader's own habit.
const words = 'en-GB'
const hours = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const weekday = new Intl.DateTimeFormat(words, { weekday: 'long' })
const shortWeekday = new Intl.DateTimeFormat(words, { weekday: 'short' })
const thisYear = new Intl.DateTimeFormat(words, { weekday: 'long', day: 'numeric', month: 'long' })
const anyYear = new Intl.DateTimeFormat(words, { day: 'numeric', month: 'long', year: 'numeric' })
const shortDate = new Intl.DateTimeFormat(words, { day: 'numeric', month: 'short' })
const shortDateYear = new Intl.DateTimeFormat(words, { day: 'numeric', month: 'short', year: '2-digit' })
const mediumDate = new Intl.DateTimeFormat(words, { dateStyle: 'medium' })
const fullDate = new Intl.DateTimeFormat(words, { dateStyle: 'full' })

/** The time of day of an instant in epoch milliseconds. */
export function clock(at: number): string {
  return hours.format(at)
}

/** Day and time, written out. */
export function fullTime(at: number): string {
  return `${fullDate.format(at)}, ${clock(at)}`
}

/** A number that is the same for two instants of one local day, one more for the day after. */
export function dayOf(at: number): number {
  const date = new Date(at)
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / dayMs)
}

/** What stands on a day divider: Today, Yesterday, a weekday within six days, else the date. */
export function dayLabel(at: number, now: number): string {
  const days = dayOf(now) - dayOf(at)
  if (days === 0) return 'Today'
  if (days === 1) return 'Yesterday'
  if (days > 1 && days <= 6) return weekday.format(at)
  return sameYear(at, now) ? thisYear.format(at) : anyYear.format(at)
}

/** The short time in a room list: the hour today, then the weekday, then the date. */
export function listTime(at: number, now: number): string {
  const days = dayOf(now) - dayOf(at)
  if (days <= 0) return clock(at)
  if (days === 1) return 'Yesterday'
  if (days <= 6) return shortWeekday.format(at)
  return sameYear(at, now) ? shortDate.format(at) : shortDateYear.format(at)
}

/** Day and time, short: for tables. */
export function shortTime(at: number): string {
  return `${mediumDate.format(at)}, ${clock(at)}`
}

/** When something ends: the hour where that is today, else day and time. */
export function endTime(at: number, now: number): string {
  return dayOf(at) === dayOf(now) ? clock(at) : shortTime(at)
}

/** A length of time, as one does with a pause: "45 s", "5 min", "24 h", "7 days". */
export function span(ms: number): string {
  const [count, unit] =
    ms < 60_000
      ? [ms / 1_000, 's']
      : ms < 3_600_000
        ? [ms / 60_000, 'min']
        : ms <= dayMs
          ? [ms / 3_600_000, 'h']
          : [ms / dayMs, 'day']
  const whole = Math.max(1, Math.ceil(count))
  return `${whole} ${unit}${whole > 1 && unit === 'day' ? 's' : ''}`
}

function sameYear(a: number, b: number): boolean {
  return new Date(a).getFullYear() === new Date(b).getFullYear()
}
