import { afterEach, beforeEach, expect, test } from 'vitest'
import { atTheEnd } from './checks/at-the-end.ts'
import { Device } from './world/device.ts'
import { settle } from './world/settle.ts'
import { World } from './world/world.ts'

/** What walks have found, as stories of their own. */

let world: World
let ada: Device
let grace: Device

beforeEach(async () => {
  world = new World(1)
  const [first, second] = world.people
  ada = world.devices.find(({ person }) => person === first)!
  grace = world.devices.find(({ person }) => person === second)!
  await world.time.turn(2_000)
})
afterEach(() => world.close())

test('[PAC3] [OUT2] what was refused as too fast is not overtaken by what was sent behind it', async () => {
  const phone = new Device(world.site, ada.person, 'phone')
  world.devices.push(phone)
  phone.open()
  await world.time.turn(2_000)
  // Two devices share one person's pace, so neither knows that it is spent.
  for (let n = 1; n <= 60; n++) {
    await ada.post(`desk ${n}`, {})
    await phone.post(`phone ${n}`, {})
    await world.time.turn(7)
  }
  await settle(world)
  await atTheEnd(world)
  expect(world.postgres.rows().messages.length).toBe(120)
})

test('[EPO3] a Postgres restored from an older copy says who is a member, although it counts from less', async () => {
  world.backup = world.postgres.copy()
  world.postgres.remove(grace.person)
  await membersAreCompared()
  expect(grace.view()!.closed).toBe('not_a_member')
  world.restore()
  await membersAreCompared()
  grace.close()
  grace.open()
  await world.time.turn(2_000)
  expect(grace.view()!.connection.state).toBe('live')
})

test('[EPO3] what an object had begun to learn of a database that was restored meanwhile is forgotten', async () => {
  world.backup = world.postgres.copy()
  await ada.post('taken back by the restore', {})
  await world.time.turn(5_000)
  const { seq } = world.postgres.rows().messages[0]!
  const call = world.postgres.call.bind(world.postgres)
  const asked: string[] = []
  world.postgres.call = (name, args) => {
    asked.push(name)
    // The object wakes up halfway.
    if (name === 'room_spine') world.weather.state = 'away'
    return call(name, args)
  }
  world.wipe()
  await ada.ask(seq, (room) => room.remove(seq))
  while (!asked.includes('room_spine')) await world.time.turn(10)
  await world.time.turn(1_000)
  world.postgres.call = call
  world.restore()
  await settle(world)
  await atTheEnd(world)
  expect(ada.view()!.notices.map(({ kind, seq, reason }) => ({ kind, seq, reason }))).toEqual([
    { kind: 'delete', seq, reason: 'no_such_message' },
  ])
})

test('[EPO4] a reply that a new epoch takes along refers to nothing when the message is lost', async () => {
  world.backup = world.postgres.copy()
  await ada.post('lost', {})
  await world.time.turn(5_000)
  // Another object gave the epoch away: this one stops when it writes next, and what it then holds goes along.
  world.postgres.call('claim_epoch', {})
  await ada.post('a reply', { replyTo: 1 })
  await world.time.turn(5_000)
  world.restore()
  world.watch.mayBeLost.add(ada.sent[0]!)
  await settle(world)
  await atTheEnd(world)
  expect(world.postgres.rows().messages.map(({ text, replyTo }) => ({ text, replyTo }))).toEqual([
    { text: 'a reply', replyTo: null },
  ])
})

test('[CLO2] someone whom the room does not know yet is let in soon after Postgres knows them', async () => {
  const person = world.people.at(-1)!
  const newcomer = world.devices.find((device) => device.person === person)!
  expect(newcomer.view()!.closed).toBe('not_a_member')
  world.postgres.call('join_room', {
    ...{ p_command: 'past the room', p_code_hash: world.postgres.joinCode, p_person: person, p_head: 0 },
  })
  // Everyone else stays connected: only the newcomer makes the room look again.
  await world.time.turn(6 * 60_000)
  for (let attempt = 0; attempt < 2; attempt++) {
    newcomer.close()
    newcomer.open()
    await world.time.turn(2_000)
  }
  expect(newcomer.view()!.connection.state).toBe('live')
})

test('[JOI2] a copy of the members that was read before a join does not undo it', async () => {
  const newcomer = world.devices.find(({ person }) => person === world.people.at(-1))!
  await world.time.turn(6 * 60_000)
  const call = world.postgres.call.bind(world.postgres)
  const asked: string[] = []
  world.postgres.call = (name, args) => {
    // What it says is on its way for long.
    if (name === 'room_state') world.weather.state = 'slow'
    asked.push(name)
    return call(name, args)
  }
  ada.connection!.break()
  while (!asked.includes('room_state')) await world.time.turn(1)
  world.weather.state = 'well'
  world.join(newcomer.person)
  await world.time.turn(100)
  newcomer.close()
  newcomer.open()
  await world.time.turn(10_000)
  expect([newcomer.view()!.closed, newcomer.view()!.connection.state]).toEqual([null, 'live'])
})

test('[MEM1] of two changes of a person whose answers cross each other, the one that Postgres made last holds', async () => {
  const request = world.weather.request.bind(world.weather)
  let lost = false
  world.weather.request = async (url, init) => {
    const answer = await request(url, init)
    if (lost || !url.endsWith('change_members')) return answer
    lost = true
    return new Promise(() => {})
  }
  const change = (kind: 'remove' | 'add') => {
    void ada.tab!.room.changeMembers([{ kind, person: grace.person }]).catch(() => {})
    return world.time.turn(1_000)
  }
  await change('remove')
  await change('add')
  // The first is asked again, and answered as it was then.
  await world.time.turn(30_000)
  expect(world.postgres.isMember(grace.person)).toBe(true)
  grace.close()
  grace.open()
  await world.time.turn(2_000)
  expect([grace.view()!.closed, grace.view()!.connection.state]).toEqual([null, 'live'])
})

test('[SET1] [MEM1] [UNR1] what happens to the room while someone catches up is told to them, too', async () => {
  const phone = new Device(world.site, grace.person, 'phone')
  world.devices.push(phone)
  phone.open()
  await world.time.turn(2_000)
  grace.connection!.break()
  for (let n = 1; n <= 40; n++) await ada.post(`message ${n}`, {})
  await world.time.turn(200)
  while (grace.view()!.connection.state !== 'catching_up') await world.time.turn(1)
  await ada.change({ name: 'Difference engines' })
  phone.tab!.room.markUnread(7)
  world.join(world.people.at(-1)!)
  await world.time.turn(5_000)
  const { room, unread, members } = grace.view()!
  expect({ name: room!.name, unread: unread.from, members: members.length }).toEqual({
    ...{ name: 'Difference engines', unread: 7, members: world.people.length },
  })
})

/** Time passes, and someone's new socket makes the room compare. */
async function membersAreCompared(): Promise<void> {
  await world.time.turn(6 * 60_000)
  ada.connection!.break()
  await world.time.turn(5_000)
}
