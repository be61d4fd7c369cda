import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addRange, clipBelow, covers, cursorOf, holes, type Range, type Ranges } from '../../web/sync/ranges.ts'

describe('covered ranges', () => {
  test('ranges that meet are one', () => {
    expect(addRange([[1, 3]], [4, 6])).toEqual([[1, 6]])
    expect(
      addRange(
        [
          [1, 3],
          [7, 9],
        ],
        [4, 6],
      ),
    ).toEqual([[1, 9]])
    expect(addRange([[1, 3]], [5, 6])).toEqual([
      [1, 3],
      [5, 6],
    ])
  })

  test('an empty range gives a place, adjoins, and otherwise tells nothing', () => {
    expect(addRange([], [8, 7])).toEqual([[8, 7]])
    expect(addRange([[8, 7]], [8, 9])).toEqual([[8, 9]])
    expect(addRange([[8, 7]], [3, 7])).toEqual([[3, 7]])
    expect(addRange([[1, 3]], [4, 3])).toEqual([[1, 3]])
    expect(addRange([[1, 3]], [9, 8])).toEqual([[1, 3]])
  })

  test('[AC-09] the cursor is the end of the first range, not of the last', () => {
    expect(
      cursorOf([
        [1, 3],
        [5, 9],
      ]),
    ).toBe(3)
    expect(cursorOf([])).toBe(null)
  })

  test('the holes lie between the ranges', () => {
    expect(
      holes([
        [1, 3],
        [5, 9],
        [12, 12],
      ]),
    ).toEqual([
      { after: 3, before: 5 },
      { after: 9, before: 12 },
    ])
    expect(
      clipBelow(
        [
          [1, 3],
          [5, 9],
        ],
        6,
      ),
    ).toEqual([[6, 9]])
  })

  test('whatever is added in whatever order, exactly what was added is covered', () => {
    const range = fc.tuple(fc.nat(40), fc.nat(8)).map(([from, length]): Range => [from, from + length])
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), (added) => {
        const ranges = added.reduce<Ranges>(addRange, [])
        for (let seq = 0; seq < 60; seq++) {
          expect(covers(ranges, seq)).toBe(added.some(([from, to]) => from <= seq && seq <= to))
        }
        for (const { after, before } of holes(ranges)) expect(before).toBeGreaterThan(after + 1)
      }),
      { seed: 1 },
    )
  })
})
