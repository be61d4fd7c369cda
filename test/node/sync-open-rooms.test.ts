import { describe, expect, test } from 'vitest'
import { createOpenRooms } from '../../web/sync/open-rooms.ts'
import { handClock, settled } from './sync-support/hand-clock.ts'
import { changes, opened } from './sync-support/opened.ts'
import { welcome } from './sync-support/fake-link.ts'
import { messages, roomId } from './sync-support/people.ts'

function shared() {
  const clock = handClock()
  const starts: ReturnType<typeof opened>[] = []
  const rooms = createOpenRooms(clock, () => {
    const one = opened()
    starts.push(one)
    return { room: one.client, stop: () => {} }
  })
  return { rooms, clock, starts }
}

describe('open rooms', () => {
  test('a room is opened once for all who show it, and ends a little after the last', async () => {
    const { rooms, clock, starts } = shared()
    const [pane, card] = [rooms.open(roomId), rooms.open(roomId)]
    pane.close()
    pane.close()
    await clock.turn(10_000)
    expect(starts[0]!.link.closed).toBe(false)
    card.close()
    const again = rooms.open(roomId)
    await clock.turn(10_000)
    expect([starts.length, starts[0]!.link.closed]).toEqual([1, false])
    again.close()
    await clock.turn(10_000)
    expect(starts[0]!.link.closed).toBe(true)
  })

  test('[AC-11] a room that is left stays open until what waits in it is sent', async () => {
    const { rooms, clock, starts } = shared()
    const pane = rooms.open(roomId)
    const id = await pane.send('on my way out')
    pane.close()
    await clock.turn(60_000)
    const { link } = starts[0]!
    expect(link.closed).toBe(false)
    link.open()
    link.say(welcome(), changes([1, 0], []), { t: 'ack', id, seq: 1, at: 1 })
    await clock.turn(10_000)
    expect(link.closed).toBe(true)
  })

  test('a room that was closed for good is asked for anew by whoever opens it next: it may have let them in again', async () => {
    const { rooms, clock, starts } = shared()
    const pane = rooms.open(roomId)
    await settled()
    starts[0]!.link.open()
    starts[0]!.link.drop(4403)
    await settled()
    expect(pane.view.getState().closed).toBe('not_a_member')
    const again = rooms.open(roomId)
    await settled()
    starts[1]!.link.open()
    pane.close()
    await clock.turn(10_000)
    expect([starts.length, again.view.getState().closed, starts[1]!.link.closed]).toEqual([2, null, false])
  })

  test('[MRK1] [AC-17] a room that is left stays open until it was told what was read', async () => {
    const { rooms, clock, starts } = shared()
    const pane = rooms.open(roomId)
    await settled()
    const { link } = starts[0]!
    link.open()
    link.say(welcome({ head: 3 }), changes([1, 3], messages(1, 3)))
    link.drop()
    pane.read(3)
    pane.close()
    await clock.turn(60_000)
    expect(link.closed).toBe(false)
    link.open()
    link.say(welcome({ head: 3 }), changes([4, 3], []))
    await clock.turn(10_000)
    expect(link.closed).toBe(true)
  })

  test('[AC-11] what a closed tab left is sent without anyone opening the room', async () => {
    const { rooms, clock, starts } = shared()
    rooms.drain(roomId)
    await settled()
    expect(starts).toHaveLength(1)
    await clock.turn(10_000)
    // Nothing was left in it after all.
    expect(starts[0]!.link.closed).toBe(true)
  })
})
