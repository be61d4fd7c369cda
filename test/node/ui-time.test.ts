import { describe, expect, test } from 'vitest'
import { look } from '../../web/src/room/dwell.ts'
import { dayLabel, dayOf, listTime } from '../../web/src/times.ts'

const now = new Date(2026, 10, 23, 9, 30).getTime()
const on = (year: number, month: number, day: number, hour = 12) => new Date(year, month - 1, day, hour).getTime()

describe('days', () => {
  test('a day divider says how far back it is', () => {
    expect(
      [
        on(2026, 11, 23, 0),
        on(2026, 11, 22, 23),
        on(2026, 11, 17),
        on(2026, 11, 16),
        on(2025, 11, 23),
        on(2026, 11, 24),
      ].map((at) => dayLabel(at, now)),
    ).toEqual(['Today', 'Yesterday', 'Tuesday', 'Monday 16 November', '23 November 2025', 'Tuesday 24 November'])
  })

  test('the room list is shorter', () => {
    expect([on(2026, 11, 22), on(2026, 11, 20), on(2026, 3, 1), on(2024, 3, 1)].map((at) => listTime(at, now))).toEqual(
      ['Yesterday', 'Fri', '1 Mar', '1 Mar 24'],
    )
  })

  test('days are counted by the calendar, whatever the length of the day', () => {
    for (let day = 1; day <= 365; day++) {
      expect(dayOf(on(2026, 1, day + 1, 0)) - dayOf(on(2026, 1, day, 23))).toBe(1)
    }
  })
})

describe('reading', () => {
  test('a message is read after half a second in view', () => {
    const first = look(new Map(), [1, 2], 1_000)
    expect(first).toEqual({
      dwell: new Map([
        [1, 1_000],
        [2, 1_000],
      ]),
      read: null,
      again: 1_500,
    })
    expect(look(first.dwell, [2, 3], 1_500)).toEqual({
      dwell: new Map([
        [2, 1_000],
        [3, 1_500],
      ]),
      read: 2,
      again: 2_000,
    })
  })

  test('who looks away starts again', () => {
    const first = look(new Map(), [1], 1_000)
    const away = look(first.dwell, [], 1_400)
    expect(look(away.dwell, [1], 1_600)).toEqual({ dwell: new Map([[1, 1_600]]), read: null, again: 2_100 })
  })
})
