import { expect, test } from 'vitest'
import type { UnreadAudit } from '../../protocol/api.ts'
import { enter, post, type Client } from './support/client.ts'
import { memberRow } from './support/database.ts'
import { openInbox, type Device } from './support/device.ts'
import {
  crashInbox,
  flushed,
  hibernate,
  hibernateInbox,
  inInbox,
  inStorage,
  loseInbox,
  runErrand,
  tellInboxes,
} from './support/objects.ts'
import { bodyOf, freshId, request, roomOf, signUpAfresh, type Person } from './support/people.ts'

const steps = 60

/** Numbers from 0 up to 1 that a seed decides. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

interface Scene {
  ada: Person
  grace: Person
  rooms: string[]
  talks: Client[]
  devices: Device[]
  pinned: Map<string, boolean>
}

/** Something that may happen to a person's inbox, from outside or by itself. */
async function step(scene: Scene, random: () => number): Promise<string> {
  const { ada, rooms, talks, devices, pinned } = scene
  const place = Math.floor(random() * rooms.length)
  const room = rooms[place]!
  const device = devices[0]
  switch (Math.floor(random() * 11)) {
    case 0:
    case 1:
    case 2:
      await post(talks[place]!, 'What now?')
      return `post ${place}`
    case 3:
      devices.push(await openInbox(ada))
      return 'connect'
    case 4:
      await devices.pop()?.leave()
      return 'leave'
    case 5:
      await hibernateInbox(ada.id)
      return 'hibernate'
    case 6:
      devices.length = 0
      await crashInbox(ada.id)
      return 'crash'
    case 7:
      // What was set and not kept is lost with the storage.
      await runErrand(ada.id, 'keeping')
      devices.length = 0
      await loseInbox(ada.id)
      return 'lose'
    case 8: {
      if (!device) return 'nothing'
      const id = freshId()
      device.send({ t: 'mark', id, room, as: random() < 0.7 ? 'read' : 'unread' })
      await device.next('ack', (ack) => ack.id === id)
      return `mark ${place}`
    }
    case 9: {
      if (!device) return 'nothing'
      const id = freshId()
      const on = random() < 0.5
      device.send({ t: 'set', id, room, pinned: on })
      await device.next('ack', (ack) => ack.id === id)
      pinned.set(room, on)
      return `pin ${place} ${on}`
    }
    default:
      await inStorage(room, () => undefined)
      await hibernate(room)
      return `room sleeps ${place}`
  }
}

test.each([1, 2, 3, 4])(
  '[INB5] [INB6] [INB14] whatever dies and whoever comes and goes, the list is right in the end (seed %i)',
  async (seed) => {
    const random = numbers(seed)
    const ada = await signUpAfresh('Ada')
    const grace = await signUpAfresh('Grace')
    const rooms = [await roomOf(grace, ada), await roomOf(grace, ada), await roomOf(grace, ada)]
    const talks = await Promise.all(rooms.map((room) => enter(grace, room)))
    const scene: Scene = { ada, grace, rooms, talks, devices: [], pinned: new Map() }
    const walked: string[] = []
    for (let i = 0; i < steps; i++) walked.push(await step(scene, random))
    for (const room of rooms) await flushed(room)

    const device = await openInbox(ada)
    await runErrand(ada.id, 'reading')
    await runErrand(ada.id, 'calling')
    for (const room of rooms) await tellInboxes(room)
    const story = walked.join(', ')

    const audit = await bodyOf<UnreadAudit>(await request(ada, 'GET', '/unread/audit'), 200)
    expect(audit, story).toEqual({ checked: 3, differences: [], behind: [] })
    // What the device took in step by step is what a device gets that begins with nothing.
    const fresh = await openInbox(ada)
    while (device.frames.some(({ t }) => t === 'rooms')) await device.take()
    expect(device.holding.lines, story).toEqual(fresh.holding.lines)
    expect(device.holding.version, story).toBe(fresh.holding.version)
    await runErrand(ada.id, 'keeping')
    for (const [room, on] of scene.pinned) {
      expect(fresh.holding.lines.get(room)?.pinnedAt !== null, story).toBe(on)
      expect((await memberRow(room, ada.id))['pinned_at'] !== null, story).toBe(on)
    }
    expect(await inInbox(ada.id, (sql) => sql.exec('select 1 from lines where back > 0').toArray()), story).toEqual([])
  },
  60_000,
)
