import { runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, test } from 'vitest'
import { closeCodes } from '../../protocol/close-codes.ts'
import type { MemberChange } from '../../protocol/api.ts'
import { enter, nothing, type Client } from './support/client.ts'
import { directRoom, gate, memberRow, recorded } from './support/database.ts'
import { flushed, hibernate, inStorage, objectOf, ring } from './support/objects.ts'
import { bodyOf, freshId, join, request, roomOf, signUp, type Person } from './support/people.ts'

afterEach(async () => await gate('open'))

async function change(by: Person, room: string, command: string, ...changes: MemberChange[]) {
  return await request(by, 'POST', `/rooms/${room}/members`, { command, changes })
}

async function ok(answer: Promise<Response>) {
  return await bodyOf<{ membersVersion: number; refused: unknown[] }>(await answer, 200)
}

async function three() {
  const people = [await signUp('Ada'), await signUp('Grace'), await signUp('Linus')] as const
  const room = await roomOf(...people)
  const [ada, grace, linus] = people
  const sockets = [await enter(ada, room), await enter(grace, room), await enter(linus, room)] as const
  return { ada, grace, linus, room, sockets }
}

async function post(client: Client, text: string): Promise<number> {
  client.send({ t: 'post', id: freshId(), text })
  return (await client.next('ack')).seq
}

