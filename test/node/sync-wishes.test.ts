import { expect, test } from 'vitest'
import { isArchived } from '../../web/sync/inbox/lines.ts'
import { memoryStore } from '../../web/sync/memory-store.ts'
import { NetworkError } from '../../web/sync/problem-error.ts'
import { settled } from './sync-support/hand-clock.ts'
import { inboxDevice, started } from './sync-support/inbox-device.ts'
import { asSet, lineOf, roomOf } from './sync-support/model-inbox.ts'
import { grace } from './sync-support/people.ts'

const names = (device: ReturnType<typeof inboxDevice>) => device.view().rooms.map(({ name }) => name)

test('[INB26] it is shown at once, and done once however often it has to be repeated', async () => {
  const { device, server } = started([lineOf(1), lineOf(2, { lastAt: 9 })])
  await device.live()
  device.inbox.setRoom(roomOf(1), { pinned: true, level: 'mentions' })
  expect(device.view().rooms[0]).toMatchObject({ name: 'Room 1', level: 'mentions' })
  device.deliver('up')
  const version = server.version()
  // The answer is lost with the connection.
  device.cut()
  expect(names(device)).toEqual(['Room 1', 'Room 2'])
  await device.live()
  expect([server.version(), server.line(1)]).toMatchObject([version, { level: 'mentions' }])
  expect(device.saying()).toEqual([])
  expect(device.view().rooms[0]).toEqual(server.line(1))
})

test('[INB26] it outlives the page', async () => {
  const store = memoryStore()
  const { device, server, clock } = started([lineOf(1)], { store })
  await device.live()
  device.cut()
  device.inbox.setRoom(roomOf(1), { archived: true })
  device.inbox.markRoom(roomOf(1), 'read')
  await clock.turn(1_000)
  device.inbox.close()
  const again = inboxDevice(server, clock, { store })
  await settled()
  expect(again.view().rooms).toMatchObject([{ archivedAt: expect.any(Number), unread: 0 }])
  await again.live()
  expect(server.line(1)).toMatchObject({ archivedAt: expect.any(Number), unread: 0, read: 3 })
  await again.exchange()
  const third = inboxDevice(server, clock, { store })
  await settled()
  third.connect()
  third.deliver('up')
  third.deliver('down')
  expect(third.saying()).toEqual([{ t: 'seen', version: 3 }])
})

test('[INB26] [RNG10] the answer to a call is not kept for a later page: it rings no more by then', async () => {
  const store = memoryStore()
  const { device, server, clock } = started([lineOf(1)], { store })
  await device.live()
  server.ring({
    ...{ room: roomOf(1), call: roomOf(7), media: 'audio', roomName: 'Engines', by: grace, name: 'Grace' },
    until: clock.now() + 30_000,
  })
  await device.exchange()
  device.cut()
  device.inbox.answerRing(roomOf(7), 'accept')
  expect(device.view().rings).toEqual([])
  await clock.turn(1_000)
  device.inbox.close()
  const again = inboxDevice(server, clock, { store })
  await settled()
  again.connect()
  again.deliver('up')
  again.deliver('down')
  expect(again.saying()).toEqual([{ t: 'seen', version: 1 }])
})

test('[INB26] what is refused for good is undone and said; what is refused for now goes again', async () => {
  const { device, server, clock } = started()
  await device.live()
  server.refuse({ reason: 'not_allowed' }, { reason: 'busy', retryAfterMs: 500 })
  device.inbox.setRoom(roomOf(1), { pinned: true })
  device.inbox.setRoom(roomOf(1), { archived: true })
  await device.exchange()
  expect(device.view().notices).toEqual([
    { id: expect.any(String), kind: 'set', room: roomOf(1), reason: 'not_allowed', detail: 'no' },
  ])
  expect(device.view().rooms).toMatchObject([{ pinnedAt: null, archivedAt: expect.any(Number) }])
  expect(server.line(1)).toMatchObject({ pinnedAt: null, archivedAt: null })
  await clock.turn(500)
  await device.exchange()
  expect(server.line(1)).toMatchObject({ pinnedAt: null, archivedAt: expect.any(Number) })
  device.inbox.dismiss(device.view().notices[0]!.id)
  expect(device.view().notices).toEqual([])
})

test('[INB26] a mark that has to wait is overtaken by a later one of its room', async () => {
  const { device, server, clock } = started([lineOf(1, { unread: 0, read: 5, head: 5 })])
  await device.live()
  server.refuse({ reason: 'busy', retryAfterMs: 500 })
  device.inbox.markRoom(roomOf(1), 'unread')
  device.inbox.markRoom(roomOf(1), 'read')
  await device.exchange()
  await clock.turn(500)
  await device.exchange()
  expect(server.line(1)).toMatchObject({ unreadFrom: null, unread: 0 })
  expect(device.view()).toMatchObject({ notices: [], rooms: [{ unreadFrom: null, unread: 0 }] })
})

