import { describe, expect, test } from 'vitest'
import { badgeOf } from '../../protocol/inbox.ts'
import { isArchived } from '../../web/sync/inbox/lines.ts'
import { memoryStore } from '../../web/sync/memory-store.ts'
import { NetworkError } from '../../web/sync/problem-error.ts'
import { noTabs, type Note, type Tabs } from '../../web/sync/tabs.ts'
import { handClock, settled } from './sync-support/hand-clock.ts'
import { inboxDevice, started } from './sync-support/inbox-device.ts'
import { asSet, lineOf, roomOf } from './sync-support/model-inbox.ts'
import { ada, grace, linus } from './sync-support/people.ts'

const names = (device: ReturnType<typeof inboxDevice>) => device.view().rooms.map(({ name }) => name)

describe('the list', () => {
  test('[INB20] pinned rooms come first, the newest pin on top, then by when someone last wrote', async () => {
    const { device, server } = started([
      lineOf(1, { lastAt: 5 }),
      lineOf(2, { lastAt: 9 }),
      lineOf(3, { pinnedAt: 1 }),
      lineOf(4, { pinnedAt: 2 }),
    ])
    await device.live()
    expect(names(device)).toEqual(['Room 4', 'Room 3', 'Room 2', 'Room 1'])
    server.change(lineOf(1, { lastAt: 10 }))
    await device.exchange()
    expect(names(device)).toEqual(['Room 4', 'Room 3', 'Room 1', 'Room 2'])
  })

  test('[INB20] an archived room comes back with its next message, unless it is muted', () => {
    const line = lineOf(1, { archivedAt: 10, lastAt: 9 })
    expect(isArchived(line, 20)).toBe(true)
    expect(isArchived({ ...line, lastAt: 11 }, 20)).toBe(false)
    expect(isArchived({ ...line, lastAt: 11, mutedUntil: 21 }, 20)).toBe(true)
    expect(isArchived({ ...line, lastAt: 11, mutedUntil: 20 }, 20)).toBe(false)
    expect(isArchived({ ...line, lastAt: 11, level: 'nothing' }, 20)).toBe(true)
    expect(isArchived({ ...line, archivedAt: null }, 20)).toBe(false)
  })

  test('[INB21] what comes in chunks is shown at once, when the last has come', async () => {
    const { device } = started(Array.from({ length: 7 }, (_, index) => lineOf(index + 1)))
    await settled()
    device.connect()
    device.deliver('up')
    expect(device.queued('down')).toBe(4)
    device.deliver('down', 3)
    expect([device.view().state, names(device)]).toEqual(['unknown', []])
    device.deliver('down', 1)
    expect(names(device)).toHaveLength(7)
    expect(device.view()).toMatchObject({ state: 'known', stale: false, failure: null, connection: { state: 'live' } })
  })

  test('[INB21] it asks for what came since, and a room that went is gone', async () => {
    const { device, server } = started([lineOf(1), lineOf(2)])
    await device.live()
    device.cut()
    server.change(lineOf(3))
    server.remove(roomOf(1))
    device.connect()
    expect(device.saying()).toMatchObject([{ t: 'hello', since: 1 }])
    device.deliver('up')
    expect(device.queued('down')).toBe(2)
    await device.exchange()
    expect(names(device).sort()).toEqual(['Room 2', 'Room 3'])
  })

  test('[INB21] an inbox that lost its storage replaces everything', async () => {
    const { device, server } = started([lineOf(1), lineOf(2)])
    await device.live()
    server.remove(roomOf(2))
    server.loseStorage()
    device.cut()
    await device.live()
    expect(names(device)).toEqual(['Room 1'])
  })

  test('[INB21] a pong that is above what is held asks again: a deaf socket is found without a reload', async () => {
    const { device, server, clock } = started()
    await device.live()
    server.change(lineOf(1, { unread: 7 }))
    // The frame is lost on an open socket.
    device.lose('down')
    await clock.turn(25_000)
    await device.exchange()
    expect(device.view().rooms).toMatchObject([{ unread: 7 }])
  })

  test('[INB21] an older line on a live socket moves nothing back', async () => {
    const { device, server } = started()
    await device.live()
    server.change(lineOf(1, { unread: 7 }))
    await device.exchange()
    server.tell({ t: 'rooms', version: 1, rooms: [lineOf(1)], gone: [], done: true })
    await device.exchange()
    expect(device.view().rooms).toMatchObject([{ unread: 7 }])
  })

  test('[INB22] what is kept is shown before anything is connected, and says that it is old', async () => {
    const store = memoryStore()
    const first = started([lineOf(1)], { store })
    await first.device.live()
    await first.clock.turn(1_000)
    first.device.inbox.close()
    const second = started([lineOf(2)], { store })
    await settled()
    expect(second.device.view()).toMatchObject({ state: 'known', stale: true, failure: null, settings: asSet })
    expect(names(second.device)).toEqual(['Room 1'])
    second.device.cut()
    expect(second.device.view().failure).toBeInstanceOf(NetworkError)
    await second.device.live()
    expect(second.device.view()).toMatchObject({ stale: false, failure: null })
  })

  test('[INB22] while the inbox cannot ask the database the list is stale, until it says that it is fresh', async () => {
    const { device, server } = started()
    server.beStale(true)
    await device.live()
    expect(device.view()).toMatchObject({ stale: true, connection: { state: 'live' } })
    server.tell({ t: 'fresh' })
    await device.exchange()
    expect(device.view().stale).toBe(false)
  })

  test('[INB22] a connection that comes back at once makes no list stale; one that does not come back does', async () => {
    const { device } = started()
    await device.live()
    device.cut()
    expect(device.view()).toMatchObject({ stale: false, failure: null, connection: { state: 'offline' } })
    device.cut()
    expect(device.view()).toMatchObject({ stale: true, failure: expect.any(NetworkError) })
  })

  test('[INB23] it says how far it is at once, then once a second at most', async () => {
    const { device, server, clock } = started()
    await device.live()
    expect(server.sockets()).toMatchObject([{ said: 1 }])
    server.change(lineOf(2))
    server.change(lineOf(3))
    await device.exchange()
    expect(server.sockets()).toMatchObject([{ said: 1 }])
    await clock.turn(1_000)
    await device.exchange()
    expect(server.sockets()).toMatchObject([{ said: 3 }])
  })

  test('[NOT2] the badge leaves out what is muted, until the time is over', async () => {
    const { device, clock } = started([lineOf(1), lineOf(2, { level: 'mentions', mentions: 1 })])
    await device.live()
    expect(device.view().badge).toBe(4)
    device.inbox.setRoom(roomOf(1), { mutedUntil: clock.now() + 3_600_000 })
    expect(device.view().badge).toBe(1)
    await device.exchange()
    const before = device.view().rooms
    await clock.turn(3_600_000)
    expect(device.view().badge).toBe(4)
    // Whoever shows whether it is muted has to look again.
    expect(device.view().rooms).not.toBe(before)
    expect(device.view().rooms).toEqual(before)
  })
})

