import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../web/sync/memory-store.ts'
import { welcome } from './sync-support/fake-link.ts'
import { settled } from './sync-support/hand-clock.ts'
import { changes, opened, seen } from './sync-support/opened.ts'
import { ada, grace, member, message, roomId } from './sync-support/people.ts'

const ackOf = (id: string, seq: number) => ({ t: 'ack' as const, id, seq, at: seq })
const refusal = (id: string, reason: 'deleted' | 'not_allowed' | 'too_late' | 'slow_down' | 'history_away') => ({
  ...{ t: 'refused' as const, id, reason, detail: `It is ${reason}.` },
})

/** ada's room with three messages, of which the second is hers. */
async function withMessages(own: Parameters<typeof opened>[0] = {}) {
  const room = opened(own)
  await room.live([message(1), message(2, { by: ada }), message(3)])
  const shown = (seq: number) => {
    const row = room.view().rows.find((row) => row.state === 'confirmed' && row.message.seq === seq)
    return row?.state === 'confirmed' ? row : null
  }
  return { ...room, shown }
}

describe('a command on a message', () => {
  test('[OUT3] an edit shows at once, goes out under its id, and stands until the log shows it', async () => {
    const { client, clock, link, shown } = await withMessages()
    const id = await client.edit(2, 'better', [grace])
    expect(link.heard()).toEqual([{ t: 'edit', id, seq: 2, text: 'better', mentions: [grace] }])
    const edited = { text: 'better', mentions: [grace], editedAt: clock.now() }
    expect(shown(2)).toMatchObject({ change: 'pending', message: edited })
    link.say(ackOf(id, 4))
    expect(shown(2)).toMatchObject({ change: 'pending', message: edited })
    const told = message(2, { by: ada, rev: 4, text: 'better', mentions: [grace], editedAt: 4 })
    link.say(changes([4, 4], [told]))
    expect(shown(2)).toEqual({ state: 'confirmed', key: told.id, message: told })
  })

  test('[OUT3] deletions, reactions and pins show at once as well', async () => {
    const { client, clock, link, shown, view } = await withMessages()
    const ids = [
      await client.remove(2),
      await client.react(3, '👍', true),
      await client.pin(3, true),
      await client.react(1, '🎉', true),
      await client.react(1, '🎉', false),
    ]
    expect(shown(2)?.message).toMatchObject({ text: '', deleted: { at: clock.now(), by: ada } })
    expect(shown(3)?.message).toMatchObject({
      pinnedAt: clock.now(),
      reactions: [{ emoji: '👍', count: 1, people: [ada] }],
    })
    expect(shown(1)?.message.reactions).toBe(undefined)
    expect(view().pins.map(({ seq }) => seq)).toEqual([3])
    // What is about the same message goes one at a time.
    expect(link.heard()).toEqual([
      { t: 'delete', id: ids[0], seq: 2 },
      { t: 'react', id: ids[1], seq: 3, emoji: '👍', on: true },
      { t: 'react', id: ids[3], seq: 1, emoji: '🎉', on: true },
    ])
    link.say(ackOf(ids[3]!, 6), ackOf(ids[1]!, 5))
    expect(link.heard()).toEqual([
      { t: 'react', id: ids[4], seq: 1, emoji: '🎉', on: false },
      { t: 'pin', id: ids[2], seq: 3, on: true },
    ])
  })

  test('[OUT3] a reaction beside those of others counts on, and leaves again', async () => {
    const { client, link, shown } = await withMessages()
    const thumbs = { emoji: '👍', count: 21, people: Array.from({ length: 20 }, () => grace) }
    link.say(changes([4, 4], [message(3, { rev: 4, reactions: [thumbs] })]))
    await client.react(3, '👍', true)
    expect(shown(3)?.message.reactions).toEqual([{ ...thumbs, count: 22 }])
    await client.react(1, '🎉', true)
    await client.react(1, '🎉', false)
    expect(shown(1)?.message.reactions).toBe(undefined)
  })

  test.each(['deleted', 'not_allowed', 'too_late'] as const)(
    '[OUT4] refused for good (%s) it is undone, and a notice keeps what was written until it is dismissed',
    async (reason) => {
      const store = memoryStore()
      const { client, link, shown, view } = await withMessages({ store })
      const id = await client.edit(2, 'better')
      link.heard()
      link.say(refusal(id, reason))
      expect(shown(2)).toMatchObject({ message: { text: 'message 2' } })
      expect(shown(2)).not.toHaveProperty('change')
      const notice = { id, kind: 'edit', seq: 2, text: 'better', reason, detail: `It is ${reason}.` }
      expect(view().notices).toEqual([notice])
      await settled()
      expect(opened({ store }).view().notices).toEqual([])
      const later = opened({ store })
      await settled()
      expect(later.view().notices).toEqual([notice])
      client.dismiss(id)
      await settled()
      expect([view().notices, (await store.open(roomId)).unsent]).toEqual([[], []])
      expect(link.heard()).toEqual([])
    },
  )

  test('[OUT4] refused for now it waits its time and goes again; messages go on meanwhile, and the other way round', async () => {
    const { client, clock, link } = await withMessages()
    const react = await client.react(3, '👍', true)
    link.heard()
    link.say({ ...refusal(react, 'history_away'), retryAfterMs: 5_000 })
    const post = await client.send('meanwhile')
    expect(link.heard()).toEqual([{ t: 'post', id: post, text: 'meanwhile' }])
    link.say({ ...refusal(post, 'slow_down'), retryAfterMs: 60_000 })
    await clock.turn(5_000)
    expect(link.heard()).toEqual([{ t: 'react', id: react, seq: 3, emoji: '👍', on: true }])
    link.say(ackOf(react, 4), changes([4, 4], [message(3, { rev: 4 })]))
    const pin = await client.pin(1, true)
    expect(link.heard().at(-1)).toEqual({ t: 'pin', id: pin, seq: 1, on: true })
    link.say(ackOf(pin, 5), changes([5, 5], [message(1, { rev: 5 })]))
    for (let seconds = 5; seconds < 60; seconds += 5) {
      await clock.turn(5_000)
      link.say('pong:5')
    }
    expect(link.heard().at(-1)).toEqual({ t: 'post', id: post, text: 'meanwhile' })
  })

  test('[OUT2] [OUT3] [AC-11] [AC-12] commands wait offline, survive a reload, and repeat under their own ids', async () => {
    const store = memoryStore()
    const first = await withMessages({ store })
    await first.clock.turn(500)
    first.link.drop()
    const ids = [
      await first.client.edit(2, 'better'),
      await first.client.send('new'),
      await first.client.change({ name: 'Looms', slowModeSeconds: 5 }),
    ]
    const { link, clock, view } = opened({ store })
    await settled()
    expect(seen(view().rows)).toEqual(['1 message 1', '2 better', '3 message 3', 'pending new'])
    link.open()
    link.say(welcome({ head: 3 }), changes([4, 3], []))
    const frames = [
      { t: 'edit', id: ids[0], seq: 2, text: 'better' },
      { t: 'post', id: ids[1], text: 'new' },
      { t: 'change', id: ids[2], name: 'Looms', slowModeSeconds: 5 },
    ]
    expect(link.heard().slice(1)).toEqual([{ t: 'mark', delivered: 3, read: 0 }, ...frames])
    await clock.turn(10_000)
    expect(link.heard()).toEqual(frames)
    link.say(...ids.map((id, index) => ackOf(id, 4 + index)))
    link.say(changes([4, 6], []))
    await clock.turn(10_000)
    expect((await store.open(roomId)).unsent).toEqual([])
  })

  test('[OUT5] on a message that is still on its way it waits for the ack, and then carries its seq', async () => {
    const store = memoryStore()
    const { client, link, view } = await withMessages({ store })
    const post = await client.send('helo')
    const edit = await client.edit(post, 'hello')
    const react = await client.react(3, '👍', true)
    expect(seen(view().rows).at(-1)).toBe('pending hello')
    expect(link.heard()).toEqual([
      { t: 'post', id: post, text: 'helo' },
      { t: 'react', id: react, seq: 3, emoji: '👍', on: true },
    ])
    link.say(ackOf(post, 4))
    expect(link.heard()).toEqual([{ t: 'edit', id: edit, seq: 4, text: 'hello' }])
    await settled()
    const kept = (await store.open(roomId)).unsent.find(({ id }) => id === edit)
    expect(kept?.command).toMatchObject({ kind: 'edit', target: 4 })
    link.say(changes([4, 4], [message(4, { id: post, by: ada, text: 'helo' })]))
    expect(seen(view().rows).at(-1)).toBe('4 hello')
  })

  test('[OUT5] a message that fails keeps what waited for it, until it is tried again or given up', async () => {
    const store = memoryStore()
    const { client, link, view } = await withMessages({ store })
    const post = await client.send('helo')
    await client.edit(post, 'hello')
    link.heard()
    link.say(refusal(post, 'not_allowed'))
    expect([client.waiting(), view().rows.at(-1)?.state, link.heard()]).toEqual([0, 'failed', []])
    client.retry(post)
    expect(link.heard()).toEqual([{ t: 'post', id: post, text: 'helo' }])
    link.say(refusal(post, 'not_allowed'))
    expect(await client.discard(post)).toBe('helo')
    expect((await store.open(roomId)).unsent).toEqual([])
  })

  test('[OUT3] what does not fit is not taken', async () => {
    const { client, view } = await withMessages()
    await expect(client.edit(2, ' ')).rejects.toThrow('The edit is empty.')
    await expect(client.react(2, 'thumbs', true)).rejects.toThrow('is not one emoji')
    await expect(client.change({ slowModeSeconds: -1 })).rejects.toThrow(RangeError)
    expect(view().rows.every((row) => !('change' in row))).toBe(true)
  })

  test('[OUT3] [AC-13] [AC-14] ack, state and history in any order leave one row and nothing waiting', async () => {
    const orders = [
      ['ack', 'state', 'page'],
      ['ack', 'page', 'state'],
      ['state', 'ack', 'page'],
      ['state', 'page', 'ack'],
      ['page', 'ack', 'state'],
      ['page', 'state', 'ack'],
    ]
    for (const order of orders) {
      const log = () => [message(1), message(2), message(3), mine()]
      const { client, link, live, view } = opened({
        fetchPage: async () => ({ covers: [1, 3], messages: log().slice(0, 3), more: false, moreAfter: true, asOf: 4 }),
      })
      await live([message(3)])
      const id = await client.send('mine')
      const mine = () => message(4, { id, by: ada, text: 'mine' })
      for (const way of order) {
        if (way === 'ack') link.say(ackOf(id, 4))
        if (way === 'state') link.say(changes([4, 4], [mine()]))
        if (way === 'page') await client.loadOlder()
        expect(view().rows.filter(({ key }) => key === id)).toHaveLength(1)
      }
      expect(seen(view().rows)).toEqual(log().map(({ seq, text }) => `${seq} ${text}`))
      expect(client.waiting()).toBe(0)
    }
  })
})

