import { expect, test } from 'vitest'
import { createRoomTime } from '../../web/sync/room-time.ts'

test('the clock of a room tells whole milliseconds, though the time that passed here has fractions', () => {
  let elapsed = 0.25
  const time = createRoomTime({ now: () => 1_000, elapsed: () => elapsed, after: () => () => {} })
  time.heard(5_000)
  elapsed = 12.6
  expect(time.now()).toBe(5_012)
})
