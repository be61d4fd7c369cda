import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Plan, Repeats } from '../../protocol/meetings.ts'
import { currentOccurrence, nextOccurrence, timeZoneNamed, wallClock } from '../../protocol/occurrences.ts'

const berlin = 'Europe/Berlin'

function plan(first: string, repeats: Partial<Repeats> | null, timeZone = berlin): Plan {
  const rule = repeats && { every: 'week' as const, interval: 1, ...repeats }
  return { firstAt: Date.parse(first), minutes: 30, timeZone, repeats: rule }
}

/** The first so many sessions, as UTC. */
function held(of: Plan, count: number): string[] {
  const list: string[] = []
  let from = of.firstAt
  while (list.length < count) {
    const next = nextOccurrence(of, from)
    if (next === null) break
    list.push(new Date(next).toISOString().slice(0, 16))
    from = next + 1
  }
  return list
}

describe('[MTG8] a meeting that repeats', () => {
  test('[MTG8] keeps its wall clock when clocks go forward and back', () => {
    const weekly = plan('2026-03-18T09:00:00Z', {})
    expect(held(weekly, 3)).toEqual(['2026-03-18T09:00', '2026-03-25T09:00', '2026-04-01T08:00'])
    const daily = plan('2026-10-24T08:00:00Z', { every: 'day' })
    expect(held(daily, 3)).toEqual(['2026-10-24T08:00', '2026-10-25T09:00', '2026-10-26T09:00'])
    const newYork = plan('2026-03-07T15:00:00Z', { every: 'day' }, 'America/New_York')
    expect(held(newYork, 2)).toEqual(['2026-03-07T15:00', '2026-03-08T14:00'])
    const lordHowe = plan('2026-10-03T22:00:00Z', { every: 'day' }, 'Australia/Lord_Howe')
    expect(held(lordHowe, 2).map((at) => wallClock(Date.parse(`${at}Z`), 'Australia/Lord_Howe').hour)).toEqual([9, 9])
  })

  test('[MTG8] is not held at a time that its zone leaves out, and once at one that comes twice', () => {
    const early = plan('2026-03-28T01:30:00Z', { every: 'day' })
    expect(held(early, 2)).toEqual(['2026-03-28T01:30', '2026-03-30T00:30'])
    const twice = plan('2026-10-24T00:30:00Z', { every: 'day' })
    expect(held(twice, 3)).toEqual(['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30'])
  })

  test('[MTG8] is held on its days, every so many weeks or months, so many times or until a day', () => {
    const days = plan('2026-11-23T09:00:00Z', { on: ['MO', 'WE', 'FR'], interval: 2 })
    expect(held(days, 4)).toEqual(['2026-11-23T09:00', '2026-11-25T09:00', '2026-11-27T09:00', '2026-12-07T09:00'])
    const last = plan('2026-01-31T09:00:00Z', { every: 'month' })
    expect(held(last, 3)).toEqual(['2026-01-31T09:00', '2026-03-31T08:00', '2026-05-31T08:00'])
    expect(held(plan('2026-11-23T09:00:00Z', { times: 2 }), 9)).toHaveLength(2)
    const until = Date.parse('2026-12-07T09:00:00Z')
    expect(held(plan('2026-11-23T09:00:00Z', { until }), 9)).toHaveLength(3)
    expect(held(plan('2026-11-23T09:00:00Z', { until: until - 1 }), 9)).toHaveLength(2)
  })

  test('[MTG8] is held at its first day of those it names', () => {
    const fromMonday = plan('2026-11-23T09:00:00Z', { on: ['TH'], times: 2 })
    expect(held(fromMonday, 9)).toEqual(['2026-11-26T09:00', '2026-12-03T09:00'])
  })

  test('[MTG8] is the current one until it is over', () => {
    const of = plan('2026-11-23T09:00:00Z', { times: 2 })
    const half = 30 * 60_000
    const week = 7 * 86_400_000
    expect(currentOccurrence(of, of.firstAt - 1)).toBe(of.firstAt)
    expect(currentOccurrence(of, of.firstAt + half - 1)).toBe(of.firstAt)
    expect(currentOccurrence(of, of.firstAt + half)).toBe(of.firstAt + week)
    expect(currentOccurrence(of, of.firstAt + week + half)).toBe(null)
    expect(currentOccurrence(plan('2026-11-23T09:00:00Z', null), of.firstAt + half)).toBe(null)
  })

  test('[MTG8] goes on from anywhere as it would have gone on from its beginning', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC', 'Asia/Kathmandu']
    const days = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const
    const someday = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2030, 0) })
    const rule = fc.record({
      every: fc.constantFrom('day' as const, 'week' as const, 'month' as const),
      interval: fc.integer({ min: 1, max: 5 }),
      on: fc.subarray([...days], { minLength: 1 }),
    })
    fc.assert(
      fc.property(someday, rule, fc.constantFrom(...zones), fc.nat(40), (firstAt, repeats, timeZone, skipped) => {
        const of = { firstAt: firstAt - (firstAt % 60_000), minutes: 30, timeZone, repeats }
        const list = held(of, skipped + 2).map((at) => Date.parse(`${at}Z`))
        expect(nextOccurrence(of, list[skipped]! + 1)).toBe(list[skipped + 1])
        const clock = (at: number) => wallClock(at, timeZone).toPlainTime().toString()
        expect(new Set(list.map(clock)).size).toBe(1)
      }),
      { seed: 20261124, numRuns: 200 },
    )
  })
})

test('[MTG8] a zone is known by its name, whatever its case, and an offset is none', () => {
  expect(timeZoneNamed('europe/berlin')).toBe('Europe/Berlin')
  expect(timeZoneNamed('+02:00')).toBe(null)
  expect(timeZoneNamed('Mars/Olympus')).toBe(null)
})
