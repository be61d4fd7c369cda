import { runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { deviceAt, noteDevice } from '../../durable-objects/inbox/devices.ts'
import { limits } from '../../protocol/limits.ts'
import { protocolVersion } from '../../protocol/version.ts'
import { bumpOf, later } from './support/bumps.ts'
import { manyRooms } from './support/database.ts'
import { connectInbox, openInbox } from './support/device.ts'
import { eventually, hibernateInbox, inboxOf, inInbox, inStorage, ringInbox, runErrand } from './support/objects.ts'
import { bodyOf, freshId, request, roomOf, signUpAfresh } from './support/people.ts'

test('[INB1] a device that says hello hears every line, and then each change as it comes', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(grace, ada)
  const device = await openInbox(ada)
  expect([...device.holding.lines.values()]).toMatchObject([
    { room, type: 'group', name: 'Analytical engines', other: null, role: 'member', memberCount: 2, unread: 0 },
  ])
  const second = freshId()
  await inboxOf(ada.id).bump(bumpOf(second, { count: 3 }))
  expect((await device.line(second, () => true)).unread).toBe(3)
  await inboxOf(ada.id).gone(room, later, 1)
  await device.take()
  expect([...device.holding.lines.keys()]).toEqual([second])
})

test('[INB1] [AC-02] what a room tells while Postgres is asked is in the list, once', async () => {
  const ada = await signUpAfresh('Ada')
  const rooms = Array.from({ length: 20 }, freshId)
  const device = await connectInbox(ada)
  const hello = device.hello()
  await Promise.all(rooms.map((room, place) => inboxOf(ada.id).bump(bumpOf(room, { count: place }))))
  await hello
  while (device.holding.lines.size < rooms.length) await device.take()
  expect(rooms.map((room) => device.holding.lines.get(room)?.unread)).toEqual(rooms.map((_, place) => place))
  const versions = await runInDurableObject(inboxOf(ada.id), (inbox) => inbox['lines'].version())
  expect(device.holding.version).toBe(versions)
})

test('[INB2] a device hears what changed since the version that it holds, and which rooms went', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const [stays, changes, goes] = [await roomOf(grace, ada), await roomOf(grace, ada), await roomOf(grace, ada)]
  const first = await openInbox(ada)
  const second = await openInbox(ada)
  second.close()
  await inboxOf(ada.id).bump(bumpOf(changes, { count: 7 }))
  await inboxOf(ada.id).gone(goes, later, 1)
  await first.line(changes, ({ unread }) => unread === 7)

  const again = await connectInbox(ada)
  again.send({ t: 'hello', v: protocolVersion, epoch: second.holding.epoch, since: second.holding.version })

  expect((await again.next('welcome')).whole).toBe(false)
  const { rooms, gone, done } = await again.next('rooms')
  expect({ rooms: rooms.map(({ room }) => room), gone, done }).toEqual({ rooms: [changes], gone: [goes], done: true })
  expect(first.holding.lines.has(stays)).toBe(true)
})

test('[INB2] a device of another epoch, or one that claims more than there is, gets the whole list', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(grace, ada)
  const { epoch, version } = (await openInbox(ada)).holding
  for (const held of [
    { epoch: crypto.randomUUID(), since: version },
    { epoch, since: version + 1 },
  ]) {
    const device = await connectInbox(ada)
    device.send({ t: 'hello', v: protocolVersion, ...held })
    expect((await device.next('welcome')).whole).toBe(true)
    expect((await device.next('rooms')).rooms.map((line) => line.room)).toEqual([room])
  }
})

test('[INB2] a device that missed more rooms going than are remembered gets the whole list', async () => {
  const ada = await signUpAfresh('Ada')
  const device = await openInbox(ada)
  const { epoch, version } = device.holding
  await runInDurableObject(inboxOf(ada.id), async (inbox) => {
    for (let i = 0; i < 501; i++) {
      const room = freshId()
      await inbox.bump(bumpOf(room))
      await inbox.gone(room, later, 2)
    }
  })
  const again = await connectInbox(ada)
  again.send({ t: 'hello', v: protocolVersion, epoch, since: version })
  expect((await again.next('welcome')).whole).toBe(true)
})

test('[INB2] [AC-10] 500 rooms are right straight after hello, whatever rooms tell meanwhile', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const rooms = await manyRooms(grace.id, ada.id, 500, (place) => place % 10)
  const busy = rooms.filter((_, place) => place % 10 === 0)

  const device = await connectInbox(ada)
  const hello = device.hello()
  const news = busy.map((room, i) => {
    const place = i * 10
    const lastAt = Date.UTC(2026, 5, 1) + place
    return inboxOf(ada.id).bump(bumpOf(room, { name: `Room ${place}`, count: 500 + i, lastAt }))
  })
  await Promise.all([hello, ...news])
  await device.line(busy.at(-1)!, ({ unread }) => unread === 549)

  const shown = [...device.holding.lines.values()].sort((a, b) => b.lastAt - a.lastAt)
  const counts = new Map(rooms.map((room, place) => [room, place % 10 === 0 ? 500 + place / 10 : place % 10]))
  expect(shown.map(({ room, unread }) => [room, unread])).toEqual(
    [...busy.toReversed(), ...rooms.filter((room) => !busy.includes(room)).toReversed()].map((room) => {
      return [room, counts.get(room)]
    }),
  )
  // A second device hears the same from what is kept, in frames of 200 rooms, of which the last is done.
  const second = await connectInbox(ada)
  second.send({ t: 'hello', v: protocolVersion, epoch: null, since: 0 })
  await second.next('welcome')
  const frames = [await second.next('rooms'), await second.next('rooms'), await second.next('rooms')]
  expect(frames.map(({ rooms: { length }, done }) => [length, done])).toEqual([
    [200, false],
    [200, false],
    [100, true],
  ])
  // Every room hears of the visit, 400 in one run, and none has to be woken for it.
  await eventually(async () => {
    await runErrand(ada.id, 'calling')
    return await inInbox(ada.id, (sql) => sql.exec('select 1 from lines where back > 0 limit 1').toArray().length === 0)
  })
  expect(await inStorage(rooms[1]!, (sql) => sql.exec('select 1 from room').toArray())).toEqual([])
}, 90_000)

