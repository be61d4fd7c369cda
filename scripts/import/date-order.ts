import type { Stamp } from './stamp.ts'

/** Which of a date's three numbers comes first. */
export type DateOrder = 'day' | 'month' | 'year'

const dayMs = 86_400_000

/** WhatsApp began in 2009: an earlier two-digit year at the front is a day or a month. */
const firstYear = 2009

/** Days since 1970 of a stamp's date read in this order, or null when there is no such date. */
export function dayOf(stamp: Stamp, order: DateOrder): number | null {
  const [one, two, three] = stamp.date
  if (one.length === 4) return dayNumber(one, two, three)
  switch (order) {
    case 'day':
      return dayNumber(three, two, one)
    case 'month':
      return dayNumber(three, one, two)
    case 'year':
      return Number(one) + 2000 < firstYear ? null : dayNumber(one, two, three)
  }
}

/**
 * The order of the dates, decided from the whole file: the one with the fewest impossible dates, then the one in which
 * time runs backwards least. Null when two orders fit equally well and give different dates.
 */
export function dateOrder(stamps: readonly Stamp[]): DateOrder | null {
  const day = fit(stamps, 'day')
  const month = fit(stamps, 'month')
  const best = better(month, day) ? month : day
  const year = fit(stamps, 'year')
  if (better(year, best)) return 'year'
  if (better(day, month) || better(month, day)) return best.order
  // No language writes month.day.year with dots.
  const same = stamps.every((stamp) => stamp.separator === '.' || dayOf(stamp, 'day') === dayOf(stamp, 'month'))
  return same ? 'day' : null
}

type Fit = { order: DateOrder; impossible: number; backwards: number }

function fit(stamps: readonly Stamp[], order: DateOrder): Fit {
  const found = { order, impossible: 0, backwards: 0 }
  let before = Number.NEGATIVE_INFINITY
  for (const stamp of stamps) {
    const day = dayOf(stamp, order)
    if (day === null) found.impossible++
    else {
      if (day < before) found.backwards++
      before = day
    }
  }
  return found
}

function better(one: Fit, other: Fit): boolean {
  if (one.impossible !== other.impossible) return one.impossible < other.impossible
  return one.backwards < other.backwards
}

function dayNumber(year: string, month: string, day: string): number | null {
  if ((year.length !== 2 && year.length !== 4) || month.length > 2 || day.length > 2) return null
  const y = year.length === 2 ? 2000 + Number(year) : Number(year)
  const [m, d] = [Number(month), Number(day)]
  if (y < 2000 || y > 2199 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m)) return null
  return Date.UTC(y, m - 1, d) / dayMs
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
