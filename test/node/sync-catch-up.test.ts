import { describe, expect, test } from 'vitest'
import type { ChangesPage, Page, Pins } from '../../protocol/api.ts'
import { memoryStore } from '../../web/sync/memory-store.ts'
import { welcome } from './sync-support/fake-link.ts'
import { settled } from './sync-support/hand-clock.ts'
import { changes, fakePage, opened, seen } from './sync-support/opened.ts'
import { ada, grace, message, messages } from './sync-support/people.ts'

const hellos = (heard: unknown[]) => heard.filter((frame) => (frame as { t?: string }).t === 'hello')
const helloFrom = (since: number, from: number, epoch = 1) => ({ t: 'hello', v: 5, epoch, since, from })

describe('a page of history that is older than what is held', () => {
  const edited = (rev: number) => message(7, { rev, text: `edited at ${rev}` })

  async function withPage(asOf: number) {
    const page: Page = { covers: [5, 9], messages: messages(5, 9), more: true, moreAfter: true, asOf }
    const room = opened({ fetchPage: async () => page })
    await room.live(messages(10, 20))
    return room
  }

  test('[HIS2] is shown once the room has told what it did to it since', async () => {
    const { client, link, view } = await withPage(15)
    const loading = client.loadOlder()
    await settled()
    expect([seen(view().rows)[0], view().older]).toEqual(['10 message 10', 'loading'])
    expect(link.heard()).toEqual([helloFrom(15, 5)])
    link.say(welcome({ head: 20 }), changes([16, 18], [edited(17)], false))
    expect(seen(view().rows)[0]).toBe('10 message 10')
    expect(link.heard().at(-1)).toEqual({ t: 'more', to: 18 })
    link.say(changes([19, 20], []))
    await loading
    expect([seen(view().rows)[0], seen(view().rows)[2], view().older]).toEqual([
      '5 message 5',
      '7 edited at 17',
      'more',
    ])
    link.drop()
    link.heard()
    link.open()
    expect(link.heard()).toEqual([helloFrom(20, 5)])
  })

  test('[HIS2] what came while it was on its way needs no question', async () => {
    let answer: (page: Page) => void = () => {}
    const { client, link, live, view } = opened({ fetchPage: () => new Promise((resolve) => (answer = resolve)) })
    await live(messages(10, 20))
    const loading = client.loadOlder()
    link.say(changes([21, 21], [edited(21)]), changes([22, 22], [message(22)]))
    answer({ covers: [5, 9], messages: messages(5, 9), more: true, moreAfter: true, asOf: 20 })
    await loading
    expect(seen(view().rows)[2]).toBe('7 edited at 21')
    expect(hellos(link.heard())).toEqual([])
  })

  test('[HIS2] [AC-03] a cut in between loses neither the page nor what happened to it', async () => {
    const { client, link, view } = await withPage(15)
    const loading = client.loadOlder()
    await settled()
    link.say(welcome({ head: 20 }), changes([16, 18], [edited(17)], false))
    link.drop()
    link.heard()
    link.open()
    expect(link.heard()).toEqual([helloFrom(15, 5)])
    link.say(welcome({ head: 21 }), changes([16, 21], [edited(19), message(21)]))
    await loading
    expect([seen(view().rows)[2], seen(view().rows).at(-1)]).toEqual(['7 edited at 19', '21 message 21'])
  })

  test('[HIS2] offline, a page that is as new as what is held is shown', async () => {
    const { client, link, view } = await withPage(20)
    link.drop()
    await client.loadOlder()
    expect(seen(view().rows)[0]).toBe('5 message 5')
    link.heard()
    link.open()
    expect(link.heard()).toEqual([helloFrom(20, 5)])
  })

  test('[HIS2] one that is thousands of events behind costs nobody their window', async () => {
    const { client, link, live, view } = opened({
      fetchPage: async () => ({ covers: [5, 9], messages: messages(5, 9), more: true, moreAfter: true, asOf: 9 }),
    })
    await live(messages(10, 20))
    link.say(changes([21, 2_100], []))
    await client.loadOlder()
    expect([view().older, hellos(link.heard())]).toEqual(['failed', []])
  })
})

