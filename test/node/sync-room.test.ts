import { describe, expect, test } from 'vitest'
import { asMade } from '../../protocol/downstream.ts'
import type { Page } from '../../protocol/api.ts'
import { memoryStore } from '../../web/sync/memory-store.ts'
import { welcome } from './sync-support/fake-link.ts'
import { handClock, settled } from './sync-support/hand-clock.ts'
import { changes, fakePage, opened, seen } from './sync-support/opened.ts'
import { ada, grace, linus, member, message, messages, roomId } from './sync-support/people.ts'

const ackOf = (id: string, seq: number) => ({ t: 'ack' as const, id, seq, at: seq })
const marksIn = (heard: unknown[]) => heard.filter((frame) => (frame as { t?: string }).t === 'mark')

describe('opening a room', () => {
  test('a room that was never seen says so and gets the newest messages', async () => {
    const { link, view, clock } = opened()
    await settled()
    link.open()
    expect(link.heard()).toEqual([{ t: 'hello', v: 5, epoch: null, since: 0, from: 0 }])
    link.say(welcome({ head: 60 }))
    expect(view().connection).toEqual({ state: 'catching_up', since: clock.now() })
    link.say(changes([11, 60], messages(11, 60)))
    expect(seen(view().rows)).toEqual(messages(11, 60).map(({ seq, text }) => `${seq} ${text}`))
    expect({ state: view().connection.state, older: view().older, head: view().head }).toEqual({
      state: 'live',
      older: 'more',
      head: 60,
    })
  })

  test('a room that is kept opens from the store at once and goes on from its cursor', async () => {
    const store = memoryStore()
    const first = opened({ store })
    await first.live(messages(11, 60))
    first.client.close()
    await settled()
    const { link, view } = opened({ store })
    await settled()
    expect(seen(view().rows)).toHaveLength(50)
    expect(view().room?.name).toBe('Engines')
    link.open()
    expect(link.heard()).toEqual([{ t: 'hello', v: 5, epoch: 1, since: 60, from: 11 }])
  })

  test('a database that hangs keeps nobody from a room', async () => {
    const { link, clock } = opened({ store: { ...memoryStore(), open: () => new Promise(() => {}) } })
    await settled()
    link.open()
    expect(link.heard()).toEqual([])
    await clock.turn(2_000)
    expect(link.heard()).toEqual([{ t: 'hello', v: 5, epoch: null, since: 0, from: 0 }])
  })

  test('[RES3] [AC-03] catch-up is pulled chunk by chunk, and goes on after a cut where it was', async () => {
    const { link } = opened()
    await settled()
    link.open()
    link.say(welcome({ head: 9 }), changes([1, 3], messages(1, 3), false))
    expect(link.heard().slice(1)).toEqual([{ t: 'more', to: 3 }])
    link.say(changes([4, 6], messages(4, 6), false))
    link.drop()
    link.open()
    expect(link.heard().at(-1)).toEqual({ t: 'hello', v: 5, epoch: 1, since: 6, from: 1 })
  })

  test('[RES2] a reset drops the window in one step and keeps what waits', async () => {
    const { client, link, live, view } = opened()
    await live(messages(1, 5))
    link.drop()
    await client.send('still here')
    link.open()
    link.say(welcome({ epoch: 2, head: 9_000 }), { t: 'reset', epoch: 2, head: 9_000 })
    expect(seen(view().rows).at(0)).toBe('1 message 1')
    link.say(changes([8_999, 9_000], messages(8_999, 9_000)))
    expect(seen(view().rows)).toEqual(['8999 message 8999', '9000 message 9000', 'pending still here'])
    link.drop()
    link.heard()
    link.open()
    expect(link.heard()).toEqual([{ t: 'hello', v: 5, epoch: 2, since: 9_000, from: 8_999 }])
  })

  test('a page that was asked for before a reset neither shows nor fails in the new window', async () => {
    let answer: (page: Page) => void = () => {}
    const { client, link, live, view } = opened({ fetchPage: () => new Promise((resolve) => (answer = resolve)) })
    await live(messages(100, 105))
    const loading = client.loadOlder()
    expect(view().older).toBe('loading')
    link.drop()
    link.open()
    link.say(
      welcome({ epoch: 2, head: 105 }),
      { t: 'reset', epoch: 2, head: 105 },
      changes([100, 105], messages(100, 105)),
    )
    answer({ covers: [50, 99], messages: messages(50, 99), more: true, moreAfter: true, asOf: 99 })
    await loading
    expect({ older: view().older, rows: view().rows.length }).toEqual({ older: 'more', rows: 6 })
  })

  test('older messages come until there are none', async () => {
    const pages: Page[] = [{ covers: [1, 99], messages: messages(90, 99), more: false, moreAfter: true, asOf: 105 }]
    const { client, live, view } = opened({ fetchPage: async () => pages.shift() ?? Promise.reject(new Error('away')) })
    await live(messages(100, 105))
    await client.loadOlder()
    expect({ older: view().older, rows: view().rows.length }).toEqual({ older: 'none', rows: 16 })
  })

  test('a history that cannot be reached can be asked for again', async () => {
    const { client, live, view } = opened()
    await live(messages(100, 105))
    await client.loadOlder()
    expect(view().older).toBe('failed')
    await client.loadOlder()
    expect(view().older).toBe('failed')
  })
})