describe('what a room says of itself', () => {
  test('[UNR1] reading clears the mark as unread that stood there when the room was opened, and none set since', async () => {
    const { client, clock, link, view } = opened()
    await settled()
    link.open()
    const members = [member(ada, { delivered: 5, read: 5 }), member(grace)]
    link.say(welcome({ head: 5, members, unread: { from: 3, version: 7 } }), changes([5, 5], [message(5)]))
    expect(view().unread).toEqual({ from: 3, version: 7 })
    link.heard()
    client.read(5)
    expect(link.heard()).toEqual([{ t: 'mark', delivered: 5, read: 5, unread: 7 }])
    client.read(5)
    await clock.turn(5_000)
    expect(link.heard()).toEqual([])
    link.say({ t: 'unread', from: null, version: 8 })
    client.markUnread(2)
    expect(link.heard()).toEqual([{ t: 'unread', from: 2 }])
    link.say({ t: 'unread', from: 2, version: 9 })
    expect(view().unread).toEqual({ from: 2, version: 9 })
    client.read(5)
    link.say(changes([6, 6], [message(6)]))
    client.read(6)
    await clock.turn(1_000)
    expect(link.heard().map((frame) => (frame as { unread?: number }).unread)).toEqual([undefined, undefined])
  })

  test('[LAG3] a device says how far it is after 64 frames or 256 kB, and otherwise at most once a second', async () => {
    const { clock, link, live } = opened()
    await live([message(1)])
    await clock.turn(1_000)
    link.heard()
    const marks = () => link.heard().filter((frame) => frame !== 'ping' && frame.t === 'mark')
    const say = (seq: number, text = 'short') => link.say(changes([seq, seq], [message(seq, { text })]))
    for (let seq = 2; seq <= 60; seq++) say(seq)
    expect(marks()).toEqual([{ t: 'mark', delivered: 2, read: 0 }])
    for (let seq = 61; seq <= 70; seq++) say(seq)
    expect(marks()).toEqual([{ t: 'mark', delivered: 65, read: 0 }])
    for (let seq = 71; seq <= 80; seq++) say(seq, 'x'.repeat(65_536))
    expect(marks()).toEqual([
      { t: 'mark', delivered: 74, read: 0 },
      { t: 'mark', delivered: 78, read: 0 },
    ])
    // Frames that bring nothing new count as well: the room has to hear from this socket.
    for (let count = 0; count < 62; count++) link.say({ t: 'here', people: [ada] })
    expect(marks()).toEqual([{ t: 'mark', delivered: 80, read: 0 }])
  })

  test('[LOOK1] looking away is said once, and again after every hello', async () => {
    const { client, link, live } = opened()
    await live([message(1)])
    client.look(true)
    client.look(true)
    expect(link.heard()).toEqual([{ t: 'look', away: true }])
    link.drop()
    link.open()
    link.say(welcome({ head: 1 }), changes([2, 1], []))
    expect(link.heard()).toContainEqual({ t: 'look', away: true })
    client.look(false)
    expect(link.heard()).toEqual([{ t: 'look', away: false }])
  })

  test('[TYP1] [AC-25] where too many are writing to be named, their number is a lease too', async () => {
    const { clock, link, live, view } = opened()
    await live()
    link.say({ t: 'typists', count: 140 })
    expect([view().typists, view().typing]).toEqual([140, []])
    await clock.turn(6_000)
    expect(view().typists).toBe(0)
    link.say({ t: 'typing', person: grace, on: true })
    expect(view().typists).toBe(1)
  })

  test('[RNG6] the live call is the one that was told, and stays through a cut until the room says otherwise', async () => {
    const { link, live, view } = opened()
    await live()
    expect(view().call).toBeNull()
    const call = { ...{ id: grace, meeting: grace, media: 'video' as const, by: grace }, startedAt: 1, takenAt: null }
    link.say({ t: 'call', call: { ...call, people: [grace], guests: 2 } })
    expect(view().call).toEqual({ ...call, people: [grace], guests: 2 })
    link.drop()
    link.open()
    link.say(welcome({ head: 0 }))
    expect(view().call).not.toBeNull()
    link.say({ t: 'call', call: { ...call, people: [grace], guests: 1 } }, changes([1, 0], []))
    expect(view().call?.guests).toBe(1)
    link.drop()
    link.open()
    link.say(welcome({ head: 0 }), changes([1, 0], []))
    expect(view().call).toBeNull()
  })

  test('[SET1] [ROL1] [ANN1] [MEM3] what I may do follows my role, who may write, and whether I was silenced', async () => {
    const { client, link, live, clock, view } = opened()
    expect([client.may('post'), view().myRole]).toEqual([false, null])
    await live()
    expect([client.may('post'), client.may('pin'), view().myRole]).toEqual([true, false, 'member'])
    link.say({ t: 'room', room: { ...view().room!, postPolicy: 'admins' } })
    expect([client.may('post'), client.may('react')]).toEqual([false, true])
    link.say({ t: 'members', version: 2, members: [{ ...member(ada), role: 'admin', silencedUntil: 1_000 }] })
    expect([client.may('post'), view().myRole]).toEqual([false, 'admin'])
    await clock.turn(1_000)
    expect([client.may('post'), client.may('change_room')]).toEqual([true, true])
  })
})