describe('a client that was away for long', () => {
  /** Pages as the database has them; `away` fails. */
  function withHistory(pages: (ChangesPage | 'away')[]) {
    const asked: [since: number, from: number, seq: number][] = []
    const room = opened({
      async fetchChanges(_room, since, from, seq) {
        asked.push([since, from, seq])
        const page = pages.shift()
        if (!page || page === 'away') throw new Error('The database is away')
        return page
      },
    })
    return { ...room, asked, pages }
  }

  test('[RES6] reads in the history what the log no longer has, and goes on with the log', async () => {
    const edited = message(4, { rev: 12, text: 'edited' })
    const { asked, link, live, view } = withHistory([
      { to: 9, messages: messages(6, 9), more: true, asOf: 30 },
      { to: 30, messages: [edited, ...messages(10, 14)], more: false, asOf: 30 },
    ])
    await live(messages(3, 5))
    link.drop()
    link.open()
    link.heard()
    link.say(welcome({ head: 40, floor: 25 }), { t: 'behind', floor: 25 })
    await settled()
    expect(asked).toEqual([
      [5, 3, 0],
      [9, 3, 0],
    ])
    expect(link.heard()).toEqual([{ t: 'more', to: 30 }])
    link.say(changes([31, 40], [message(40)]))
    expect(seen(view().rows).slice(0, 3)).toEqual(['3 message 3', '4 edited', '5 message 5'])
    expect([seen(view().rows).at(-1), view().connection.state]).toEqual(['40 message 40', 'live'])
  })

  test('[RES6] reads an event that touched more than a page holds in parts', async () => {
    const gone = (seq: number) => message(seq, { rev: 30, text: '', deleted: { by: null, at: 1 } })
    const { asked, link, live } = withHistory([
      { to: 29, seq: 3, messages: [gone(3)], more: true, asOf: 30 },
      { to: 29, seq: 4, messages: [gone(4)], more: true, asOf: 30 },
      { to: 30, messages: [gone(5)], more: false, asOf: 30 },
    ])
    await live(messages(3, 5))
    link.drop()
    link.open()
    link.heard()
    link.say(welcome({ head: 40, floor: 31 }), { t: 'behind', floor: 31 })
    await settled()
    expect(asked).toEqual([
      [5, 3, 0],
      [29, 3, 3],
      [29, 3, 4],
    ])
    expect(link.heard()).toEqual([{ t: 'more', to: 30 }])
  })

  test('[RES6] [AC-03] aborted anywhere, it goes on from what was applied', async () => {
    const { asked, link, live, pages } = withHistory([
      { to: 9, messages: messages(6, 9), more: true, asOf: 30 },
      'away',
    ])
    await live(messages(3, 5))
    link.drop()
    link.open()
    link.say(welcome({ head: 40, floor: 25 }), { t: 'behind', floor: 25 })
    await settled()
    link.drop()
    link.heard()
    link.open()
    expect(link.heard()).toEqual([helloFrom(9, 3)])
    pages.push({ to: 24, messages: [], more: false, asOf: 24 })
    link.say(welcome({ head: 40, floor: 25 }), { t: 'behind', floor: 25 })
    await settled()
    expect(asked.at(-1)).toEqual([9, 3, 0])
    expect(link.heard()).toEqual([{ t: 'more', to: 24 }])
  })

  test('[RES6] waits for a database that is away or behind, within five seconds each time', async () => {
    const behind: ChangesPage = { to: 20, messages: [], more: false, asOf: 20 }
    const { asked, clock, link, live } = withHistory(['away', behind, behind, { ...behind, to: 24, asOf: 24 }])
    await live(messages(3, 5))
    link.drop()
    link.open()
    link.say(welcome({ head: 40, floor: 25 }), { t: 'behind', floor: 25 })
    await settled()
    expect(asked).toHaveLength(1)
    await clock.turn(5_000)
    expect(asked).toEqual([
      [5, 3, 0],
      [5, 3, 0],
      [20, 3, 0],
      [20, 3, 0],
    ])
    expect(link.heard().at(-1)).toEqual({ t: 'more', to: 24 })
  })
})