describe('the connection', () => {
  test('[INB24] after 4401 it refreshes the session, then connects again', async () => {
    let refreshed = 0
    const refresh = async () => {
      refreshed++
      return 'renewed' as const
    }
    const { device } = started([lineOf(1)], { refresh })
    await device.live()
    device.cut(4401, null)
    await settled()
    expect([refreshed, device.attempts()]).toEqual([1, 2])
    await device.live()
    expect(device.view().connection.state).toBe('live')
  })

  test('[INB24] a session that is over, and a page that is too old, end it', async () => {
    const one = started([lineOf(1)], { refresh: async () => 'signed_out' })
    await one.device.live()
    one.device.cut(4401, null)
    await settled()
    expect(one.device.view()).toMatchObject({ closed: 'signed_out', stale: true })
    const other = started()
    await other.device.live()
    other.device.cut(4426, null)
    other.device.inbox.refresh()
    expect(other.device.view().closed).toBe('client_too_old')
    expect(other.device.attempts()).toBe(1)
  })

  test('[INB24] an inbox that answers nothing within 10 s is called again', async () => {
    const { device, clock } = started()
    await settled()
    device.connect()
    await clock.turn(10_000)
    expect(device.attempts()).toBe(2)
    await device.live()
    await clock.turn(10_000)
    expect([device.attempts(), device.view().connection.state]).toEqual([2, 'live'])
  })

  test('[AC-28] [INB24] on return to the page the socket is verified within 2 s', async () => {
    const { device, clock } = started()
    await device.live()
    device.page.wake()
    expect(device.saying()).toEqual([{ t: 'ping' }])
    await clock.turn(2_000)
    expect(device.attempts()).toBe(2)
  })

  test('[AC-08] [INB24] after an hour of sleep the list is right as soon as the page is back', async () => {
    const { device, server, clock } = started([lineOf(1, { mutedUntil: handClock().now() + 1_800_000 })])
    await device.live()
    expect(device.view().badge).toBe(0)
    // The machine sleeps: its timers too, and the socket dies without a word.
    clock.set(3_600_000)
    server.change(lineOf(2, { unread: 5 }))
    device.lose('down')
    device.page.wake()
    expect(device.view().badge).toBe(3)
    await clock.turn(2_000)
    expect(device.attempts()).toBe(2)
    await device.live()
    expect(device.view()).toMatchObject({ badge: 8, stale: false })
  })

  test('a refreshed session is passed on', async () => {
    const { device } = started()
    await device.live()
    device.inbox.renew('ticket')
    expect(device.saying()).toEqual([{ t: 'renew', ticket: 'ticket' }])
  })

  test('[INB25] a hidden tab lets go of its socket after a minute and follows the tab that leads', async () => {
    const store = memoryStore()
    const notes = new Set<(note: Note) => void>()
    const tabs = (leads: boolean): Tabs => ({
      ...noTabs,
      say: (note) => notes.forEach((run) => run(note)),
      onNote(run) {
        notes.add(run)
        return () => notes.delete(run)
      },
      lead(_name, begin) {
        if (leads) begin()
        return () => {}
      },
    })
    const { device: leader, server, clock } = started([lineOf(1)], { store, tabs: tabs(true) })
    const follower = inboxDevice(server, clock, { store, tabs: tabs(false) })
    await leader.live()
    await follower.live()
    for (const { page } of [leader, follower]) {
      page.seen = false
      page.hide()
    }
    await Promise.all([leader.exchange(), follower.exchange()])
    for (let second = 0; second < 61; second++) {
      await clock.turn(1_000)
      await leader.exchange()
      if (follower.connected()) await follower.exchange()
    }
    expect([leader.connected(), follower.connected()]).toEqual([true, false])
    expect([leader.inbox.isLeader(), follower.inbox.isLeader()]).toEqual([true, false])
    server.change(lineOf(1, { unread: 9 }))
    await leader.exchange()
    await clock.turn(1_000)
    expect([leader.view().badge, follower.view().badge]).toEqual([9, 9])
    follower.page.seen = true
    follower.page.wake()
    await follower.live()
    expect(follower.view().connection.state).toBe('live')
  })
})