describe('a live room', () => {
  test('[RES5] [AC-07] a frame that does not follow shows a gap and is asked for at once', async () => {
    const { link, live, view } = opened()
    await live(messages(1, 5))
    link.say(changes([7, 7], [message(7)]))
    expect(seen(view().rows).slice(-2)).toEqual(['gap 5..7', '7 message 7'])
    expect(link.heard()).toContainEqual({ t: 'hello', v: 5, epoch: 1, since: 5, from: 1 })
    link.say(welcome({ head: 7 }), changes([6, 7], messages(6, 7)))
    expect(seen(view().rows).slice(-2)).toEqual(['6 message 6', '7 message 7'])
  })

  test('[PONG1] [AC-05] a pong whose head is ahead of the cursor is asked for', async () => {
    const { link, live, clock } = opened()
    await live(messages(1, 5))
    await clock.turn(25_000)
    expect(link.heard()).toContain('ping')
    link.say('pong:5')
    expect(link.heard()).toEqual([])
    await clock.turn(25_000)
    link.say('pong:6')
    expect(link.heard()).toContainEqual({ t: 'hello', v: 5, epoch: 1, since: 5, from: 1 })
  })

  test('[AC-05] a connection without a pong, or without an answer to hello, is given up after 10 s', async () => {
    const deaf = opened()
    await deaf.live(messages(1, 5))
    await deaf.clock.turn(34_999)
    expect(deaf.link.reconnects).toBe(0)
    await deaf.clock.turn(1)
    expect(deaf.link.reconnects).toBe(1)

    const mute = opened()
    await settled()
    mute.link.open()
    await mute.clock.turn(10_000)
    expect(mute.link.reconnects).toBe(1)
  })

  test('[AC-08] [AC-28] waking checks the connection within 2 s, and connects at once when there is none', async () => {
    const page = fakePage()
    const { link, live, clock } = opened({ page })
    await live(messages(1, 5))
    page.wake()
    expect(link.heard()).toEqual(['ping'])
    await clock.turn(2_000)
    expect(link.reconnects).toBe(1)
    await clock.turn(60_000)
    page.wake()
    page.wake()
    expect(link.reconnects).toBe(2)
  })

  test('[MRK1] marks go out at most once a second, only rise, and are repeated for a room that lost them', async () => {
    const { client, link, live, clock } = opened()
    await live(messages(1, 2))
    await clock.turn(1_000)
    link.heard()
    link.say(changes([3, 3], [message(3)]), changes([4, 4], [message(4)]))
    client.read(4)
    client.read(2)
    expect(marksIn(link.heard())).toEqual([{ t: 'mark', delivered: 3, read: 0 }])
    await clock.turn(1_000)
    expect(marksIn(link.heard())).toEqual([{ t: 'mark', delivered: 4, read: 4 }])
    link.drop()
    link.open()
    link.say(welcome({ head: 4 }), changes([5, 4], []))
    expect(marksIn(link.heard())).toEqual([{ t: 'mark', delivered: 4, read: 4 }])
  })

  test('[MRK1] [AC-17] what was read a moment ago is told as the room is closed', async () => {
    const { client, link, live } = opened()
    await live(messages(1, 4))
    client.read(2)
    client.read(4)
    link.heard()
    expect(client.waiting()).toBe(1)
    client.close()
    expect(marksIn(link.heard())).toEqual([{ t: 'mark', delivered: 4, read: 4 }])
  })

  test('what was read offline is reported, even after a reload', async () => {
    const store = memoryStore()
    const first = opened({ store })
    await first.live(messages(1, 5))
    first.link.drop()
    first.client.read(5)
    first.client.close()
    await settled()
    const { link, view } = opened({ store })
    await settled()
    expect(view().members.find(({ person }) => person === ada)?.read).toBe(5)
    link.open()
    link.say(welcome({ head: 5 }), changes([6, 5], []))
    expect(marksIn(link.heard())).toEqual([{ t: 'mark', delivered: 5, read: 5 }])
  })

  test('the unread divider stands where the person had read to, wherever that was', async () => {
    const { client, link, view } = opened()
    await settled()
    link.open()
    link.say(welcome({ head: 5, members: [member(ada, { delivered: 3, read: 3 }), member(grace)] }))
    link.say(changes([1, 5], messages(1, 5)))
    client.read(5)
    link.drop()
    link.open()
    link.say(welcome({ head: 5, members: [member(ada, { delivered: 5, read: 5 }), member(grace)] }))
    expect(view().readAtOpen).toBe(3)
  })

  test('[TYP1] [AC-25] typing is a lease of 6 s, renewed by more of it and ended by a message', async () => {
    const { link, live, clock, view } = opened()
    await live()
    const typing = (person: string, on = true) => ({ t: 'typing' as const, person, on })
    link.say(typing(grace), typing(linus), typing(ada))
    expect(view().typing).toEqual([grace, linus])
    await clock.turn(4_000)
    link.say(typing(grace))
    await clock.turn(2_000)
    expect(view().typing).toEqual([grace])
    link.say(changes([1, 1], [message(1, { by: grace })]))
    expect(view().typing).toEqual([])
    link.say(typing(linus), typing(linus, false))
    expect(view().typing).toEqual([])
    link.say(typing(linus))
    link.drop()
    expect(view().typing).toEqual([])
  })

  test('own typing is said at most every 3 s, and anew after a message', async () => {
    const { client, link, live, clock } = opened()
    await live()
    client.typing(true)
    client.typing(true)
    await clock.turn(3_000)
    client.typing(true)
    client.typing(false)
    client.typing(false)
    expect(link.heard().map((frame) => (frame as { on?: boolean }).on)).toEqual([true, true, false])
    client.typing(true)
    await client.send('done')
    client.typing(true)
    expect(link.heard().map((frame) => (frame as { t: string }).t)).toEqual(['typing', 'post', 'typing'])
  })

  test('a renewal ticket goes into the open socket', async () => {
    const { client, link, live } = opened()
    await live()
    client.renew('ticket')
    expect(link.heard()).toEqual([{ t: 'renew', ticket: 'ticket' }])
  })
})