describe('a socket that did not keep up', () => {
  test('[RES5] which missed the last chunk is not live with what happens next, and says hello again', async () => {
    const { live, link, view } = opened()
    await live(messages(1, 5))
    link.drop()
    link.open()
    link.say(welcome({ head: 9 }), changes([6, 7], messages(6, 7), false))
    link.heard()
    link.say(changes([10, 10], [message(10)]))
    expect([view().connection.state, link.heard()]).toEqual(['catching_up', [helloFrom(7, 1)]])
    link.say(welcome({ head: 10 }), changes([8, 10], messages(8, 10)))
    expect([view().connection.state, seen(view().rows).length]).toEqual(['live', 10])
  })

  test('[LAG3] says hello again and loses nothing', async () => {
    const { link, live, view } = opened()
    await live(messages(1, 5))
    link.say({ t: 'lagging' }, { t: 'lagging' })
    expect(link.heard()).toEqual([helloFrom(5, 1)])
    link.say(welcome({ head: 9 }), changes([6, 9], messages(6, 9)))
    expect(seen(view().rows)).toHaveLength(9)
    link.say({ t: 'lagging' })
    expect(link.heard().at(-1)).toEqual(helloFrom(9, 1))
  })
})

describe('returning', () => {
  test('[AC-04] [AC-08] [AC-28] ten times in the background and back: messages, edits and reactions still arrive', async () => {
    const page = fakePage()
    const { clock, link, live, view } = opened({ page })
    await live([message(1)])
    let head = 1
    for (const minutes of [1, 2, 5, 30, 1, 2, 5, 30, 60, 1]) {
      page.hide()
      link.drop(1006, null)
      await clock.turn(minutes * 60_000)
      const reconnects = link.reconnects
      page.wake()
      expect(link.reconnects).toBe(reconnects + 1)
      link.heard()
      link.open()
      expect(link.heard()).toEqual([helloFrom(head, 1)])
      const reaction = { emoji: '👍', count: 1, people: [grace] }
      const [edited, reacted] = [
        message(1, { rev: head + 2, text: `edit ${head}` }),
        message(head + 1, { rev: head + 3, reactions: [reaction] }),
      ]
      link.say(welcome({ head: head + 3 }), changes([head + 1, head + 3], [edited, reacted]))
      expect(seen(view().rows)[0]).toBe(`1 edit ${head}`)
      expect(view().rows.at(-1)).toMatchObject({ message: { seq: head + 1, reactions: [reaction] } })
      expect(view().connection.state).toBe('live')
      head += 3
    }
  })

  test('[RES1] [AC-06] what was edited, deleted, reacted to and posted meanwhile is what a fresh load shows', async () => {
    const store = memoryStore()
    const first = opened({ store })
    await first.live(messages(1, 6))
    await first.clock.turn(500)
    first.client.close()
    await settled()
    const states = [
      message(2, { rev: 7, text: 'edited', editedAt: 7 }),
      { ...message(3, { rev: 8 }), text: '', deleted: { at: 8, by: grace } },
      message(4, { rev: 10, reactions: [{ emoji: '👍', count: 2, people: [ada, grace] }] }),
      message(11),
    ]
    const resumed = opened({ store })
    await settled()
    resumed.link.open()
    resumed.link.say(welcome({ head: 11 }), changes([7, 11], states))
    const fresh = opened()
    const held = new Map([...messages(1, 6), ...states].map((state) => [state.seq, state]))
    await fresh.live([...held.values()])
    expect(resumed.view().rows).toEqual(fresh.view().rows)
  })
})

