import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { cursorOf, placeOf } from '../../worker/cursor.ts'
import { freshId, request, roomOf, signUp } from './support/people.ts'

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

test('[API11] a cursor that someone made up is refused, also where only the database could not take it', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const [id, most, word] = [freshId(), Number.MAX_SAFE_INTEGER, 'a\u0000']
  const made: [path: string, place: unknown][] = [
    ['/directory?q=engine', [most, 0, id]],
    [`/rooms/${room}/members?`, [most, 'ada', id]],
    [`/rooms/${room}/members?`, [0, word, id]],
    [`/rooms/${room}/members?`, [0, '\ud800', id]],
    [`/rooms/${room}/bans?`, [word, id]],
    ['/search/people?q=ada', { tier: most, name: 'ada', id }],
    ['/search/people?q=ada', { tier: 0, name: word, id }],
    ['/search/rooms?q=ada', { tier: 0, name: word, id }],
    ['/search/messages?q=engine&sort=ranked', { at: 0, room: id, seq: 1, rank: 1e300 }],
    ['/search/messages?q=engine&sort=ranked', { at: 0, room: id, seq: 1, rank: 1e-300 }],
  ]
  for (const [path, place] of made) {
    const answer = await request(ada, 'GET', `${path}&cursor=${cursorOf(place)}`)
    expect([path, answer.status]).toEqual([path, 400])
  }
})