describe('sending', () => {
  test('[OUT1] a message shows as pending, goes out, and is confirmed under the same key', async () => {
    const { client, link, live, view, clock } = opened()
    await live()
    const id = await client.send('hello', { replyTo: 3, mentions: [grace] })
    expect(view().rows).toEqual([
      { state: 'pending', key: id, text: 'hello', at: clock.now(), replyTo: 3, since: clock.now() },
    ])
    expect(link.heard()).toEqual([{ t: 'post', id, text: 'hello', replyTo: 3, mentions: [grace] }])
    link.say(ackOf(id, 1))
    expect(view().rows.map(({ state, key }) => [state, key])).toEqual([['pending', id]])
    link.say(changes([1, 1], [message(1, { id, by: ada, text: 'hello' })]))
    expect(view().rows.map(({ state, key }) => [state, key])).toEqual([['confirmed', id]])
  })

  test('nothing is posted before the room is live, then everything in order', async () => {
    const { client, link } = opened()
    const ids = [await client.send('one'), await client.send('two')]
    link.open()
    link.say(welcome({ head: 4 }), changes([1, 3], messages(1, 3), false))
    expect(link.heard().map((frame) => (frame as { t: string }).t)).toEqual(['hello', 'more'])
    link.say(changes([4, 4], [message(4)]))
    const posts = link.heard().filter((frame) => (frame as { t: string }).t === 'post')
    expect(posts.map((post) => (post as { id: string }).id)).toEqual(ids)
  })

  test('[OUT1] [MRK1] [AC-34] a clock that is set hours back holds up neither messages nor marks', async () => {
    const { client, clock, link, live } = opened()
    await live(messages(1, 3))
    const id = await client.send('Still here')
    client.read(2)
    await settled()
    link.heard()
    clock.set(-5 * 3_600_000)
    client.read(3)
    await clock.turn(10_000)
    expect(link.heard()).toEqual([
      { t: 'mark', delivered: 3, read: 3 },
      { t: 'post', id, text: 'Still here' },
    ])
  })

  test('[AC-12] a lost ack: the same id again after 10 s, after 20 s more another connection, then the same id', async () => {
    const { client, link, live, clock } = opened()
    await live()
    const id = await client.send('hello')
    const posts = () => link.heard().flatMap((frame) => (frame !== 'ping' && frame.t === 'post' ? [frame.id] : []))
    expect(posts()).toEqual([id])
    await clock.turn(10_000)
    expect(posts()).toEqual([id])
    for (let step = 0; step < 4; step++) {
      await clock.turn(4_999)
      link.say('pong:0')
    }
    expect(link.reconnects).toBe(0)
    await clock.turn(10)
    expect(link.reconnects).toBe(1)
    link.open()
    link.say(welcome(), changes([1, 0], []))
    expect(posts()).toEqual([id])
  })

  test('[OUT2] [AC-11] what a killed tab left is sent by the next one, under its own id', async () => {
    const store = memoryStore()
    const first = opened({ store })
    const id = await first.client.send('from the grave')
    const { link, view } = opened({ store })
    await settled()
    expect(seen(view().rows)).toEqual(['pending from the grave'])
    link.open()
    link.say(welcome(), changes([1, 0], []))
    expect(link.heard().at(-1)).toEqual({ t: 'post', id, text: 'from the grave' })
  })

  test.each(['changes', 'page', 'store'] as const)(
    '[AC-13] an entry that the log already has is dropped: by %s',
    async (way) => {
      const store = memoryStore()
      const first = opened({ store })
      const id = await first.client.send('twice?')
      const mine = message(3, { id, by: ada, text: 'twice?' })
      const log = [message(1), message(2), mine]
      if (way === 'store') {
        const facts = { id: roomId, type: 'group' as const, name: 'Engines', createdBy: ada, createdAt: 1, ...asMade }
        const room = { id: roomId, room: facts, members: [], epoch: 1, head: 3, atStart: true, read: 0, clockOffset: 0 }
        await store.keep({ room: { ...room, covered: [[1, 3]] }, messages: log })
      }
      const page: Page = { covers: [1, 3], messages: log, more: false, moreAfter: true, asOf: 3 }
      const { client, link, view, clock } = opened({ store, fetchPage: async () => page })
      await settled()
      link.open()
      if (way === 'changes') link.say(welcome({ head: 3 }), changes([1, 3], log))
      if (way === 'store') link.say(welcome({ head: 3 }), changes([4, 3], []))
      if (way === 'page') {
        link.say(welcome({ head: 4 }), changes([4, 4], [message(4)], false))
        const older = client.loadOlder()
        await settled()
        link.say(changes([5, 4], []))
        // What happened to the page since it was made is asked for before it is shown.
        expect(link.heard().flatMap((frame) => (frame !== 'ping' && frame.t === 'hello' ? [frame.since] : []))).toEqual(
          [0, 3],
        )
        link.say(welcome({ head: 4 }), changes([4, 4], [message(4)]))
        await older
      }
      expect(seen(view().rows).filter((row) => row.includes('twice'))).toEqual(['3 twice?'])
      expect(link.heard().filter((frame) => frame !== 'ping' && frame.t === 'post')).toEqual([])
      await clock.turn(500)
      expect((await store.open(roomId)).unsent).toEqual([])
    },
  )

  test('refused for now: it waits and goes again; refused for good: a failed row that can be retried or given up', async () => {
    const { client, link, live, clock, view, store } = opened()
    await live()
    const id = await client.send('too fast')
    link.heard()
    link.say({ t: 'refused', id, reason: 'slow_down', detail: 'Slow down.', retryAfterMs: 700 })
    expect(seen(view().rows)).toEqual(['pending too fast'])
    await clock.turn(699)
    expect(link.heard()).toEqual([])
    await clock.turn(1)
    expect(link.heard()).toEqual([{ t: 'post', id, text: 'too fast' }])
    link.say({ t: 'refused', id, reason: 'no_such_message', detail: 'There is no message 9.' })
    expect(view().rows[0]).toMatchObject({ state: 'failed', key: id, reason: 'no_such_message' })
    for (let tap = 0; tap < 10; tap++) client.retry(id)
    expect(link.heard()).toEqual([{ t: 'post', id, text: 'too fast' }])
    link.say({ t: 'refused', id, reason: 'no_such_message', detail: 'There is no message 9.' })
    expect(await client.discard(id)).toBe('too fast')
    expect([view().rows, (await store.open(roomId)).unsent]).toEqual([[], []])
  })

  test('retry all asks for a connection at once when there is none', async () => {
    const { client, link, live, clock } = opened()
    await live()
    const id = await client.send('again')
    link.say({ t: 'refused', id, reason: 'malformed', detail: '' })
    link.drop(1006, clock.now() + 30_000)
    client.retryAll()
    expect(link.reconnects).toBe(1)
  })

  test('a message that could not be kept is still sent, and the view says that it may be lost', async () => {
    const full = { ...memoryStore(), durable: true, addUnsent: () => Promise.reject(new Error('quota')) }
    const { client, link, live, view } = opened({ store: full })
    await live()
    expect(view().durable).toBe(true)
    await client.send('one')
    await client.send('two')
    expect(view().durable).toBe(false)
    expect(link.heard().map((frame) => (frame as { text?: string }).text)).toEqual(['one', 'two'])
  })

  test('an empty or too long message is not taken', async () => {
    const { client, view } = opened()
    await expect(client.send('  ')).rejects.toThrow('is empty')
    await expect(client.send('é'.repeat(8_193))).rejects.toThrow('longer than 16384 bytes')
    expect(view().rows).toEqual([])
  })
})

