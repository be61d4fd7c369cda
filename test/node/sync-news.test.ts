import { describe, expect, test } from 'vitest'
import type { RoomLine } from '../../protocol/inbox.ts'
import { changes, opened } from './sync-support/opened.ts'
import { handClock } from './sync-support/hand-clock.ts'
import { inboxDevice } from './sync-support/inbox-device.ts'
import { lineOf, modelInbox } from './sync-support/model-inbox.ts'
import { ada, grace, linus, member, message, messages, roomId } from './sync-support/people.ts'
import { welcome } from './sync-support/fake-link.ts'

/** ada's list with the one room on it, and the room open in front of her with its first messages. */
async function followed(line: Partial<RoomLine> = {}, from = 1) {
  const clock = handClock()
  const server = modelInbox(clock.now)
  const told = (more: Partial<RoomLine> = {}) => server.change({ ...lineOf(1), room: roomId, ...line, ...more })
  told()
  const device = inboxDevice(server, clock)
  await device.live()
  const room = opened()
  await room.live(messages(from, from + 2))
  const stop = device.inbox.follow(room.client.view)
  async function hear(more: Partial<RoomLine>): Promise<void> {
    told(more)
    await device.exchange()
  }
  return {
    ...room,
    device,
    server,
    stop,
    hear,
    shown: () => device.view().rooms[0]!,
    unread: () => device.view().badge,
  }
}

describe('an open room and its line', () => {
  test('[INB34] it moves its line at once, and the list that hears later does not move it back', async () => {
    const { link, shown, hear } = await followed()
    link.say(changes([4, 4], [message(4, { at: 8, text: 'news', mentions: [ada] })]))
    const last = { seq: 4, at: 8, by: grace, name: grace.slice(-4), text: 'news' }
    expect(shown()).toMatchObject({ name: 'Engines', head: 4, last, lastAt: 8, unread: 4, mentions: 1 })
    await hear({ unread: 3, head: 3, role: 'admin' })
    expect(shown()).toMatchObject({ role: 'admin', head: 4, last, lastAt: 8, unread: 4, mentions: 1 })
  })

  test('[INB34] whoever wrote last and has left since is called as the list calls them', async () => {
    const last = { seq: 3, at: 3, by: linus, name: 'Linus', text: 'bye' }
    const { link, shown } = await followed({ last, lastAt: 3, head: 3 })
    link.say(changes([4, 4], [message(3, { by: linus, at: 3, rev: 4, text: 'good bye' })]))
    expect(shown().last).toEqual({ ...last, text: 'good bye' })
  })

  test('[AC-17] [INB34] reading here lowers the line at once: others count, own messages do not', async () => {
    const { client, link, unread } = await followed()
    expect(unread()).toBe(3)
    client.read(2)
    expect(unread()).toBe(1)
    link.say(changes([4, 5], [message(4, { by: ada }), message(5, { by: null })]))
    expect(unread()).toBe(2)
    client.read(5)
    expect(unread()).toBe(0)
  })

  test('[AC-17] [AC-19] [INB34] what was deleted does not count, and what is marked as unread does', async () => {
    const { client, link, unread } = await followed()
    link.say(changes([4, 4], [message(2, { rev: 4, text: '', deleted: { at: 4, by: grace } })]))
    expect(unread()).toBe(2)
    client.read(4)
    expect(unread()).toBe(0)
    link.say({ t: 'unread', from: 3, version: 1 })
    expect(unread()).toBe(1)
    link.say({ t: 'unread', from: null, version: 2 })
    expect(unread()).toBe(0)
  })

  test('[INB34] a message that was deleted is shown as such, and the list agrees', async () => {
    const { link, shown } = await followed()
    link.say(changes([4, 4], [message(3, { rev: 4, text: '', deleted: { at: 4, by: grace } })]))
    expect(shown().last).toMatchObject({ seq: 3, text: '', deleted: true })
  })

  test('[INB34] the room’s own id calls everyone, and who is blocked calls nobody', async () => {
    const { link, shown, server, device } = await followed()
    link.say(changes([4, 5], [message(4, { mentions: [roomId] }), message(5, { by: linus, mentions: [ada] })]))
    expect(shown().mentions).toBe(2)
    server.block([linus])
    device.cut()
    await device.live()
    expect([shown().mentions, shown().unread]).toEqual([1, 5])
  })

  test('[INB34] where the inbox is ahead of the room its line counts, less what was read here', async () => {
    const { client, hear, shown } = await followed()
    await hear({ head: 9, unread: 9, last: { seq: 9, at: 9, by: grace, name: 'Grace', text: 'ahead' }, lastAt: 9 })
    expect(shown()).toMatchObject({ head: 9, unread: 9, last: { text: 'ahead' } })
    client.read(2)
    expect(shown()).toMatchObject({ head: 9, unread: 7, read: 2, last: { text: 'ahead' } })
    await hear({ head: 9, unread: 7, read: 2 })
    expect(shown().unread).toBe(7)
    // Marked as unread from the second message on.
    client.view.setState({ unread: { from: 2, version: 1 } })
    expect(shown().unread).toBe(8)
  })

  test('[INB34] what is read to the end counts nothing, however little the room has loaded', async () => {
    const { client, shown } = await followed()
    const { members } = client.view.getState()
    const read = members.map((member) => ({ ...member, read: 3 }))
    client.view.setState({ rows: [], older: 'more', members: read })
    expect(shown()).toMatchObject({ unread: 0, read: 3 })
  })

  test('[INB34] a room that has loaded too little to count adds to what the list counted', async () => {
    const { client, link, unread } = await followed({ head: 100, unread: 90, read: 10 }, 98)
    expect(unread()).toBe(90)
    link.say(changes([101, 101], [message(101)]))
    expect(unread()).toBe(91)
    client.read(99)
    expect(unread()).toBe(2)
    client.read(101)
    expect(unread()).toBe(0)
  })

  test('[INB34] once the room is left, the list is right as soon as it has come as far', async () => {
    const { client, stop, hear, shown, unread } = await followed()
    client.read(3)
    stop()
    expect([unread(), shown().name]).toEqual([0, 'Room 1'])
    await hear({ head: 3, unread: 3 })
    expect(unread()).toBe(0)
    await hear({ head: 3, read: 3, unread: 0 })
    // Marked as unread on another device: nobody else tells this tab.
    await hear({ head: 3, read: 3, unreadFrom: 2, unread: 2 })
    expect(unread()).toBe(2)
  })

  test('[INB34] a line without a change stays the same object, whatever happens in the room', async () => {
    const { link, shown, device } = await followed()
    const before = [shown(), device.view().rooms]
    link.say({ t: 'typing', person: grace, on: true })
    link.say(welcome({ head: 3, members: [member(ada), member(grace, { delivered: 2 })] }))
    expect([shown(), device.view().rooms]).toEqual(before)
    expect(shown()).toBe(before[0])
    expect(device.view().rooms).toBe(before[1])
  })
})