test('[INB3] a ping is answered with the version while the inbox sleeps, and the next bump finds its devices', async () => {
  const ada = await signUpAfresh('Ada')
  const device = await openInbox(ada)
  const room = freshId()
  await inboxOf(ada.id).bump(bumpOf(room))
  await device.line(room, () => true)
  await hibernateInbox(ada.id)
  device.send('ping')
  await device.until(() => device.pongs.length > 0)
  expect(device.pongs).toEqual([`pong:${device.holding.version}`])
  await inboxOf(ada.id).bump(bumpOf(room, { n: 2, count: 9 }))
  expect((await device.line(room, ({ unread }) => unread === 9)).unread).toBe(9)
})

test('[INB3] a client of another version is closed with 4426', async () => {
  const ada = await signUpAfresh('Ada')
  for (const v of [2, protocolVersion + 1]) {
    const device = await connectInbox(ada)
    device.send({ t: 'hello', v, epoch: null, since: 0 })
    await device.until(() => device.closedWith !== null)
    expect(device.closedWith).toBe(4426)
  }
})

test('[INB3] a socket ends with its session, and lives on with a renewal', async () => {
  const ada = await signUpAfresh('Ada')
  const device = await openInbox(ada)
  const end = async () => {
    await runInDurableObject(inboxOf(ada.id), (_, state) => {
      for (const socket of state.getWebSockets()) noteDevice(socket, { expiresAt: Date.now() - limits.sessionSlackMs })
    })
  }
  await end()
  const { renewal } = await bodyOf<{ renewal: string }>(await request(ada, 'POST', '/auth/refresh'), 200)
  device.send({ t: 'renew', ticket: renewal })
  expect((await device.next('renewed')).expiresAt).toBeGreaterThan(Date.now())
  await ringInbox(ada.id, 'sessions')
  expect(device.closedWith).toBeNull()
  await end()
  await ringInbox(ada.id, 'sessions')
  await device.until(() => device.closedWith !== null)
  expect(device.closedWith).toBe(4401)
})

test('[INB3] frames that do not fit are refused with why, and a flood is closed with 4429', async () => {
  const ada = await signUpAfresh('Ada')
  const device = await openInbox(ada)
  device.send('{')
  device.send({ t: 'set', id: 'x', room: 'y' } as never)
  expect(await device.next('refused')).toMatchObject({ id: null, reason: 'malformed', detail: 'This is not JSON.' })
  expect(await device.next('refused')).toMatchObject({ id: 'x', reason: 'malformed' })
  for (let i = 0; i < limits.frameBurst * 2; i++) device.send({ t: 'seen', version: 0 })
  await device.until(() => device.closedWith !== null)
  expect(device.closedWith).toBe(4429)
})

test('[INB3] a page of another origin opens the inbox with a ticket, once, and no room with it', async () => {
  const ada = await signUpAfresh('Ada')
  const { ticket } = await bodyOf<{ ticket: string }>(await request(ada, 'POST', '/inbox/ticket'), 201)
  const headers = { 'sec-websocket-protocol': `parley, parley.ticket.${ticket}`, origin: 'https://elsewhere.test' }
  const nobody = { ...ada, cookies: new Map<string, string>() }
  const elsewhere = await connectInbox(nobody, headers, `/rooms/${freshId()}/socket`)
  await elsewhere.until(() => elsewhere.closedWith !== null)
  expect(elsewhere.closedWith).toBe(4401)
  const device = await connectInbox(nobody, headers)
  expect((await device.hello()).me).toBe(ada.id)
  const again = await connectInbox(nobody, headers)
  await again.until(() => again.closedWith !== null)
  expect(again.closedWith).toBe(4401)
})

test('[INB4] a socket without a sign of life counts as nobody, and is closed', async () => {
  const ada = await signUpAfresh('Ada')
  const device = await openInbox(ada)
  await runInDurableObject(inboxOf(ada.id), (_, state) => {
    for (const socket of state.getWebSockets())
      noteDevice(socket, { seenAt: deviceAt(socket).seenAt - limits.presenceLeaseMs })
  })
  expect(await inboxOf(ada.id).bump(bumpOf(freshId()))).toMatchObject({ state: 'nobody' })
  await device.until(() => device.closedWith !== null)
  expect(device.closedWith).toBe(4408)
})
