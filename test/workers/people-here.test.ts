import { runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { attach, attached } from '../../durable-objects/sockets.ts'
import { limits } from '../../protocol/limits.ts'
import { connect, enter, nothing } from './support/client.ts'
import { marksRow } from './support/database.ts'
import { bumped, flushed, hibernate, inStorage, objectOf, ring } from './support/objects.ts'
import { freshId, join, roomOf, signUp } from './support/people.ts'

test('[MRK1] marks only rise, never pass the head, and what was read was delivered', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [sender, reader] = [await enter(ada, room), await enter(grace, room)]
  for (let i = 0; i < 3; i++) sender.send({ t: 'post', id: freshId(), text: `${i}` })
  const seqs = [await sender.next('ack'), await sender.next('ack'), await sender.next('ack')].map((ack) => ack.seq)

  reader.send({ t: 'mark', delivered: seqs[0]!, read: seqs[1]! })
  const half = { person: grace.id, delivered: seqs[1], read: seqs[1] }
  expect(await sender.next('marks')).toEqual({ t: 'marks', marks: [half] })
  reader.send({ t: 'mark', delivered: 1, read: 0 })
  reader.send({ t: 'mark', delivered: 1_000_000, read: 0 })

  const whole = { person: grace.id, delivered: seqs[2], read: seqs[1] }
  expect(await sender.next('marks')).toEqual({ t: 'marks', marks: [whole] })
  await flushed(room)
  expect(await marksRow(room, grace.id)).toEqual({ delivered: seqs[2], read: seqs[1] })
})

test('[MRK2] joining sets both marks to the head, so a newcomer holds back no earlier tick', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada)
  const sender = await enter(ada, room)
  sender.send({ t: 'post', id: freshId(), text: 'before Grace' })
  const { seq } = await sender.next('ack')

  await join(grace, ada, room)

  const { members } = await sender.next('members')
  expect(members.find((member) => member.person === grace.id)).toEqual({
    ...{ person: grace.id, name: 'Grace', role: 'member', delivered: seq, read: seq },
  })
})

test('[TYP1] typing reaches the others, not the typist', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [one, tab, two] = [await enter(ada, room), await enter(ada, room), await enter(grace, room)]

  one.send({ t: 'typing', on: true })
  one.send({ t: 'typing', on: false })
  one.send({ t: 'post', id: freshId(), text: 'done' })

  expect(await two.next('typing')).toEqual({ t: 'typing', person: ada.id, on: true })
  expect(await two.next('typing')).toEqual({ t: 'typing', person: ada.id, on: false })
  await tab.next('changes')
  expect(tab.frames.filter((frame) => frame.t === 'typing')).toEqual([])
})

test('[HERE1] [AC-31] who opens the room is here, once however many tabs, and gone when the last closes', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const watcher = await enter(ada, room)
  const both = [ada.id, grace.id].sort()

  const first = await enter(grace, room)
  expect(await watcher.next('here', ({ people }) => people.length === 2)).toEqual({ t: 'here', people: both })
  const second = await connect(grace, room)
  expect((await second.hello(nothing)).welcome.here).toEqual(both)
  first.close()
  second.close()

  expect(await watcher.next('here')).toEqual({ t: 'here', people: [ada.id] })
})

test('[HERE1] [AC-31] who is back at once has never left', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const watcher = await enter(ada, room)
  await enter(grace, room)
  await watcher.next('here', ({ people }) => people.length === 2)

  await runInDurableObject(objectOf(room), async (object, state) => {
    const [socket] = state.getWebSockets(`u:${grace.id}`)
    const attachment = attached(socket!)
    attach(socket!, { ...attachment, seenAt: 0 })
    object.webSocketError()
    attach(socket!, attachment)
    object.webSocketError()
  })
  const linus = await signUp('Linus')
  await join(linus, ada, room)
  await enter(linus, room)

  expect(await watcher.next('here')).toEqual({ t: 'here', people: [ada.id, grace.id, linus.id].sort() })
})

test('[HERE2] being here is a lease: a socket without a sign of life ends in the sweep', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const watcher = await enter(ada, room)
  const ghost = await enter(grace, room)
  await watcher.next('here', ({ people }) => people.length === 2)
  await runInDurableObject(objectOf(room), (_, state) => {
    for (const socket of state.getWebSockets(`u:${grace.id}`)) {
      attach(socket, { ...attached(socket), seenAt: Date.now() - limits.hereLeaseMs - 1 })
    }
  })

  await ring(room, 'presence')

  expect(await watcher.next('here')).toEqual({ t: 'here', people: [ada.id] })
  expect(ghost.closedWith).toBe(null)
})

test('[PONG1] [HIB1] [AC-27] a ping is answered with the head while the room sleeps, and the next post wakes it', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [one, two] = [await enter(ada, room), await enter(grace, room)]
  one.send({ t: 'post', id: freshId(), text: 'first' })
  const { seq } = await one.next('ack')
  await flushed(room)
  await hibernate(room)

  two.send('ping')
  await two.until(() => two.pongs.length === 1)
  expect(two.pongs).toEqual([`pong:${seq}`])

  one.send({ t: 'post', id: freshId(), text: 'second' })
  expect(await two.next('changes', ({ covers }) => covers[1] > seq)).toMatchObject({
    covers: [seq + 1, seq + 1],
    live: true,
  })
})

test('[HIB2] a quiet room plans nothing: once everything is in Postgres no alarm is left but the session and presence', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const client = await enter(ada, room)
  client.send({ t: 'post', id: freshId(), text: 'and then silence' })
  await client.next('ack')

  await flushed(room)
  await bumped(room)

  const planned = await inStorage(room, (sql) => sql.exec('select kind from agenda order by kind').toArray())
  expect(planned).toEqual([{ kind: 'sessions' }])
})