test('[INB26] what another device does afterwards is shown at once', async () => {
  const { device, server } = started()
  await device.live()
  device.inbox.setRoom(roomOf(1), { pinned: true })
  await device.exchange()
  expect(server.line(1)!.pinnedAt).not.toBe(null)
  server.change(lineOf(1))
  await device.exchange()
  expect(device.view().rooms).toEqual([lineOf(1)])
})

test('[INB26] what came after a room was marked as read stays unread', async () => {
  const { device, server } = started()
  await device.live()
  device.cut()
  device.inbox.markRoom(roomOf(1), 'read')
  expect(device.view().badge).toBe(0)
  server.change(lineOf(1, { head: 4, unread: 4 }))
  device.connect()
  await device.exchange()
  expect([device.view().badge, server.line(1)]).toMatchObject([4, { read: 3, unread: 4 }])
})

test('[INB26] a room that was archived without a network is back with what came meanwhile', async () => {
  const { device, server, clock } = started()
  await device.live()
  device.cut()
  device.inbox.setRoom(roomOf(1), { archived: true })
  const archived = () => isArchived(device.view().rooms[0]!, clock.now())
  expect(archived()).toBe(true)
  await clock.turn(60_000)
  server.change(lineOf(1, { head: 4, lastAt: clock.now() }))
  await clock.turn(60_000)
  await device.live()
  expect([archived(), server.line(1)!.archivedAt]).toEqual([false, clock.now() - 120_000])
})

test('[INB20] a room that came back from the archive stays in the list when it is muted', async () => {
  const { device, server, clock } = started([
    lineOf(1, { archivedAt: 10, lastAt: 20 }),
    lineOf(2, { archivedAt: 10, lastAt: 9 }),
  ])
  await device.live()
  device.inbox.setRoom(roomOf(1), { mutedUntil: clock.now() + 60_000 })
  device.inbox.setRoom(roomOf(2), { level: 'nothing' })
  const archived = () => device.view().rooms.map((line) => isArchived(line, clock.now()))
  expect(archived()).toEqual([false, true])
  await device.exchange()
  expect(archived()).toEqual([false, true])
  expect([server.line(1)!.archivedAt, server.line(2)!.archivedAt]).toEqual([null, 10])
  device.inbox.setRoom(roomOf(1), { archived: true })
  expect(archived()).toEqual([true, true])
})

test('[INB26] a room that is marked as unread counts at once', async () => {
  const { device, server } = started([lineOf(1, { unread: 0, read: 3 })])
  await device.live()
  device.inbox.markRoom(roomOf(1), 'unread')
  expect(device.view().badge).toBe(1)
  await device.exchange()
  expect([device.view().badge, server.line(1)!.unreadFrom]).toEqual([1, 3])
})

test('[INB26] what is asked while it is not answered makes the connection count as deaf', async () => {
  const { device, clock } = started()
  await device.live()
  device.inbox.setRoom(roomOf(1), { pinned: true })
  await clock.turn(10_000)
  expect(device.attempts()).toBe(2)
})

test('the status is shown at once and stays, until its time', async () => {
  const { device, clock, server } = started()
  await device.live()
  const custom = { text: 'lunch', emoji: null, until: clock.now() + 60_000 }
  device.inbox.setStatus({ show: 'busy', custom })
  expect(device.view().status).toEqual({ show: 'busy', custom })
  await device.exchange()
  const other = inboxDevice(server, clock)
  await other.live()
  expect(other.view().status).toEqual({ show: 'busy', custom })
  await clock.turn(60_000)
  expect([device, other].map((one) => one.view().status)).toEqual(
    Array.from({ length: 2 }, () => ({ show: 'busy', custom: null })),
  )
})

test('settings and blocks go over HTTP and are shown when they are done', async () => {
  const asked: unknown[] = []
  const { device } = started([lineOf(1)], {
    changeSettings: async (part) => void asked.push(part),
    block: async (person, on) => void asked.push([person, on]),
  })
  await device.live()
  await device.inbox.changeSettings({ previews: false })
  await device.inbox.block(grace, true)
  expect(device.view()).toMatchObject({ settings: { ...asSet, previews: false }, blocked: [grace] })
  await device.inbox.block(grace, false)
  expect([asked, device.view().blocked]).toEqual([[{ previews: false }, [grace, true], [grace, false]], []])
  const refusing = started([lineOf(1)], { block: () => Promise.reject(new NetworkError(null)) })
  await refusing.device.live()
  await expect(refusing.device.inbox.block(grace, true)).rejects.toBeInstanceOf(NetworkError)
  expect(refusing.device.view().blocked).toEqual([])
})