describe('changing members', () => {
  test('[CLO3] [MEM1] a removed member is closed with 4403 before the next event is delivered, and hears nothing more', async () => {
    const { ada, linus, room, sockets } = await three()
    const [one, two, gone] = sockets
    await post(one, 'all three hear this')
    await gone.next('changes')
    gone.frames.length = 0

    await ok(change(ada, room, freshId(), { kind: 'remove', person: linus.id }))
    await post(one, 'only two hear this')

    await gone.until(() => gone.closedWith !== null)
    expect(gone.closedWith).toBe(closeCodes.notAMember)
    expect(gone.frames.filter(({ t }) => t === 'changes' || t === 'members')).toEqual([])
    const told = await two.next('changes', ({ messages }) => messages.some(({ system }) => system !== null))
    expect(told.messages[0]?.system).toEqual({ kind: 'member_left', person: linus.id, name: 'Linus', by: ada.id })
    expect((await request(linus, 'GET', `/rooms/${room}/messages`)).status).toBe(404)
    await flushed(room)
    expect((await recorded(room)).filter(({ system }) => system?.kind === 'member_left')).toHaveLength(1)
  })

  test('[MEM1] the same command is carried out once, also when the object slept in between', async () => {
    const { ada, grace, room } = await three()
    const command = freshId()
    const first = await ok(change(ada, room, command, { kind: 'role', person: grace.id, role: 'moderator' }))
    await hibernate(room)

    expect(await ok(change(ada, room, command, { kind: 'role', person: grace.id, role: 'moderator' }))).toEqual(first)

    await flushed(room)
    expect((await recorded(room)).filter(({ system }) => system?.kind === 'role_changed')).toHaveLength(1)
    expect(await memberRow(room, grace.id)).toMatchObject({ role: 'moderator' })
  })

  test('[MEM2] with Postgres away nothing changes and the answer says so; the wish is carried out when it is back', async () => {
    const { ada, linus, room, sockets } = await three()
    await flushed(room)
    await gate('lost')
    const command = freshId()

    const answer = await change(ada, room, command, { kind: 'remove', person: linus.id })

    expect(await bodyOf<{ type: string }>(answer, 503)).toMatchObject({ type: '/problems/pending' })
    await gate('open')
    await ring(room, 'members')
    await sockets[2].until(() => sockets[2].closedWith !== null)
    expect(sockets[2].closedWith).toBe(closeCodes.notAMember)
    await ok(change(ada, room, command, { kind: 'remove', person: linus.id }))
    await flushed(room)
    expect((await recorded(room)).filter(({ system }) => system?.kind === 'member_left')).toHaveLength(1)
  })

  test('[ROL1] who may do what to whom: nobody moderates their equals or betters, members nobody', async () => {
    const { ada, grace, linus, room } = await three()
    const status = async (by: Person, made: MemberChange) => (await change(by, room, freshId(), made)).status

    expect(await status(grace, { kind: 'remove', person: linus.id })).toBe(403)
    expect(await status(grace, { kind: 'role', person: grace.id, role: 'admin' })).toBe(403)
    expect(await status(ada, { kind: 'role', person: grace.id, role: 'admin' })).toBe(200)
    expect(await status(grace, { kind: 'remove', person: ada.id })).toBe(403)
    expect(await status(grace, { kind: 'role', person: linus.id, role: 'admin' })).toBe(403)
    expect(await status(grace, { kind: 'role', person: linus.id, role: 'moderator' })).toBe(200)
    expect(await status(linus, { kind: 'mute', person: grace.id, until: null })).toBe(403)
    expect(await status(linus, { kind: 'leave', person: grace.id })).toBe(403)
    expect(await status(linus, { kind: 'leave', person: linus.id })).toBe(200)
  })

  test('[MEM3] someone silenced keeps their text and is told; when the time is over they write again', async () => {
    const { ada, grace, room, sockets } = await three()
    const until = Date.now() + 3_600_000
    await ok(change(ada, room, freshId(), { kind: 'mute', person: grace.id, until }))

    sockets[1].send({ t: 'post', id: freshId(), text: 'hello?' })

    expect(await sockets[1].next('refused')).toMatchObject({ reason: 'not_allowed' })
    await ok(change(ada, room, freshId(), { kind: 'mute', person: grace.id, until: null }))
    expect(await post(sockets[1], 'hello again')).toBeTypeOf('number')
  })

  test('[MEM3] whoever is banned is closed, and no link lets them back before the ban is lifted', async () => {
    const { ada, linus, room, sockets } = await three()
    await ok(change(ada, room, freshId(), { kind: 'ban', person: linus.id, until: null }))
    await sockets[2].until(() => sockets[2].closedWith !== null)

    expect((await join(linus, ada, room)).status).toBe(404)
    await ok(change(ada, room, freshId(), { kind: 'unban', person: linus.id }))
    expect((await join(linus, ada, room)).status).toBe(200)
  })

  test('[MEM4] the owner hands the room over and stays as an admin; the owner alone may', async () => {
    const { ada, grace, linus, room, sockets } = await three()
    expect((await request(grace, 'POST', `/rooms/${room}/owner`, { command: freshId(), to: linus.id })).status).toBe(
      403,
    )

    await ok(request(ada, 'POST', `/rooms/${room}/owner`, { command: freshId(), to: grace.id }))

    const members = await sockets[2].next('members')
    expect(members.members.map(({ name, role }) => [name, role])).toEqual([
      ['Ada', 'admin'],
      ['Grace', 'owner'],
      ['Linus', 'member'],
    ])
  })

  test('[MEM1] an owner adds someone, whose marks stand at the head', async () => {
    const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
    const room = await roomOf(ada)
    const client = await enter(ada, room)
    const seq = await post(client, 'before Grace')

    await ok(change(ada, room, freshId(), { kind: 'add', person: grace.id }))

    const { welcome, messages } = await (await enter(grace, room)).hello(nothing)
    expect(welcome.members.find(({ person }) => person === grace.id)).toMatchObject({ read: seq, delivered: seq })
    expect(messages.at(-1)?.system).toEqual({ kind: 'member_joined', person: grace.id, name: 'Grace', by: ada.id })
  })
})