describe('people', () => {
  test('[INB27] it watches whom the screen shows, each once, when scrolling has rested', async () => {
    const { device, server, clock } = started()
    await device.live()
    const stops = [device.inbox.watch([grace, linus]), device.inbox.watch([grace])]
    await clock.turn(100)
    expect(device.saying()).toEqual([])
    await clock.turn(100)
    await device.exchange()
    expect(server.sockets()).toMatchObject([{ watched: [linus, grace] }])
    const online = { person: grace, state: 'online' as const, lastSeenAt: null, custom: null }
    server.tell({ t: 'presence', people: [online, { ...online, person: ada }] })
    await device.exchange()
    expect(device.view().presence).toEqual({ [grace]: online })
    stops[0]!()
    stops[0]!()
    await clock.turn(200)
    await device.exchange()
    expect([server.sockets()[0]!.watched, device.view().presence]).toEqual([[grace], { [grace]: online }])
    device.cut()
    await device.live()
    expect(server.sockets()).toMatchObject([{ watched: [grace] }])
    stops[1]!()
    await clock.turn(200)
    expect(device.view().presence).toEqual({})
  })

  test('[INB27] of people nobody has heard of for a lease nothing is claimed', async () => {
    const { device, server, clock } = started()
    device.inbox.watch([grace])
    await device.live()
    server.tell({ t: 'presence', people: [{ person: grace, state: 'online', lastSeenAt: null, custom: null }] })
    await device.exchange()
    device.cut()
    await clock.turn(44_999)
    expect(device.view().presence).toHaveProperty(grace)
    await clock.turn(1)
    expect(device.view().presence).toEqual({})
  })

  test('[INB28] a page that is hidden or left alone is away, and says so to each connection', async () => {
    const { device, server } = started()
    await device.live()
    const away = () => server.sockets()[0]!.away
    device.inbox.look(true)
    await device.exchange()
    expect(away()).toBe(true)
    device.cut()
    await device.live()
    expect(away()).toBe(true)
    device.inbox.look(false)
    await device.exchange()
    expect(away()).toBe(false)
    device.page.seen = false
    device.page.hide()
    await device.exchange()
    expect(away()).toBe(true)
    device.page.seen = true
    device.page.wake()
    await device.exchange()
    expect(away()).toBe(false)
  })

  test('[AC-25] [INB29] typing is a lease of 6 s, which a message of the same person ends', async () => {
    const { device, server, clock } = started()
    await device.live()
    const typing = (person: string, name: string, on = true) =>
      server.tell({ t: 'typing', room: roomOf(1), person, name, on })
    typing(grace, 'Grace')
    typing(linus, 'Linus')
    await device.exchange()
    expect(device.view().typing).toEqual({
      [roomOf(1)]: [
        { person: grace, name: 'Grace' },
        { person: linus, name: 'Linus' },
      ],
    })
    server.change(lineOf(1, { head: 4, last: { seq: 4, at: 4, by: grace, name: 'Grace', text: 'there' } }))
    await device.exchange()
    expect(device.view().typing).toEqual({ [roomOf(1)]: [{ person: linus, name: 'Linus' }] })
    await clock.turn(6_000)
    expect(device.view().typing).toEqual({})
    typing(linus, 'Linus')
    typing(linus, 'Linus', false)
    await device.exchange()
    expect(device.view().typing).toEqual({})
  })

  test('[INB30] a call rings until its time, or until it is answered here or elsewhere', async () => {
    const { device, server, clock } = started()
    await device.live()
    const ring = (call: string) => ({
      ...{ room: roomOf(1), call, media: 'audio' as const, roomName: 'Engines', by: grace, name: 'Grace' },
      until: clock.now() + 30_000,
    })
    const rings = () => device.view().rings.map(({ call }) => call)
    server.ring(ring(roomOf(7)))
    server.ring(ring(roomOf(8)))
    await device.exchange()
    expect(device.view().rings).toEqual([ring(roomOf(7)), ring(roomOf(8))])
    device.inbox.answerRing(roomOf(7), 'accept')
    expect(rings()).toEqual([roomOf(8)])
    const other = inboxDevice(server, clock)
    await device.exchange()
    await other.live()
    expect([rings(), other.view().rings.map(({ call }) => call)]).toEqual([[roomOf(8)], [roomOf(8)]])
    await clock.turn(30_000)
    expect([rings(), other.view().rings]).toEqual([[], []])
  })

  test('[INB30] a call that nobody took is told as missed; one that was declined elsewhere is not', async () => {
    const { device, server, clock } = started()
    await device.live()
    const ring = (call: string) => ({
      ...{ room: roomOf(1), call, media: 'audio' as const, roomName: 'Engines', by: grace, name: 'Grace' },
      until: clock.now() + 30_000,
    })
    const [declined, missed] = [ring(roomOf(7)), ring(roomOf(8))]
    server.ring(declined)
    server.ring(missed)
    await device.exchange()
    server.tell({ t: 'ring_over', room: roomOf(1), call: declined.call, why: 'declined' })
    await device.exchange()
    expect([device.view().rings, device.view().missed]).toEqual([[missed], []])
    await clock.turn(30_000)
    server.tell({ t: 'ring_over', room: roomOf(1), call: missed.call, why: 'missed' })
    await device.exchange()
    expect([device.view().rings, device.view().missed]).toEqual([[], [missed]])
  })
})

describe('the badge', () => {
  test('[AC-18] it is the sum of the rooms that are not muted, on every device', async () => {
    const { device, server, clock } = started([lineOf(1), lineOf(2), lineOf(3)])
    const other = inboxDevice(server, clock)
    await Promise.all([device.live(), other.live()])
    device.inbox.setRoom(roomOf(2), { level: 'nothing' })
    server.change(lineOf(3, { unread: 12 }))
    await device.exchange()
    await other.exchange()
    const sums = [device, other].map((one) =>
      one.view().rooms.reduce((sum, line) => sum + badgeOf(line, clock.now()), 0),
    )
    expect(sums).toEqual([15, 15])
    expect([device.view().badge, other.view().badge]).toEqual(sums)
  })
})
