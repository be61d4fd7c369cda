import { createStore } from 'zustand/vanilla'
import { describe, expect, test } from 'vitest'
import type { RoomSummary } from '../../protocol/api.ts'
import { memoryStore } from '../../web/sync/memory-store.ts'
import { createRooms } from '../../web/sync/rooms.ts'
import { handClock, settled } from './sync-support/hand-clock.ts'
import { changes, fakePage, opened } from './sync-support/opened.ts'
import { ada, grace, message, messages, roomId } from './sync-support/people.ts'
import type { RoomView } from '../../web/sync/types.ts'

const attic = '00000000-0000-4000-8000-000000000002'

function line(id: string, more: Partial<RoomSummary> = {}): RoomSummary {
  const last = { seq: 3, by: grace, name: 'Grace', text: 'message 3' }
  return { id, type: 'group', name: id, role: 'member', memberCount: 2, lastMessageAt: 3, unread: 3, last, ...more }
}

function listed(rooms: () => Promise<RoomSummary[]>, store = memoryStore()) {
  const clock = handClock()
  const page = fakePage()
  let fetches = 0
  const fetchRooms = async () => {
    fetches++
    return { rooms: await rooms() }
  }
  const list = createRooms({ fetchRooms, store, clock, page })
  return { list, clock, page, fetches: () => fetches, lines: () => list.view.getState().rooms }
}

describe('the room list', () => {
  test('most recent first; fetched at start, on waking, and every 30 s while it is seen', async () => {
    const { clock, page, fetches, lines } = listed(async () => [line(roomId), line(attic, { lastMessageAt: 9 })])
    await settled()
    expect(lines().map(({ id }) => id)).toEqual([attic, roomId])
    page.wake()
    await settled()
    expect(fetches()).toBe(2)
    await clock.turn(30_000)
    expect(fetches()).toBe(3)
    page.seen = false
    await clock.turn(300_000)
    expect(fetches()).toBe(3)
  })

  test('with the server away it shows what this device remembers, and says so', async () => {
    const store = memoryStore()
    await settled()
    listed(async () => [line(roomId)], store)
    await settled()
    const { list } = listed(() => Promise.reject(new Error('away')), store)
    expect(list.view.getState().state).toBe('unknown')
    await settled()
    expect(list.view.getState()).toMatchObject({ state: 'known', stale: true, failure: new Error('away') })
    expect(list.view.getState().rooms).toEqual([line(roomId)])
  })

  test('an open room moves its line at once, and an older list does not move it back', async () => {
    const { list, lines } = listed(async () => [line(attic, { lastMessageAt: 5 }), line(roomId)])
    const { client, link, live } = opened()
    await live(messages(1, 3))
    list.follow(client.view)
    await settled()
    link.say(changes([4, 4], [message(4, { at: 8, text: 'news' })]))
    const news = { seq: 4, by: grace, name: 'face0'.slice(-4), text: 'news' }
    const moved = line(roomId, { name: 'Engines', last: news, lastMessageAt: 8, unread: 4 })
    expect(lines()).toEqual([moved, line(attic, { lastMessageAt: 5 })])
    await list.refresh()
    expect(lines()[0]).toEqual(moved)
  })

  test('an open room gives its line its new name at once; once it is closed, the server names it', async () => {
    const { list, lines } = listed(async () => [line(roomId, { name: 'Harbour' })])
    const { client, live } = opened()
    await live(messages(1, 3))
    await settled()
    const stop = list.follow(client.view)
    client.view.setState({ room: { ...client.view.getState().room!, name: 'Old harbour' } })
    expect(lines().map(({ name }) => name)).toEqual(['Old harbour'])
    stop()
    expect(lines().map(({ name }) => name)).toEqual(['Old harbour'])
    await list.refresh()
    expect(lines().map(({ name }) => name)).toEqual(['Harbour'])
  })

  test('[AC-17] [AC-19] what is marked as unread counts whatever was read, and what was deleted does not', async () => {
    const { list, lines } = listed(async () => [line(roomId)])
    const { client, link, live } = opened()
    await live(messages(1, 3))
    list.follow(client.view)
    client.read(3)
    await settled()
    expect(lines()[0]!.unread).toBe(0)
    link.say({ t: 'unread', from: 2, version: 1 })
    expect(lines()[0]!.unread).toBe(2)
    link.say(changes([4, 4], [message(3, { rev: 4, text: '', deleted: { at: 9, by: grace } })]))
    expect(lines()[0]!.unread).toBe(1)
  })

  test('[AC-17] unread follows what is read here at once: others count, own messages do not', async () => {
    const { list, lines } = listed(async () => [line(roomId)])
    const { client, link, live } = opened()
    await live(messages(1, 3))
    list.follow(client.view)
    await settled()
    const unread = () => lines()[0]!.unread
    expect(unread()).toBe(3)
    client.read(2)
    expect(unread()).toBe(1)
    link.say(changes([4, 5], [message(4, { by: ada }), message(5, { by: null })]))
    expect(unread()).toBe(2)
    client.read(5)
    expect(unread()).toBe(0)
    await list.refresh()
    expect(unread()).toBe(0)
  })

  test('[AC-17] [AC-19] [UNR1] deleted messages do not count, and what is marked as unread does', async () => {
    const { list, lines } = listed(async () => [line(roomId)])
    const { client, link, live } = opened()
    await live(messages(1, 3))
    list.follow(client.view)
    await settled()
    const unread = () => lines()[0]!.unread
    link.say(changes([4, 4], [message(2, { rev: 4, text: '', deleted: { at: 4, by: grace } })]))
    expect(unread()).toBe(2)
    client.read(4)
    expect(unread()).toBe(0)
    link.say({ t: 'unread', from: 3, version: 1 })
    expect(unread()).toBe(1)
    link.say({ t: 'unread', from: null, version: 2 })
    expect(unread()).toBe(0)
  })

  test('when nobody has the room open any more, the server counts again', async () => {
    let server = line(roomId)
    const { list, lines } = listed(async () => [server])
    const { client, live } = opened()
    await live(messages(1, 3))
    const stop = list.follow(client.view)
    await settled()
    stop()
    server = line(roomId, { unread: 0 })
    await list.refresh()
    expect(lines()[0]!.unread).toBe(0)
  })

  test('a room that has loaded too little to count leaves the counting to the server', async () => {
    const { list, lines } = listed(async () => [line(roomId, { unread: 120, last: null })])
    const { client, live } = opened()
    await live(messages(91, 100))
    list.follow(createStore<RoomView>(() => client.view.getState()))
    await settled()
    expect(lines()[0]!.unread).toBe(120)
  })
})