describe('what is one’s own', () => {
  test('[UNR1] a mark as unread is told to one’s own devices alone, survives, and goes with a read that knew it', async () => {
    const { ada, grace, room, sockets } = await three()
    const [one, two] = sockets
    const seq = await post(one, 'later')
    const tab = await enter(grace, room)

    two.send({ t: 'unread', from: seq })

    expect(await tab.next('unread')).toEqual({ t: 'unread', from: seq, version: 1 })
    await flushed(room)
    await hibernate(room)
    expect(await memberRow(room, grace.id)).toMatchObject({ unread_from_seq: seq })
    expect((await (await enter(ada, room)).hello(nothing)).welcome.unread).toEqual({ from: null, version: 0 })
    expect(one.frames.filter(({ t }) => t === 'unread')).toEqual([])

    two.send({ t: 'mark', delivered: seq, read: seq })
    two.send({ t: 'mark', delivered: seq, read: seq, unread: 1 })
    expect(await tab.next('unread')).toEqual({ t: 'unread', from: null, version: 2 })
    await flushed(room)
    expect(await memberRow(room, grace.id)).toMatchObject({ unread_from_seq: null })
  })

  test('[RCP1] in a direct room whose people keep their reading to themselves neither sees it; both are told what arrived', async () => {
    const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
    const room = await directRoom(ada.id, grace.id, true)
    const [one, two] = [await enter(ada, room), await enter(grace, room)]
    const seq = await post(one, 'seen?')
    await two.next('changes')

    two.send({ t: 'mark', delivered: seq, read: seq })

    const { marks } = await one.next('marks')
    expect(marks).toEqual([{ person: grace.id, delivered: seq, read: 0 }])
    expect((await two.next('marks')).marks).toEqual([{ person: grace.id, delivered: seq, read: seq }])
    const seen = (await one.hello(nothing)).welcome.members.find(({ person }) => person === grace.id)
    expect(seen).toMatchObject({ delivered: seq, read: 0 })
  })

  test('[LOOK1] who looks away is here no longer, and comes back', async () => {
    const { ada, grace, linus, sockets } = await three()
    sockets[1].send({ t: 'look', away: true })
    await sockets[0].next('here', ({ people }) => !people.includes(grace.id))
    sockets[1].send({ t: 'look', away: false })
    const { people } = await sockets[0].next('here', ({ people }) => people.includes(grace.id))
    expect(people).toEqual([ada.id, grace.id, linus.id].sort())
  })
})

describe('what is gone', () => {
  test('[GON1] a room that its owner deletes is gone for everyone: sockets, Postgres, the object’s storage', async () => {
    const { ada, grace, room, sockets } = await three()
    await post(sockets[0], 'a secret engine')
    await flushed(room)
    expect((await request(grace, 'DELETE', `/rooms/${room}`)).status).toBe(403)

    expect((await request(ada, 'DELETE', `/rooms/${room}`)).status).toBe(204)

    for (const socket of sockets) {
      await socket.until(() => socket.closedWith !== null)
      expect(socket.closedWith).toBe(closeCodes.notAMember)
    }
    await ring(room, 'deletion')
    expect(await recorded(room)).toEqual([])
    expect(
      await inStorage(room, (sql) => sql.exec('select 1 from log union all select 1 from spine').toArray()),
    ).toEqual([])
    expect((await request(ada, 'DELETE', `/rooms/${room}`)).status).toBe(404)
  })
})

test('[MEM1] [ROL1] a command that was carried out in another room changes nothing here', async () => {
  const { ada, linus, room, sockets } = await three()
  const own = await roomOf(linus, ada)
  const command = freshId()
  await ok(change(linus, own, command, { kind: 'remove', person: ada.id }))

  await ok(change(linus, room, command, { kind: 'leave', person: linus.id }))

  const told = await sockets[1].next('changes', ({ messages }) => messages.some(({ system }) => system !== null))
  expect(told.messages.map(({ system }) => system)).toEqual([
    { kind: 'member_left', person: linus.id, name: 'Linus', by: linus.id },
  ])
  expect(await memberRow(room, linus.id)).toMatchObject({ left_at: expect.any(String) })
})

test('[GON1] [HIB2] an object whose room is gone plans nothing any more', async () => {
  const { ada, room, sockets } = await three()
  await post(sockets[0], 'not flushed yet')
  expect((await request(ada, 'DELETE', `/rooms/${room}`)).status).toBe(204)

  await runInDurableObject(objectOf(room), async (object) => {
    object['agenda'].plan('deletion', 1)
    object['agenda'].plan('flush', 2)
    await object.alarm()
  })

  expect(await inStorage(room, (sql) => sql.exec('select * from agenda').toArray())).toEqual([])
})

test('[GON1] a deletion of which nothing was heard is asked for again until the room is gone', async () => {
  const { ada, room, sockets } = await three()
  await post(sockets[0], 'a secret engine')
  await flushed(room)
  await gate('lost')
  expect(await bodyOf(await request(ada, 'DELETE', `/rooms/${room}`), 503)).toMatchObject({ type: '/problems/pending' })
  await hibernate(room)
  await gate('open')

  await ring(room, 'deletion')

  for (const socket of sockets) {
    await socket.until(() => socket.closedWith !== null)
    expect(socket.closedWith).toBe(closeCodes.notAMember)
  }
  expect(await recorded(room)).toEqual([])
  expect(
    await inStorage(room, (sql) => sql.exec('select 1 from log union all select 1 from agenda').toArray()),
  ).toEqual([])
})