describe('what disappears', () => {
  const hours = 3_600_000

  test.each([-5 * hours, 0, 5 * hours])(
    '[EXP1] [AC-34] goes at its time by the room, on a device whose clock is %i ms off',
    async (offMs) => {
      const { clock, link, view } = opened()
      const roomNow = clock.now() - offMs
      await settled()
      link.open()
      const short = message(1, { expiresAt: roomNow + 90_000 })
      link.say(welcome({ head: 2, now: roomNow }), changes([1, 2], [short, message(2)]))
      expect(view().clockOffset).toBe(roomNow - clock.now())
      await clock.turn(89_999)
      link.say('pong:2')
      expect(seen(view().rows)).toEqual(['1 message 1', '2 message 2'])
      await clock.turn(1)
      expect(view().rows[0]).toMatchObject({ message: { text: '', deleted: { by: null } } })
    },
  )

  test('[EXP1] a clock that is set back shows nothing longer; that it was set is found out by asking the room', async () => {
    const page = fakePage()
    const { clock, link, view } = opened({ page })
    const roomNow = clock.now()
    await settled()
    link.open()
    const short = message(1, { expiresAt: roomNow + 10_000 })
    const lasting = message(2, { expiresAt: roomNow + hours })
    link.say(welcome({ head: 2, now: roomNow }), changes([1, 2], [short, lasting]))
    const texts = () => view().rows.map((row) => row.state === 'confirmed' && row.message.text)
    link.heard()
    clock.set(-5 * hours)
    await clock.turn(10_000)
    expect(texts()).toEqual(['', 'message 2'])
    expect(hellos(link.heard())).toEqual([helloFrom(2, 1)])
    const answer = [welcome({ head: 2, now: roomNow + 10_000 }), changes([3, 2], [])]
    link.say(...answer)
    clock.set(10 * hours)
    page.wake()
    expect(texts()).toEqual(['', ''])
    expect(hellos(link.heard())).toEqual([helloFrom(2, 1)])
    link.say(...answer)
    expect(texts()).toEqual(['', 'message 2'])
  })

  test('[EXP1] one that lasts for months holds no timer that a browser cannot keep', async () => {
    const { clock, link, view } = opened()
    const roomNow = clock.now()
    await settled()
    link.open()
    const days = 90 * 24 * hours
    link.say(welcome({ head: 1, now: roomNow }), changes([1, 1], [message(1, { expiresAt: roomNow + days })]))
    link.drop(1006, null)
    await clock.turn(days - 1)
    expect(seen(view().rows)).toEqual(['1 message 1'])
    await clock.turn(1)
    expect(view().rows[0]).toMatchObject({ message: { text: '' } })
  })

  test('[ERA1] an account that is still being erased is nobody in what the history brings later', async () => {
    const theirs = messages(5, 9).map((one) => ({ ...one, by: grace }))
    const { client, link, view } = opened({
      fetchPage: async () => ({ covers: [5, 9], messages: theirs, more: true, moreAfter: true, asOf: 20 }),
    })
    await settled()
    link.open()
    const erasing = [{ seq: 20, at: 0, person: grace, mode: 'keep' as const }]
    link.say(welcome({ head: 20, erasing }), changes([10, 20], messages(10, 12)))
    await client.loadOlder()
    const authors = view().rows.map((row) => row.state === 'confirmed' && row.message.by)
    expect(new Set(authors)).toEqual(new Set([null]))
  })
})

describe('the pins', () => {
  test('[PIN1] they are fetched when the room becomes live, kept up by what comes, and fetched anew after an absence', async () => {
    const pin = (seq: number, pinnedAt: number, rev = seq) => message(seq, { pinnedAt, rev })
    const lists: Pins[] = [
      { messages: [pin(2, 900)], asOf: 12 },
      { messages: [pin(2, 900), pin(1, 100)], asOf: 20 },
      { messages: [pin(1, 100)], asOf: 26 },
    ]
    let asked = 0
    const { clock, link, live, view } = opened({ fetchPins: async () => lists[asked++]! })
    const pins = () => view().pins.map(({ seq }) => seq)
    await live(messages(10, 20))
    expect(pins()).toEqual([2])
    // The database was behind what is held.
    await clock.turn(1_000)
    expect([asked, pins()]).toEqual([2, [2, 1]])
    link.say(changes([21, 21], [pin(15, 1_000, 21)]))
    expect(pins()).toEqual([15, 2, 1])
    link.say(changes([22, 22], [message(15, { rev: 22 })]))
    expect(pins()).toEqual([2, 1])
    link.drop()
    link.open()
    link.say(welcome({ head: 22 }), changes([23, 22], []))
    await settled()
    expect(asked).toBe(2)
    link.drop()
    link.open()
    link.say(welcome({ head: 26 }), changes([23, 26], []))
    await settled()
    expect([asked, pins()]).toEqual([3, [1]])
  })
})
