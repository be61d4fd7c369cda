import { createHash } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { closeCodes } from '../../protocol/close-codes.ts'
import { limits } from '../../protocol/limits.ts'
import { connect, enter, nothing } from './support/client.ts'
import { gate, leaveInPostgres, recorded, removeRoom, takeEpoch } from './support/database.ts'
import {
  compareMembers,
  flushed,
  hibernate,
  inStorage,
  loseStorage,
  objectOf,
  ring,
  unflushed,
} from './support/objects.ts'
import { bodyOf, freshId, join, request, roomOf, signUp } from './support/people.ts'

afterEach(async () => await gate('open'))

test('[FLU1] what the room holds reaches Postgres whole, once, in order, joins included', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [one, two] = [await enter(ada, room), await enter(grace, room)]
  for (let i = 0; i < 20; i++) {
    one.send({ t: 'post', id: freshId(), text: `a${i} Привет 上海 🎉` })
    two.send({ t: 'post', id: freshId(), text: `g${i}`, mentions: [ada.id], replyTo: 2 })
    await one.next('ack')
  }

  await flushed(room)

  const { messages } = await (await connect(ada, room)).hello(nothing)
  expect(await recorded(room)).toEqual(messages)
  expect(messages[0]?.system).toEqual({ kind: 'member_joined', person: grace.id, name: 'Grace' })
})