describe('a long window', () => {
  test('is cut back to the newest messages when the reader is at its end, and can be read back again', async () => {
    const pages: number[] = []
    const { client, live, view } = opened({
      fetchPage: async (_room, before, limit) => {
        pages.push(before)
        return {
          covers: [before - limit, before - 1],
          messages: messages(before - limit, before - 1),
          more: true,
          moreAfter: true,
          asOf: 3_000,
        }
      },
    })
    await live(messages(2_001, 3_000))
    client.forgetOlder()
    expect(view().rows).toHaveLength(1_000)
    await client.loadOlder()
    client.forgetOlder()
    expect([view().rows.length, view().older]).toEqual([200, 'more'])
    await client.loadOlder()
    expect([pages, seen(view().rows)[0]]).toEqual([[2_001, 2_801], '2751 message 2751'])
  })
})

describe('a closed room', () => {
  test('[CLO2] 4403: not a member; what was kept of it is dropped', async () => {
    const { link, live, view, store, clock } = opened()
    await live(messages(1, 3))
    await clock.turn(500)
    link.drop(4403, null)
    await settled()
    expect({ closed: view().closed, rows: view().rows }).toEqual({ closed: 'not_a_member', rows: [] })
    expect(link.closed).toBe(true)
    await clock.turn(1_000)
    expect((await store.open(roomId)).kept).toBe(null)
  })

  test('[CLO2] what waits in a room that was closed for good stands there as failed and is tried no more', async () => {
    const { client, link, live, view, store } = opened()
    await live(messages(1, 3))
    await client.send('Too late')
    link.drop(4403, null)
    await settled()
    expect(seen(view().rows)).toEqual(['failed Too late'])
    expect(await store.unsentRooms()).toEqual([])
    expect(await client.discard(view().rows[0]!.key)).toBe('Too late')
    expect((await store.open(roomId)).unsent).toEqual([])
  })

  test('[CLO2] so does what is written or tried again after that', async () => {
    const { client, link, live, view, store } = opened()
    await live(messages(1, 3))
    link.drop(4403, null)
    await client.send('Too late')
    expect(seen(view().rows)).toEqual(['failed Too late'])
    client.retryAll()
    client.retry(view().rows[0]!.key)
    await settled()
    expect(seen(view().rows)).toEqual(['failed Too late'])
    expect(await store.unsentRooms()).toEqual([])
  })

  test('[CLO2] so does what an earlier tab left unsent, should the room close before it is read from the store', async () => {
    const store = memoryStore()
    const earlier = opened({ store })
    await earlier.client.send('Left behind')
    earlier.client.close()
    const { link, view } = opened({ store })
    link.drop(4403, null)
    await settled()
    expect(seen(view().rows)).toEqual(['failed Left behind'])
    expect(await store.unsentRooms()).toEqual([])
  })

  test('[CLO4] 4426: this page is too old', async () => {
    const { link, live, view } = opened()
    await live()
    link.drop(4426, null)
    expect(view().closed).toBe('client_too_old')
  })

  test('[CLO1] 4401: refresh, then connect again; a refresh that helps nothing waits longer each time', async () => {
    const { link, live, view, clock } = opened({ refresh: async () => 'renewed' })
    await live()
    link.drop(4401, null)
    await settled()
    expect(link.reconnects).toBe(1)
    link.open()
    link.drop(4401, null)
    await settled()
    expect(link.reconnects).toBe(1)
    expect(view().connection).toMatchObject({ state: 'offline', retryAt: clock.now() + 1_350 })
    await clock.turn(1_350)
    expect(link.reconnects).toBe(2)
  })

  test('[SES4] 4401: signed out only if the server says so, not if nobody answers', async () => {
    const away = opened({ refresh: async () => 'away' })
    await away.live()
    away.link.drop(4401, null)
    await settled()
    expect(away.view().closed).toBe(null)
    const over = opened({ refresh: async () => 'signed_out' })
    await over.live()
    over.link.drop(4401, null)
    await settled()
    expect(over.view().closed).toBe('signed_out')
  })

  test('not live counts from the moment the room stopped being live, through every attempt', async () => {
    const { link, live, view, clock } = opened()
    await live()
    const lost = clock.now()
    link.drop(1006, lost + 700)
    expect(view().connection).toEqual({ state: 'offline', since: lost, retryAt: lost + 700 })
    await clock.turn(3_000)
    link.drop(1006, null)
    expect(view().connection).toEqual({ state: 'offline', since: lost, retryAt: null })
  })
})

test('[OUT2] a long queue goes out to its end though timers are early and time passes between two looks at the clock', async () => {
  const hand = handClock()
  let creptMs = 0
  const clock = {
    now: hand.now,
    elapsed: () => hand.elapsed() + (creptMs += 0.1),
    after: (ms: number, run: () => void) => hand.after(Math.max(0, ms - 1), run),
  }
  const { client, link, live } = opened({ clock })
  await live()
  const texts = Array.from({ length: 120 }, (_, index) => `text ${index + 1}`)
  for (const text of texts) await client.send(text)
  const posted: unknown[] = []
  for (let turn = 0; turn < 400; turn++) {
    for (const frame of link.heard()) {
      if (frame === 'ping' || frame.t !== 'post') continue
      posted.push(frame.text)
      link.say(ackOf(frame.id, posted.length))
    }
    await hand.turn(50)
  }
  expect(posted).toEqual(texts)
})
