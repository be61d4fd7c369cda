import { expect, test } from 'vitest'
import { Violation } from './checks/watch.ts'
import type { Living, ObjectHost } from './platform/object-host.ts'
import { quiet } from './town/quiet.ts'
import { Town } from './town/town.ts'
import { unreadIsRight } from './town/unread.ts'
import { personId, roomId } from './world/ids.ts'

const [ada, grace, linus, newcomer] = [personId(0), personId(1), personId(2), personId(3)]

const names = new Map([
  [ada, 'Ada'],
  [grace, 'Grace'],
  [linus, 'Linus'],
  [newcomer, 'Kay'],
])

const rooms = 500
const talking = 20
const hourMs = 3_600_000

/** What a room is called for by what happens in it: sockets, what it has planned, and how far devices have received. */
const itsOwn = ['fetch', 'message', 'close', 'alarm', 'received']

/** An object that nothing happens in is put to sleep after so long, as the platform does. */
const idleMs = 10_000

/** What an object was constructed and called for since some moment. */
interface Work {
  lives: number
  calls: Record<string, number>
}

test('[BMP6] [HIB2] in a day with 500 rooms a quiet room is never woken, a room with news once for each visit, and an inbox without a device by bumps alone', async () => {
  const town = new Town(1, names, founded())
  try {
    await everyRoomHasSaidSomething(town)
    const before = measured(town)
    const missed = await aDay(town)
    const worked = difference(before, measured(town))
    unreadIsRight(town)

    expect([...missed.values()].reduce((sum, visits) => sum + visits, 0)).toBeGreaterThan(talking)
    const quietRooms = town.rooms
      .all()
      .slice(talking)
      .map(({ name }) => worked.get(name)!)
    expect(quietRooms.length).toBe(rooms - talking)
    expect(quietRooms.filter(({ lives, calls }) => lives > 0 || Object.keys(calls).length > 0)).toEqual([])

    for (const { name } of town.rooms.all().slice(0, talking)) {
      const { calls } = worked.get(name)!
      const { back = 0, ...others } = calls
      expect(back).toBe(missed.get(name) ?? 0)
      expect(Object.keys(others).filter((what) => !itsOwn.includes(what))).toEqual([])
    }
    // Linus was here before, and has no device the whole day: each room that has news says so once, and is silent then.
    const { calls, lives } = worked.get(linus)!
    expect(calls).toEqual({ bump: talking })
    expect(lives).toBeLessThanOrEqual(talking)
    // Kay never had one: every room has been silent since it first told her.
    expect(worked.get(newcomer)).toEqual({ lives: 0, calls: {} })
  } finally {
    town.close()
  }
})

function founded() {
  return Array.from({ length: rooms }, (_, index) => {
    return { name: `Room ${index}`, type: 'group', members: [grace, ada, linus] } as const
  })
}

/** Each room has an object with news in it, Ada's inbox has heard of all of them once, and everyone is gone again. */
async function everyRoomHasSaidSomething(town: Town): Promise<void> {
  for (const { site } of town.places) {
    site.join(newcomer)
    await town.time.turn(50)
  }
  await turn(town, 120_000)
  for (const person of [ada, linus]) {
    const { inbox } = town.handset(person, 'phone')
    inbox.open()
    await turn(town, 120_000)
    if (inbox.rooms().length !== rooms) throw new Violation(`the phone shows ${inbox.rooms().length} rooms`)
    inbox.close()
  }
  await quiet(town)
  await turn(town, 600_000)
}

/**
 * Ada looks at the phone now and then, and sits at the desk for some hours; Grace talks in a few rooms all day. Answers for
 * each room how many visits began with something new there.
 */
async function aDay(town: Town): Promise<Map<string, number>> {
  const { random, time } = town
  const phone = town.handsets[0]!
  const desk = town.handset(ada, 'desk')
  const talker = town.handset(grace, 'talker')
  const began = time.now()
  const missed = new Map<string, number>()
  const unheard = new Set<string>()
  while (time.now() < began + 24 * hourMs) {
    const hour = (time.now() - began) / hourMs
    const sits = hour > 9 && hour < 17
    const here = () => phone.inbox.wanted || desk.inbox.wanted
    const before = here()
    if (sits) desk.inbox.open()
    else desk.inbox.close()
    if (random.chance(0.3)) phone.inbox.open()
    else phone.inbox.close()
    if (here() && !before) {
      for (const room of unheard) missed.set(room, (missed.get(room) ?? 0) + 1)
      unheard.clear()
    }
    const room = roomId(random.int(0, talking - 1))
    talker.room(room).open()
    await turn(town, 5_000)
    if (!here()) unheard.add(room)
    for (let n = random.int(1, 4); n > 0; n--) await talker.room(room).post(`message ${++town.posts}`, {})
    await turn(town, random.int(1, 20) * 60_000)
    talker.room(room).close()
    if (here() && random.chance(0.3)) {
      const device = desk.inbox.wanted ? desk : phone
      device.room(room).open()
      await turn(town, 5_000)
      device.room(room).tab!.room.read(device.room(room).view()!.head)
      await turn(town, 30_000)
      device.room(room).close()
    }
  }
  await quiet(town)
  return missed
}

/** Time passes, and whoever is idle falls asleep. */
async function turn(town: Town, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= idleMs) {
    await town.time.turn(Math.min(left, idleMs))
    for (const host of everyone(town)) if (host.awake) host.sleep()
  }
  town.check()
}

function everyone(town: Town): ObjectHost<Living>[] {
  return [...town.rooms.all(), ...town.inboxes.all()]
}

function measured(town: Town): Map<string, Work> {
  return new Map(
    everyone(town).map(({ name, lives, calledFor }) => [name, { lives, calls: Object.fromEntries(calledFor) }]),
  )
}

function difference(before: ReadonlyMap<string, Work>, after: ReadonlyMap<string, Work>): Map<string, Work> {
  return new Map(
    [...after].map(([name, { lives, calls }]) => {
      const old = before.get(name) ?? { lives: 0, calls: {} }
      const more = Object.entries(calls).map(([what, count]) => [what, count - (old.calls[what] ?? 0)] as const)
      const made = Object.fromEntries(more.filter(([, count]) => count > 0))
      return [name, { lives: lives - old.lives, calls: made }]
    }),
  )
}
