import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { badgeOf } from '../../protocol/inbox.ts'
import { memoryStore } from '../../web/sync/memory-store.ts'
import { handClock, settled, type HandClock } from './sync-support/hand-clock.ts'
import { inboxDevice, type InboxDevice } from './sync-support/inbox-device.ts'
import { lineOf, modelInbox, roomOf, type ModelInbox } from './sync-support/model-inbox.ts'
import { welcome } from './sync-support/fake-link.ts'
import { changes, opened } from './sync-support/opened.ts'
import { grace, message } from './sync-support/people.ts'

/** Brings a device up, through whatever it waits for, until nothing is left to say. */
async function comeLive(device: InboxDevice): Promise<void> {
  await device.live()
  await device.exchange()
}

/** What a device shows that begins with nothing. */
async function fresh(server: ModelInbox, clock: HandClock) {
  const device = inboxDevice(server, clock)
  await comeLive(device)
  const { rooms, badge, blocked, settings } = device.view()
  device.inbox.close()
  return { rooms, badge, blocked, settings }
}

function shownBy(device: InboxDevice) {
  const { rooms, badge, blocked, settings } = device.view()
  return { rooms, badge, blocked, settings }
}

const room = fc.integer({ min: 1, max: 6 })
const one = fc.constantFrom(0, 1)
const steps = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('bump'), room, unread: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove'), room }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('pin', 'mute', 'archive', 'read', 'unread'), room, one }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('connect'), one }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('cut', 'restart', 'ping'), one }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('up', 'down'), one, count: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose'), one }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.nat(3_000) }) },
) as fc.Arbitrary<{ do: string; room: number; unread: number; one: 0 | 1; count: number; ms: number }>

describe('any order of news, commands, cuts, lost frames, restarts and lost storage', () => {
  test('[AC-18] [INB21] [INB26] afterwards both devices show what a fresh one shows, and what was asked is done', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 80, size: 'max' }), async (walk) => {
        const clock = handClock()
        const server = modelInbox(clock.now, 2)
        server.change(lineOf(1), lineOf(2), lineOf(3))
        const stores = [memoryStore(), memoryStore()]
        const devices = stores.map((store) => inboxDevice(server, clock, { store, randomBytes: bytes() }))
        let seq = 3
        for (const step of walk) {
          const device = devices[step.one ?? 0]!
          const id = roomOf(step.room ?? 1)
          switch (step.do) {
            case 'bump':
              seq++
              server.change({
                ...(server.line(step.room) ?? lineOf(step.room)),
                ...{ head: seq, unread: step.unread, unreadFrom: null, lastAt: seq },
              })
              break
            case 'remove':
              server.remove(id)
              break
            case 'pin':
              device.inbox.setRoom(id, { pinned: seq % 2 === 0 })
              break
            case 'mute':
              device.inbox.setRoom(id, { level: seq % 2 === 0 ? 'nothing' : 'all' })
              break
            case 'archive':
              device.inbox.setRoom(id, { archived: seq % 2 === 0 })
              break
            case 'read':
            case 'unread':
              device.inbox.markRoom(id, step.do)
              break
            case 'connect':
              device.connect()
              break
            case 'cut':
              device.cut()
              break
            case 'restart':
              device.cut()
              device.inbox.close()
              await settled()
              devices[step.one] = inboxDevice(server, clock, { store: stores[step.one]!, randomBytes: bytes() })
              break
            case 'ping':
              device.inbox.refresh()
              break
            case 'up':
            case 'down':
              device.deliver(step.do, step.count)
              break
            case 'lose':
              device.lose('up')
              break
            case 'forget':
              server.loseStorage()
              for (const other of devices) other.cut()
              break
            case 'wait':
              await clock.turn(step.ms)
          }
          for (const { view } of devices) {
            const { rooms, badge } = view()
            expect(badge).toBe(rooms.reduce((sum, line) => sum + badgeOf(line, clock.now()), 0))
          }
        }
        for (const device of devices) {
          device.cut()
          await comeLive(device)
        }
        // What was done is shown for a moment longer than it takes the list to say so.
        for (const device of devices) {
          await device.exchange()
          await clock.turn(3_000)
          await device.exchange()
        }
        const right = await fresh(server, clock)
        expect(devices.map(shownBy)).toEqual([right, right])
        expect(right.rooms.toSorted(byRoom)).toEqual(server.lines().toSorted(byRoom))
      }),
      { seed: 10, numRuns: 300 },
    )
  })
})

describe('five hundred rooms', () => {
  test('[AC-10] order, unread counts and the open room are right straight after resume', async () => {
    const clock = handClock()
    const server = modelInbox(clock.now, 200)
    server.change(...Array.from({ length: 500 }, (_, index) => lineOf(index + 1, { lastAt: index + 1 })))
    const device = inboxDevice(server, clock)
    await comeLive(device)
    const front = opened({ roomId: roomOf(7) })
    const at = (head: number) => [welcome({ head, room: { ...facts(), id: roomOf(7) } }), frameOf(head)] as const
    await settled()
    front.link.open()
    front.link.say(...at(3))
    device.inbox.follow(front.client.view)

    device.cut()
    front.link.drop()
    const { rooms } = device.view()
    for (let number = 1; number <= 500; number += 2) {
      const line = server.line(number)!
      const last = { seq: 4, at: 1_000 + number, by: grace, name: 'Grace', text: 'while away' }
      server.change({
        ...line,
        head: 4,
        unread: number === 7 ? 0 : 4,
        read: number === 7 ? 4 : 0,
        last,
        lastAt: last.at,
      })
    }
    device.connect()
    device.deliver('up')
    // One answer, in chunks: nothing is shown until it is whole.
    expect([device.queued('down'), device.view().rooms]).toEqual([3, rooms])
    device.deliver('down')
    const shown = device.view()
    expect(shown.rooms.map((line) => line.room).slice(0, 3)).toEqual([499, 497, 495].map(roomOf))
    expect(shown.rooms.map(({ lastAt }) => lastAt)).toEqual(
      shown.rooms.map(({ lastAt }) => lastAt).sort((a, b) => b - a),
    )
    expect(shown.rooms).toEqual((await fresh(server, clock)).rooms)
    expect(shown.rooms.find((line) => line.room === roomOf(7))).toMatchObject({ unread: 0, read: 4, head: 4 })
    expect(shown.badge).toBe(249 * 4 + 250 * 3)
    // And the room in front says the same once it is back.
    front.link.open()
    front.link.say(...at(4))
    front.client.read(4)
    expect(device.view().badge).toBe(shown.badge)
  })
})

function byRoom(one: { room: string }, other: { room: string }): number {
  return one.room < other.room ? -1 : 1
}

let devicesMade = 0

/** Bytes that no other device has. */
function bytes(): (count: number) => Uint8Array {
  const device = ++devicesMade
  let counter = 0
  return (count) => {
    counter++
    const named = [device >> 8, device & 0xff, counter >> 8, counter & 0xff]
    return Uint8Array.from({ length: count }, (_, index) => named[index] ?? 0)
  }
}

function facts() {
  const frame = welcome()
  if (frame.t !== 'welcome') throw new Error('The welcome is another frame.')
  return frame.room
}

function frameOf(head: number) {
  return changes(
    [1, head],
    Array.from({ length: head }, (_, index) => message(index + 1)),
  )
}
