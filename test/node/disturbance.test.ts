import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { disturbance, quiet, type News } from '../../protocol/disturbance.ts'
import { badgeOf, NotifyLevel, type OwnStatus, type QuietHours } from '../../protocol/inbox.ts'

const now = Date.UTC(2026, 5, 10, 12)
const line = { mutedUntil: null, level: 'all', unread: 3 } as const
const open = { quietHours: null }
const available: Pick<OwnStatus, 'show'> = { show: 'available' }
const everyDay = [0, 1, 2, 3, 4, 5, 6]
const dayMs = 86_400_000

/** When summer time begins and ends in Berlin: at 01:00 UTC on the last Sundays of March and October. */
function berlinOffset(at: number): number {
  const year = new Date(at).getUTCFullYear()
  const last = (month: number) => {
    const end = new Date(Date.UTC(year, month + 1, 0, 1))
    return end.getTime() - end.getUTCDay() * dayMs
  }
  return at >= last(2) && at < last(9) ? 120 : 60
}

/** The minutes of a week, from Sunday's midnight on, that quiet hours cover, said one by one. */
function coveredMinutes({ from, to, days }: QuietHours): Set<number> {
  const length = to > from ? to - from : to + 1_440 - from
  const starts = days.map((day) => day * 1_440 + from)
  return new Set(starts.flatMap((start) => Array.from({ length }, (_, i) => (start + i) % 10_080)))
}

const hours = fc.record({
  from: fc.integer({ min: 0, max: 1_439 }),
  to: fc.integer({ min: 0, max: 1_439 }),
  days: fc.uniqueArray(fc.integer({ min: 0, max: 6 })),
})

describe('what disturbs', () => {
  test.for<[string, Parameters<typeof disturbance>, string]>([
    ['a message', [line, 'message', open, available, now], 'push'],
    ['a mention where mentions matter', [{ ...line, level: 'mentions' }, 'mention', open, available, now], 'push'],
    ['a mute that is over', [{ ...line, mutedUntil: now }, 'message', open, available, now], 'push'],
    ['who is invisible', [line, 'message', open, { show: 'invisible' }, now], 'push'],
    ['an edit or a mark', [line, null, open, available, now], 'no_news'],
    ['what is read elsewhere', [{ ...line, unread: 0 }, 'mention', open, available, now], 'read'],
    ['a mute', [{ ...line, mutedUntil: now + 1 }, 'mention', open, available, now], 'muted'],
    ['a room of which nothing is wanted', [{ ...line, level: 'nothing' }, 'mention', open, available, now], 'muted'],
    ['a message where mentions matter', [{ ...line, level: 'mentions' }, 'message', open, available, now], 'level'],
    ['do-not-disturb', [line, 'mention', open, { show: 'busy' }, now], 'do_not_disturb'],
    [
      'quiet hours',
      [line, 'mention', { quietHours: { from: 0, to: 0, timeZone: 'UTC', days: everyDay } }, available, now],
      'quiet_hours',
    ],
  ])('[NOT1] %s', ([, given, expected]) => {
    const answer = disturbance(...given)
    expect(answer.what === 'push' ? 'push' : answer.why).toBe(expected)
  })

  test('[NOT1] [NOT2] what disturbs also counts on the badge, and what a muted room says does neither', () => {
    const lines = fc.record({
      mutedUntil: fc.option(fc.integer({ min: now - 5, max: now + 5 })),
      level: fc.constantFrom(...NotifyLevel.options),
      unread: fc.integer({ min: 0, max: 3 }),
    })
    fc.assert(
      fc.property(lines, fc.constantFrom<News[]>('mention', 'message', null), (given, news) => {
        const mentions = news === 'mention' ? given.unread : 0
        const counted = badgeOf({ ...given, mentions }, now)
        return disturbance(given, news, open, available, now).what === 'silent' || counted > 0
      }),
      { seed: 11 },
    )
  })
})

describe('quiet hours', () => {
  test('[NOT3] a night belongs to the day on which it begins', () => {
    // Friday night in Berlin: 22:00 to 07:00.
    const night = { from: 22 * 60, to: 7 * 60, timeZone: 'Europe/Berlin', days: [5] }
    const at = (day: number, hour: number, minute: number) => quiet(night, Date.UTC(2026, 5, day, hour - 2, minute))
    expect({
      fridayMorning: at(5, 6, 0),
      before: at(5, 21, 59),
      begins: at(5, 22, 0),
      saturday: at(6, 6, 59),
      ends: at(6, 7, 0),
      saturdayNight: at(6, 23, 0),
    }).toEqual({
      fridayMorning: false,
      before: false,
      begins: true,
      saturday: true,
      ends: false,
      saturdayNight: false,
    })
  })

  test('[NOT3] the clock on the wall decides, also in nights of 23 and of 25 hours', () => {
    const instants = fc.oneof(
      fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 0) }),
      // Around both changes of the clock in 2026.
      fc.integer({ min: Date.UTC(2026, 2, 28), max: Date.UTC(2026, 2, 31) }),
      fc.integer({ min: Date.UTC(2026, 9, 24), max: Date.UTC(2026, 9, 27) }),
    )
    fc.assert(
      fc.property(hours, instants, (given, at) => {
        const wall = new Date(at + berlinOffset(at) * 60_000)
        const minute = wall.getUTCDay() * 1_440 + wall.getUTCHours() * 60 + wall.getUTCMinutes()
        const quietHours = { ...given, timeZone: 'Europe/Berlin' }
        return quiet(quietHours, at) === coveredMinutes(quietHours).has(minute)
      }),
      { seed: 12, numRuns: 2_000 },
    )
  })

  test('[NOT3] an hour that the clock shows twice is quiet twice, and one that it leaves out is not missed', () => {
    const count = (from: number, days: number) => {
      const early = { from: 2 * 60, to: 3 * 60, timeZone: 'Europe/Berlin', days: [0] }
      const minutes = Array.from({ length: days * 1_440 }, (_, i) => from + i * 60_000)
      return minutes.filter((at) => quiet(early, at)).length
    }
    expect({
      usual: count(Date.UTC(2026, 9, 17), 3),
      autumn: count(Date.UTC(2026, 9, 24), 3),
      spring: count(Date.UTC(2026, 2, 28), 3),
    }).toEqual({ usual: 60, autumn: 120, spring: 0 })
  })

  test('[NOT3] each time zone has its own night, half hours included', () => {
    const noonUtc = Date.UTC(2026, 0, 14, 12)
    const around = (minute: number, timeZone: string) =>
      quiet({ from: minute, to: minute + 1, timeZone, days: everyDay }, noonUtc)
    expect([
      around(17 * 60 + 30, 'Asia/Kolkata'),
      around(7 * 60, 'America/New_York'),
      around(12 * 60, 'Asia/Kolkata'),
    ]).toEqual([true, true, false])
    // 15 January on the other side of the date line: a Thursday, while it is Wednesday in UTC.
    const thursday = { from: 0, to: 0, timeZone: 'Pacific/Kiritimati', days: [4] }
    expect(quiet(thursday, noonUtc)).toBe(true)
  })
})
