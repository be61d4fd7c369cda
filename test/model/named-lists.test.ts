import { afterEach, beforeEach, expect, test } from 'vitest'
import { quiet } from './town/quiet.ts'
import type { Handset } from './town/handset.ts'
import { Town } from './town/town.ts'
import { everyAnswerIsTheSame } from './town/unread.ts'
import { personId, roomId } from './world/ids.ts'

/** What walks through towns have found, as stories of their own. */

const [ada, grace] = [personId(0), personId(1)]
const room = roomId(0)

let town: Town
let phone: Handset
let desk: Handset
let other: Handset

beforeEach(async () => {
  const names = new Map([
    [ada, 'Ada'],
    [grace, 'Grace'],
  ])
  town = new Town(1, names, [{ name: 'Engines', type: 'group', members: [ada, grace] }])
  phone = town.handset(grace, "grace's phone")
  desk = town.handset(grace, "grace's desk", 'page')
  other = town.handset(ada, "ada's")
  other.room(room).open()
  await town.time.turn(2_000)
})
afterEach(() => town.close())

test('[INB21] [BMP3] a device that was away hears that a room is gone, whoever said it first: Postgres or the room', async () => {
  phone.inbox.open()
  await say('hello')
  await quiet(town)
  phone.inbox.close()
  await quiet(town)
  // Postgres says it first, since no call arrives.
  town.weather.lossy = 1
  void other.room(room).tab!.room.changeMembers([{ kind: 'remove', person: grace }])
  await town.time.turn(3_000)
  desk.inbox.open()
  await town.time.turn(10_000)
  expect(desk.inbox.rooms()).toEqual([])
  town.weather.lossy = 0
  await quiet(town)
  phone.inbox.open()
  await quiet(town)
  expect(phone.inbox.rooms()).toEqual([])
})

test('[INB6] [BMP3] a room that went while Postgres was telling the list is not shown, not even for a moment', async () => {
  phone.inbox.open()
  await say('hello')
  await quiet(town)
  phone.inbox.close()
  await quiet(town)
  const request = town.weather.request.bind(town.weather)
  const kept: unknown[] = []
  town.weather.request = async (url, init) => {
    const answer = await request(url, init)
    if (!url.endsWith('inbox_state')) return answer
    await new Promise<void>((resolve) => town.time.after(1_500, resolve))
    kept.push(town.inboxes.host(grace).storage.read('select room from lines'))
    return answer
  }
  desk.inbox.open()
  await town.time.turn(300)
  void other.room(room).tab!.room.changeMembers([{ kind: 'remove', person: grace }])
  const shown = new Set<number>()
  for (let passed = 0; passed < 5_000; passed += 5) {
    await town.time.turn(5)
    shown.add(desk.inbox.rooms().length)
  }
  // It went before the list came.
  expect([kept, [...shown], desk.inbox.live]).toEqual([[[]], [0], true])
})

test('[AC-19] [UNR2] a message that is deleted is unread no more, on all devices within a second', async () => {
  for (const { inbox } of [phone, desk]) inbox.open()
  desk.openRoom(room)
  await say('hello')
  await say('a slip')
  const unread = () => [phone, desk].map(({ inbox }) => [inbox.line(room)?.unread, inbox.badge()])
  expect(unread()).toEqual([
    [2, 2],
    [2, 2],
  ])
  const slip = other.room(room).view()!.rows.at(-1)!
  if (slip.state === 'confirmed') await other.room(room).ask(slip.message.seq, (it) => it.remove(slip.message.seq))
  await town.time.turn(1_000)
  expect(unread()).toEqual([
    [1, 1],
    [1, 1],
  ])
  desk.room(room).tab!.room.read(2)
  await town.time.turn(1_000)
  expect(unread()).toEqual([
    [0, 0],
    [0, 0],
  ])
})

test('[BLK6] [UNR3] whoever has left the room mentions nobody who blocks them, also once the members were compared', async () => {
  const mention = { mentions: [ada] }
  desk.room(room).open()
  await town.time.turn(2_000)
  await desk.room(room).post('see this', mention)
  other.inbox.open()
  await quiet(town)
  expect(other.inbox.line(room)).toMatchObject({ unread: 1, mentions: 1 })
  await Promise.all([town.inboxes.host(ada).call('block', (inbox) => inbox.block(grace, true)), town.time.turn(1_000)])
  void other.room(room).tab!.room.changeMembers([{ kind: 'remove', person: grace }])
  await quiet(town)
  expect(other.inbox.line(room)).toMatchObject({ unread: 1, mentions: 0 })
  await Promise.all([town.rooms.host(room).call('refreshMembers', (it) => it.refreshMembers()), town.time.turn(1_000)])
  await other.room(room).post('noted', {})
  await quiet(town)
  expect(other.inbox.line(room)).toMatchObject({ unread: 1, mentions: 0 })
  for (const { inbox } of town.handsets) inbox.open()
  await quiet(town)
  everyAnswerIsTheSame(town)
})

async function say(text: string): Promise<void> {
  await other.room(room).post(text, {})
  await town.time.turn(2_000)
}