test('[FLU2] with Postgres away people go on talking, reconnect and read; afterwards Postgres equals the log', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const sender = await enter(ada, room)
  await flushed(room)
  await gate('shut')

  for (let i = 0; i < 20; i++) sender.send({ t: 'post', id: freshId(), text: `${i}` })
  for (let i = 0; i < 20; i++) await sender.next('ack')
  await ring(room, 'flush')
  expect(await unflushed(room)).toBe(true)
  await hibernate(room)
  const reader = await connect(grace, room)
  const { messages } = await reader.hello(nothing)
  const page = await bodyOf<{ messages: unknown }>(await request(grace, 'GET', `/rooms/${room}/messages`), 200)
  expect(messages.slice(1).map((message) => message.text)).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`))
  expect(page.messages).toEqual(messages)

  await gate('open')
  await flushed(room)
  expect(await recorded(room)).toEqual(messages)
})

test('[FLU3] a batch whose answer was lost is sent again and changes nothing', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const sender = await enter(ada, room)
  await gate('lost')
  sender.send({ t: 'post', id: freshId(), text: 'kept twice, stored once' })
  await sender.next('ack')
  await ring(room, 'flush')
  expect((await recordedThroughOpenGate(room)).map((message) => message.text)).toEqual(['kept twice, stored once'])
  expect(await unflushed(room)).toBe(true)

  await flushed(room)

  expect((await recorded(room)).map((message) => message.text)).toEqual(['kept twice, stored once'])
})

test('[FLU4] a flush that fails is tried again later and later, never at once, and sleep forgets nothing', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const sender = await enter(ada, room)
  await gate('shut')
  sender.send({ t: 'post', id: freshId(), text: 'waits' })
  await sender.next('ack')

  const waits: number[] = []
  for (let i = 0; i < 6; i++) {
    await ring(room, 'flush')
    await hibernate(room)
    const due = await inStorage(
      room,
      (sql) => sql.exec<{ due: number }>(`select due from agenda where kind = 'flush'`).one().due,
    )
    waits.push(due - Date.now())
  }

  expect(waits[0]).toBeGreaterThan(0)
  expect(waits[5]).toBeGreaterThan(waits[0]! * 4)
})

test('[EPO1] an object that lost its storage begins a new epoch: no seq is used twice and a used id stays used', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const before = await enter(ada, room)
  const id = freshId()
  before.send({ t: 'post', id, text: 'in Postgres' })
  const { seq } = await before.next('ack')
  await flushed(room)
  before.send({ t: 'post', id: freshId(), text: 'lost with the object' })
  await before.next('ack')
  await loseStorage(room)

  const after = await connect(ada, room)
  const { welcome, chunks } = await after.hello(nothing)
  after.send({ t: 'post', id, text: 'in Postgres' })
  expect(await after.next('ack')).toMatchObject({ seq })
  after.send({ t: 'post', id: freshId(), text: 'after' })

  expect(await after.next('ack')).toMatchObject({ seq: welcome.head + 1 })
  expect(welcome.head).toBeGreaterThan(seq + limits.epochLift)
  expect(chunks).toMatchObject([{ covers: [welcome.head + 1, welcome.head], messages: [], live: true }])
  await flushed(room)
  expect((await recorded(room)).map((message) => message.text)).toEqual(['in Postgres', 'after'])
  const page = await bodyOf<{ covers: number[]; messages: { text: string }[] }>(
    await request(ada, 'GET', `/rooms/${room}/messages?before=${welcome.head + 1}`),
    200,
  )
  expect(page).toMatchObject({ covers: [1, welcome.head], messages: [{ text: 'in Postgres' }], more: false })
})

test('[EPO2] an object whose epoch was taken over stops writing, and its alarm does not spin', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const sender = await enter(ada, room)
  await takeEpoch(room)
  sender.send({ t: 'post', id: freshId(), text: 'of the past' })
  await sender.next('ack')

  await ring(room, 'flush')

  expect(await recorded(room)).toEqual([])
  sender.send({ t: 'post', id: freshId(), text: 'another' })
  expect(await sender.next('refused')).toMatchObject({ reason: 'busy', retryAfterMs: expect.any(Number) })
  const due = await inStorage(room, (sql) => sql.exec<{ due: number }>('select min(due) as due from agenda').one().due)
  expect(due).toBeGreaterThan(Date.now())
})

test('[EPO4] an object that stopped begins a new epoch and takes along what Postgres does not have', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const before = await enter(ada, room)
  const post = async (text: string, replyTo?: number) => {
    const id = freshId()
    before.send({ t: 'post', id, text, ...(replyTo === undefined ? {} : { replyTo }) })
    return await before.next('ack')
  }
  const first = await post('in Postgres')
  await flushed(room)
  await takeEpoch(room)
  const second = await post('acknowledged by the past', first.seq)
  const third = await post('and answered there', second.seq)
  await ring(room, 'flush')

  await gate('shut')
  await ring(room, 'epoch')
  await before.until(() => before.closedWith !== null)
  expect(before.closedWith).toBe(closeCodes.tryAgainLater)
  await gate('open')
  await ring(room, 'epoch')
  await flushed(room)

  const [kept, ...carried] = await recorded(room)
  expect(kept).toMatchObject({ seq: first.seq, text: 'in Postgres' })
  const base = carried[0]!.seq
  expect(base).toBeGreaterThan(limits.epochLift)
  expect(carried).toMatchObject([
    { seq: base, id: second.id, at: second.at, text: 'acknowledged by the past', replyTo: first.seq },
    { seq: base + 1, id: third.id, at: third.at, text: 'and answered there', replyTo: base },
  ])
  const after = await connect(ada, room)
  expect((await after.hello(nothing)).messages).toEqual(carried)
  after.send({ t: 'post', id: second.id, text: 'acknowledged by the past', replyTo: first.seq })
  expect(await after.next('ack')).toMatchObject({ seq: base })
})

test('[CLO2] people of a room that was deleted are closed with 4403', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const sender = await enter(ada, room)
  await removeRoom(room)
  sender.send({ t: 'post', id: freshId(), text: 'into nothing' })
  await sender.next('ack')
  await ring(room, 'flush')
  await ring(room, 'epoch')
  await sender.until(() => sender.closedWith !== null)

  const again = await connect(ada, room)
  await again.until(() => again.closedWith !== null)

  expect(again.closedWith).toBe(closeCodes.notAMember)
})

test('[WAK1] a frame to a room whose storage is gone is no removal: the socket is told to come back', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const client = await enter(ada, room)
  await inStorage(room, (sql) => sql.exec('delete from room'))
  await hibernate(room)

  client.send({ t: 'typing', on: true })
  await client.until(() => client.closedWith !== null)

  expect(client.closedWith).toBe(closeCodes.tryAgainLater)
})

test('[EPO3] Postgres restored from an older copy gets again what the log still holds', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const sender = await enter(ada, room)
  await gate('shut')
  for (const text of ['one', 'two', 'three']) sender.send({ t: 'post', id: freshId(), text })
  for (let i = 0; i < 3; i++) await sender.next('ack')
  await inStorage(room, (sql) => sql.exec('update room set flushed = 2'))
  await hibernate(room)
  await gate('open')
  expect(await recorded(room)).toEqual([])

  await flushed(room)

  expect((await recorded(room)).map((message) => message.text)).toEqual(['one', 'two', 'three'])
})

test('[JOI1] joining while Postgres is away fails clearly, changes nothing, and is settled once it is back', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada)
  const watcher = await enter(ada, room)
  const { code } = await bodyOf<{ code: string }>(await request(ada, 'POST', `/rooms/${room}/links`), 201)
  await gate('shut')
  expect(await bodyOf(await request(grace, 'POST', `/links/${code}/join`), 503)).toMatchObject({
    type: '/problems/database_away',
  })
  await gate('open')

  await bodyOf(await request(grace, 'POST', `/links/${code}/join`), 200)
  expect(await bodyOf(await request(grace, 'POST', `/links/${code}/join`), 200)).toEqual({
    roomId: room,
    already: true,
  })

  const joined = await watcher.next('changes')
  expect(joined.messages).toMatchObject([{ system: { kind: 'member_joined', name: 'Grace' } }])
  await flushed(room)
  expect((await recorded(room)).filter((message) => message.system)).toHaveLength(1)
})

test('[JOI2] a join whose answer was lost is asked again by the room until it is known', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada)
  const watcher = await enter(ada, room)
  const { code } = await bodyOf<{ code: string }>(await request(ada, 'POST', `/rooms/${room}/links`), 201)
  await gate('lost')
  const command = crypto.randomUUID()
  const outcome = await objectOf(room).join(grace.id, createHash('sha256').update(code).digest('hex'), command)
  expect(outcome).toEqual({ outcome: 'away' })
  await gate('open')

  await ring(room, 'members')

  expect((await watcher.next('changes')).messages).toMatchObject([{ system: { name: 'Grace' } }])
  const client = await connect(grace, room)
  expect((await client.hello(nothing)).welcome.me).toBe(grace.id)
})

test('[JOI2] whoever asks again while Postgres is away leaves one wish behind, not many', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada)
  const { code } = await bodyOf<{ code: string }>(await request(ada, 'POST', `/rooms/${room}/links`), 201)
  const hash = createHash('sha256').update(code).digest('hex')
  await enter(ada, room)
  await gate('shut')

  for (let i = 0; i < 3; i++) {
    expect(await objectOf(room).join(grace.id, hash, crypto.randomUUID())).toEqual({ outcome: 'away' })
  }

  expect(await inStorage(room, (sql) => sql.exec('select count(*) as n from intents').one()['n'])).toBe(1)
  await gate('open')
  expect(await objectOf(room).join(grace.id, hash, crypto.randomUUID())).toEqual({ outcome: 'joined' })
})

test('[WAK1] a room that cannot wake says so, and opens once Postgres is back', async () => {
  const ada = await signUp('Ada')
  const room = freshId()
  await bodyOf(await request(ada, 'POST', '/rooms', { id: room, name: 'Asleep' }), 201)
  await gate('shut')
  const early = await connect(ada, room)
  await early.until(() => early.closedWith !== null)
  expect(early.closedWith).toBe(1013)

  await gate('open')

  expect((await (await connect(ada, room)).hello(nothing)).welcome.room.name).toBe('Asleep')
})

async function recordedThroughOpenGate(room: string) {
  await gate('open')
  return await recorded(room)
}

test('[JOI1] an unknown link lets nobody in, and only owners and admins make one', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada)

  expect((await request(grace, 'POST', `/links/${'A'.repeat(22)}/join`)).status).toBe(404)
  expect((await request(grace, 'GET', `/links/${'A'.repeat(22)}`)).status).toBe(404)
  expect((await request(grace, 'POST', `/rooms/${room}/links`)).status).toBe(404)
})

test('[EPO3] whom Postgres does not know as a member any more is sent away, from whatever version it counts', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [watcher, client] = [await enter(ada, room), await enter(grace, room)]

  // As after a restore: Postgres counts from less than the room has heard of.
  await inStorage(room, (sql) => sql.exec('update room set members_version = members_version + 2'))
  await hibernate(room)
  await leaveInPostgres(room, grace.id)
  await compareMembers(room)
  await client.until(() => client.closedWith !== null)
  expect(client.closedWith).toBe(closeCodes.notAMember)
  expect(await watcher.next('members')).toMatchObject({ members: [{ person: ada.id }] })
})

/** Ada's room with one message in Postgres, whose object has lost its epoch to another. */
async function overtaken() {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const one = await enter(ada, room)
  one.send({ t: 'post', id: freshId(), text: 'in Postgres' })
  const { seq } = await one.next('ack')
  await flushed(room)
  const anew = async () => {
    await ring(room, 'flush')
    await ring(room, 'epoch')
    await one.until(() => one.closedWith !== null)
  }
  return { ada, room, one, seq, anew }
}

test('[EPO4] [PRK1] what Postgres had refused goes along into the new epoch', async () => {
  const { room, one, anew } = await overtaken()
  await gate('shut')
  one.send({ t: 'post', id: freshId(), text: 'refused for a while' })
  const { seq } = await one.next('ack')
  // A fake for a fault of our own: the log says something that Postgres will not take.
  const before = await inStorage(room, (sql) => {
    const { event } = sql.exec<{ event: string }>('select event from log where seq = ?', seq).one()
    const broken = { ...(JSON.parse(event) as object), text: 'x'.repeat(limits.textBytes + 1) }
    sql.exec('update log set event = ? where seq = ?', JSON.stringify(broken), seq)
    return event
  })
  await gate('open')
  await flushed(room)
  await inStorage(room, (sql) => sql.exec('update log set event = ? where seq = ?', before, seq))
  await takeEpoch(room)
  one.send({ t: 'post', id: freshId(), text: 'of the past' })
  await one.next('ack')

  await anew()

  await flushed(room)
  expect((await recorded(room)).map(({ text }) => text)).toEqual(['in Postgres', 'refused for a while', 'of the past'])
  expect(await inStorage(room, (sql) => sql.exec('select * from parked').toArray())).toEqual([])
})

test('[EPO4] [SET1] a new name and new settings go along into the new epoch', async () => {
  const { ada, room, one, anew } = await overtaken()
  await takeEpoch(room)
  one.send({ t: 'change', id: freshId(), name: 'Difference engines', postPolicy: 'admins' })
  await one.next('ack')

  await anew()

  const { welcome } = await (await connect(ada, room)).hello(nothing)
  expect(welcome.room).toMatchObject({ name: 'Difference engines', postPolicy: 'admins' })
})

test('[EPO4] [DEL1] a deletion that went along leaves no text behind', async () => {
  const { room, one, seq, anew } = await overtaken()
  await takeEpoch(room)
  one.send({ t: 'delete', id: freshId(), seq })
  await one.next('ack')
  // A minute later the room has forgotten the text, and Postgres still has it.
  await inStorage(room, (sql) => sql.exec('update withdrawn set until = 0'))
  await ring(room, 'withdrawn')

  await anew()

  const planned = "select due from agenda where kind = 'withdrawn'"
  expect(await inStorage(room, (sql) => sql.exec(planned).toArray())).toEqual([{ due: expect.any(Number) }])
})

test('[EPO4] [ERA2] an erasure that went along reaches every row', async () => {
  const { ada, room, one, anew } = await overtaken()
  const grace = await signUp('Grace')
  await bodyOf(await join(grace, ada, room), 200)
  const two = await enter(grace, room)
  two.send({ t: 'post', id: freshId(), text: 'a secret of mine' })
  await two.next('ack')
  await flushed(room)
  await takeEpoch(room)
  expect(await objectOf(room).eraseAccount(grace.id, 'erase')).toBe('erased')
  one.frames.length = 0

  await anew()

  const { welcome } = await (await connect(ada, room)).hello(nothing)
  expect(welcome.erasing).toMatchObject([{ person: grace.id, seq: welcome.head }])
  await flushed(room)
  await ring(room, 'upkeep')
  expect(JSON.stringify(await recorded(room))).not.toContain('a secret of mine')
})
