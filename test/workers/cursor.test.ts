import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { cursorOf, placeOf } from '../../worker/cursor.ts'

const Place = z.object({ at: z.int(), id: z.string() })

test('[API11] a cursor leads back to its place, and fits into a query as it is', () => {
  const place = { at: 1_700_000_000_000, id: 'ärger+/=&?' }
  const cursor = cursorOf(place)
  expect(cursor).toMatch(/^[\w-]+$/)
  expect(placeOf(cursor, Place)).toEqual(place)
  expect(placeOf(undefined, Place)).toBe(null)
})

test.each(['', 'x', '%%%', 'null', cursorOf(null), cursorOf({ at: 'soon', id: 'a' }), cursorOf([1]), '\ud800'])(
  '[API11] %j is no cursor of the list',
  (cursor) => {
    expect(() => placeOf(cursor, Place)).toThrow(expect.objectContaining({ kind: 'invalid_request' }) as Error)
  },
)
