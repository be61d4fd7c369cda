import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Bump, BumpAnswer } from '../../durable-objects/between.ts'
import { limits } from '../../protocol/limits.ts'
import { makeLimitsSmall } from './world/small-limits.ts'
import { Town, type Heard } from './world/town.ts'

const [ada, grace, linus, stranger] = ['ada', 'grace', 'linus', 'mary'].map(
  (_, index) => `00000000-0000-4000-8000-${(index + 0xada0).toString(16).padStart(12, '0')}`,
) as [string, string, string, string]
const names = new Map([
  [ada, 'Ada'],
  [grace, 'Grace'],
  [linus, 'Linus'],
  [stranger, 'Mary'],
])

let town: Town
let restore: () => void
beforeEach(() => {
  restore = makeLimitsSmall()
  town = new Town(names, [ada, grace, linus])
})
afterEach(() => {
  town.close()
  restore()
})

/** The room is awake, and nothing is owed. */
async function quiet(): Promise<void> {
  town.enter(ada)
  await town.time.turn(5_000)
  town.told.length = 0
}

/** All that was told, person by person: a round reaches them in any order. */
function heard(): Heard[] {
  return town.told.toSorted((one, other) => (one.to < other.to ? -1 : one.to > other.to ? 1 : 0))
}

/** What was told, but for what is the same each time. */
function told(): unknown[] {
  return heard().map(({ to, bump }) => ({
    ...{ to: names.get(to), text: bump?.last?.text, count: bump?.count, mentions: bump?.mentions, news: bump?.news },
  }))
}

const nobody = (visit: number, wake: 'nothing' | 'mentions' | 'all' = 'nothing'): BumpAnswer => {
  return { state: 'nobody', visit, wake }
}

describe('who is told of what', () => {
  test('[BMP1] a message is told to every member, the author included, with how much each has to read', async () => {
    await quiet()

    town.post(ada, 'hello', [grace])
    await town.time.turn(100)

    expect(heard().map(({ to, bump }) => [to, bump])).toEqual(
      [ada, grace, linus].map((to) => [
        to,
        {
          ...{
            room: town.room,
            epoch: town.epoch(),
            n: 1,
            type: 'group',
            name: 'Engines',
            other: null,
            memberCount: 3,
          },
          ...{ role: to === ada ? 'owner' : to === grace ? 'moderator' : 'member', head: 1, delivered: 0, read: 0 },
          ...{ unread: { from: null, version: 0 }, count: to === ada ? 0 : 1, mentions: to === grace ? 1 : 0 },
          last: { seq: 1, at: expect.any(Number), by: ada, name: 'Ada', text: 'hello' },
          lastAt: expect.any(Number),
          news: to === ada ? null : to === grace ? 'mention' : 'message',
        },
      ]),
    )
  })

  test('[BMP1] an edit, a deletion and its taking back are told where they change a line, reactions and pins are not', async () => {
    await quiet()
    town.post(ada, 'first')
    town.post(ada, 'last')
    await town.time.turn(5_000)
    for (const reader of [ada, grace, linus]) town.read(reader, 2)
    await town.time.turn(5_000)
    town.told.length = 0

    town.say(ada, { t: 'react', id: town.freshId(), seq: 2, emoji: '👍', on: true })
    town.say(ada, { t: 'pin', id: town.freshId(), seq: 2, on: true })
    town.say(ada, { t: 'edit', id: town.freshId(), seq: 1, text: 'read by everyone', mentions: [grace] })
    await town.time.turn(5_000)
    expect(town.told).toEqual([])

    town.say(ada, { t: 'edit', id: town.freshId(), seq: 2, text: 'the very last' })
    await town.time.turn(5_000)
    town.say(ada, { t: 'delete', id: town.freshId(), seq: 2 })
    await town.time.turn(5_000)
    town.say(ada, { t: 'undelete', id: town.freshId(), seq: 2 })
    await town.time.turn(5_000)

    const last = town.told.filter(({ to }) => to === linus).map(({ bump }) => [bump?.last?.text, bump?.last?.deleted])
    expect(last).toEqual([
      ['the very last', undefined],
      ['', true],
      ['the very last', undefined],
    ])
  })

  test('[BMP1] [AC-19] a deletion of a message that someone has not read lowers their count, and theirs alone is below', async () => {
    await quiet()
    for (const text of ['one', 'two', 'three']) town.post(ada, text)
    await town.time.turn(5_000)
    town.read(linus, 3)
    await town.time.turn(5_000)
    town.told.length = 0

    town.say(ada, { t: 'delete', id: town.freshId(), seq: 1 })
    await town.time.turn(5_000)

    expect(heard().map(({ to, bump }) => [names.get(to), bump?.count])).toEqual([
      ['Ada', 0],
      ['Grace', 2],
      ['Linus', 0],
    ])
  })

  test('[BMP2] reading on, and a mark as unread, are told to that person alone', async () => {
    await quiet()
    town.post(ada, 'one')
    town.post(ada, 'two')
    await town.time.turn(5_000)
    town.told.length = 0

    town.read(grace, 2)
    await town.time.turn(5_000)
    town.say(grace, { t: 'unread', from: 2 })
    await town.time.turn(5_000)

    expect(town.told.map(({ to, bump }) => [names.get(to), bump?.read, bump?.unread.from, bump?.count])).toEqual([
      ['Grace', 2, null, 0],
      ['Grace', 2, 2, 1],
    ])
  })

  test('[BMP2] having received something is no news to anyone’s list', async () => {
    await quiet()
    town.post(ada, 'one')
    await town.time.turn(5_000)
    town.told.length = 0

    await town.ask((room) => room.received(grace, 1))
    await town.time.turn(5_000)

    expect(town.told).toEqual([])
    expect(town.member(grace)).toMatchObject({ delivered: 1, read: 0 })
  })

  test('[INB7] what was received stays received, although the room dies as soon as it has answered', async () => {
    await quiet()
    town.post(ada, 'one')
    await town.time.turn(5_000)

    const answers: string[] = []
    void town.host.call('received', (room) => room.received(grace, 1)).then((said) => answers.push(said))
    while (answers.length === 0) await town.time.turn(1)
    town.host.kill()

    expect(answers).toEqual(['heard'])
    expect(town.member(grace)).toMatchObject({ delivered: 1, read: 0 })
  })

  test('[INB7] a room that may not write says that it has not heard what was received', async () => {
    await quiet()
    town.post(ada, 'one')
    await town.time.turn(5_000)
    town.postgres.call('claim_epoch', { p_room_id: town.room })
    town.post(ada, 'two')
    await town.time.turn(1_000)

    expect(await town.ask((room) => room.received(grace, 1))).toBe('away')
    expect(await town.ask((room) => room.received(stranger, 1))).toBe('gone')
  })

  test('[BMP3] a newcomer hears how the room stands; whoever is removed hears that it is theirs no more', async () => {
    await quiet()
    await town.change(ada, { kind: 'add', person: stranger })
    await town.time.turn(5_000)
    expect(town.told.map(({ to, bump }) => [names.get(to), bump?.memberCount])).toContainEqual(['Mary', 4])
    town.told.length = 0

    await town.change(ada, { kind: 'remove', person: grace })
    await town.time.turn(5_000)

    const said = heard().map(({ to, bump, gone }) => [names.get(to), gone?.n ?? bump?.memberCount])
    expect(said.filter(([name]) => name !== 'Grace')).toEqual(['Ada', 'Linus', 'Mary'].map((name) => [name, 3]))
    expect(said.filter(([name]) => name === 'Grace')).toEqual([['Grace', expect.any(Number)]])
  })

  test('[BMP3] [ERA2] an erased account’s inbox hears that the room is gone, and nobody’s list names them', async () => {
    await quiet()
    town.post(grace, 'mine')
    await town.time.turn(5_000)
    town.told.length = 0

    await town.ask((room) => room.eraseAccount(grace, 'keep'))
    await town.time.turn(5_000)

    expect(town.told.filter(({ to }) => to === grace).map(({ gone }) => gone?.n)).toEqual([expect.any(Number)])
    const last = { seq: 1, at: expect.any(Number), by: null, name: null, text: 'mine' }
    expect(town.told.filter(({ to }) => to === linus).map(({ bump }) => bump?.last)).toEqual([last])
  })

  test('[BMP1] who left is still called by their name where they wrote last', async () => {
    await quiet()
    town.post(grace, 'bye')
    await town.time.turn(5_000)
    town.told.length = 0

    await town.change(ada, { kind: 'remove', person: grace })
    await town.time.turn(5_000)

    expect(town.told.find(({ to }) => to === linus)?.bump?.last).toMatchObject({
      by: grace,
      name: 'Grace',
      text: 'bye',
    })
  })

  test('[BMP1] the newest message is shown long after the log has let it go', async () => {
    await quiet()
    town.post(ada, 'of long ago')
    await town.time.turn(120_000)
    for (let i = 0; i < 40; i++) {
      town.say(ada, { t: 'change', id: town.freshId(), description: `${i}` })
      await town.time.turn(5_000)
    }
    await town.time.turn(120_000)
    town.say(ada, { t: 'change', id: town.freshId(), name: 'Looms' })
    await town.time.turn(5_000)

    expect(town.events('posted')).toEqual([])
    expect(town.told.find(({ to, bump }) => to === linus && bump?.name === 'Looms')?.bump?.last?.text).toBe(
      'of long ago',
    )
  })

  test('[BMP1] [IMP1] what an import brings changes lines and is no news', async () => {
    await quiet()
    const messages = [1, 2].map((number) => ({
      ...{ id: `00000000-0000-8000-8000-00000000000${number}`, at: number, by: grace, source: null },
      text: `${number} of long ago`,
    }))

    await town.ask((room) => room.import({ messages, append: false }))
    await town.time.turn(5_000)

    expect(told()).toEqual(
      ['Ada', 'Grace', 'Linus'].map((to) => ({ to, text: '2 of long ago', count: 0, mentions: 0, news: null })),
    )
  })

  test('[BMP1] [IMP1] what is imported after newer messages does not take the room down in the lists', async () => {
    await quiet()
    town.post(ada, 'today')
    await town.time.turn(5_000)
    const { lastAt } = town.told.at(-1)!.bump!
    town.told.length = 0
    const old = { id: '00000000-0000-8000-8000-000000000001', at: 1, by: grace, text: 'of long ago', source: null }

    await town.ask((room) => room.import({ messages: [old], append: true }))
    await town.time.turn(5_000)

    expect(town.told.map(({ bump }) => [bump?.last?.text, bump?.lastAt])).toEqual(
      town.told.map(() => ['of long ago', lastAt]),
    )
    expect(town.told).toHaveLength(3)
  })

  test('[BMP4] in a room of too many only who is mentioned is told, and each of their own marks', async () => {
    const numbers: Record<string, number> = limits
    const most = numbers['bumpMembers']!
    numbers['bumpMembers'] = 2
    try {
      await quiet()
      town.post(ada, 'to all who look')
      await town.time.turn(5_000)
      expect(told()).toEqual([])

      town.post(ada, 'Grace?', [grace])
      await town.time.turn(5_000)
      town.read(linus, 2)
      await town.time.turn(5_000)

      expect(told()).toEqual([
        { to: 'Grace', text: 'Grace?', count: 2, mentions: 1, news: 'mention' },
        { to: 'Linus', text: 'Grace?', count: 0, mentions: 0, news: null },
      ])
    } finally {
      numbers['bumpMembers'] = most
    }
  })
})

describe('when', () => {
  test('[BMP5] what comes first is told at once, what follows together, at most every 500 ms', async () => {
    await quiet()
    const began = town.time.now()
    for (let i = 1; i <= 20; i++) {
      town.post(ada, `${i}`)
      await town.time.turn(100)
    }
    await town.time.turn(5_000)

    const times = town.told.filter(({ to }) => to === linus).map(({ at }) => at)
    expect(times[0]! - began).toBeLessThan(100)
    expect(times.length).toBeGreaterThanOrEqual(4)
    expect(times.length).toBeLessThanOrEqual(6)
    expect(town.told.at(-1)?.bump?.last?.text).toBe('20')
  })

  test('[BMP5] n rises with every round and with every answer to someone who is back', async () => {
    await quiet()
    const ns: number[] = []
    for (const text of ['one', 'two', 'three']) {
      town.post(ada, text)
      await town.time.turn(5_000)
      ns.push(town.told.at(-1)!.bump!.n)
      const answer = await town.ask((room) => room.back(grace, 1))
      if (answer.state === 'bump') ns.push(answer.bump.n)
    }
    expect(ns).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('[HIB2] a quiet room to whose inboxes nothing is owed plans no bump, sets no timer and sleeps', async () => {
    await quiet()
    town.post(ada, 'and then silence')
    await town.time.turn(60_000)

    expect(town.host.storage.read("select kind from agenda where kind in ('bump', 'flush')")).toEqual([])
    expect(town.host.sleep()).toBe(true)
  })
})

describe('silence', () => {
  test('[BMP6] an inbox without a device is told nothing more until it is back, and then how the room stands', async () => {
    await quiet()
    town.answers.set(grace, () => nobody(7))
    for (const text of ['one', 'two', 'three']) {
      town.post(ada, text, text === 'two' ? [grace] : [])
      await town.time.turn(5_000)
    }
    expect(town.told.filter(({ to }) => to === grace).map(({ bump }) => bump?.last?.text)).toEqual(['one'])

    town.answers.delete(grace)
    const answer = await town.ask((room) => room.back(grace, 8))
    expect(answer).toMatchObject({ state: 'bump', bump: { count: 3, mentions: 1, last: { text: 'three' } } })
    town.post(ada, 'four')
    await town.time.turn(5_000)

    expect(town.told.filter(({ to }) => to === grace).map(({ bump }) => bump?.last?.text)).toEqual(['one', 'four'])
  })

  test('[BMP6] where nobody listens nothing is planned; what came meanwhile is no news to who is back', async () => {
    await quiet()
    for (const person of [ada, grace, linus]) town.answers.set(person, () => nobody(7))
    town.post(ada, 'one')
    await town.time.turn(5_000)
    town.post(ada, 'two')
    expect(town.host.storage.read("select kind from agenda where kind = 'bump'")).toEqual([])
    await town.time.turn(5_000)

    town.answers.clear()
    await town.ask((room) => room.back(grace, 8))
    town.told.length = 0
    town.say(ada, { t: 'edit', id: town.freshId(), seq: 2, text: 'too' })
    await town.time.turn(5_000)
    town.post(ada, 'three')
    await town.time.turn(5_000)

    expect(told()).toEqual([
      { to: 'Grace', text: 'too', count: 2, mentions: 0, news: null },
      { to: 'Grace', text: 'three', count: 3, mentions: 0, news: 'message' },
    ])
  })

  test('[BMP6] silence and what ends it survive the room’s sleep and its death', async () => {
    await quiet()
    town.answers.set(grace, () => nobody(7))
    town.post(ada, 'one')
    await town.time.turn(60_000)
    town.host.kill()
    town.enter(ada)
    await town.time.turn(1_000)
    town.post(ada, 'two')
    await town.time.turn(5_000)

    expect(town.told.filter(({ to }) => to === grace)).toHaveLength(1)
  })

  test('[BMP6] what an inbox wants to be woken for is told all the same', async () => {
    await quiet()
    town.answers.set(grace, () => nobody(7, 'mentions'))
    town.answers.set(linus, () => nobody(7, 'all'))
    for (const [text, mentions] of [
      ['one', []],
      ['two', []],
      ['Grace!', [grace]],
    ] as const) {
      town.post(ada, text, mentions)
      await town.time.turn(5_000)
    }
    town.say(ada, { t: 'delete', id: town.freshId(), seq: 3 })
    await town.time.turn(5_000)

    const texts = (person: string) => town.told.filter(({ to }) => to === person).map(({ bump }) => bump?.last?.text)
    expect(texts(grace)).toEqual(['one', 'Grace!'])
    expect(texts(linus)).toEqual(['one', 'two', 'Grace!'])
  })

  test('[BMP6] a `nobody` that is older than the last `back` counts for nothing', async () => {
    await quiet()
    town.answers.set(grace, () => nobody(7))
    expect(await town.ask((room) => room.back(grace, 8))).toMatchObject({ state: 'bump' })
    town.post(ada, 'crossing')
    await town.time.turn(100)
    town.answers.delete(grace)
    await town.time.turn(5_000)

    const crossing = town.told.filter(({ to }) => to === grace).map(({ bump }) => [bump?.last?.text, bump?.news])
    expect(crossing).toEqual([
      ['crossing', 'message'],
      ['crossing', 'message'],
    ])
  })

  test('[BMP6] an object without storage has nobody in silence, and is not woken to say so', async () => {
    expect(await town.ask((room) => room.back(grace, 1))).toEqual({ state: 'unwritten' })
    expect(town.host.storage.read('select 1 from room')).toEqual([])
    await quiet()
    expect(await town.ask((room) => room.back(stranger, 1))).toEqual({ state: 'gone' })
  })
})

describe('whatever goes wrong', () => {
  test('[BMP7] an inbox that cannot be reached is tried again ever more seldom, and holds up nobody else', async () => {
    await quiet()
    town.answers.set(grace, () => null)
    for (const text of ['one', 'two', 'three']) {
      town.post(ada, text)
      await town.time.turn(5_000)
    }
    expect(town.told.filter(({ to }) => to === linus).map(({ bump }) => bump?.last?.text)).toEqual([
      'one',
      'two',
      'three',
    ])
    await town.time.turn(600_000)
    const tries = town.told.filter(({ to }) => to === grace).map(({ at }) => at)
    expect(tries.length).toBeGreaterThan(10)
    expect(tries.length).toBeLessThan(30)
    expect(tries.at(-1)! - tries.at(-2)!).toBeGreaterThanOrEqual(30_000)

    town.told.length = 0
    town.answers.delete(grace)
    await town.time.turn(120_000)

    expect(told()).toEqual([{ to: 'Grace', text: 'three', count: 3, mentions: 0, news: 'message' }])
    expect(town.host.storage.read("select 1 from agenda where kind = 'bump'")).toEqual([])
  })

  test('[BMP3] whoever left hears of it however long their inbox is away, also while they are silent', async () => {
    await quiet()
    town.answers.set(grace, () => nobody(1))
    town.post(ada, 'one')
    await town.time.turn(5_000)
    town.answers.set(grace, () => null)
    await town.change(ada, { kind: 'remove', person: grace })
    await town.time.turn(300_000)
    town.told.length = 0
    town.answers.delete(grace)
    await town.time.turn(120_000)

    expect(town.told.map(({ to, gone }) => [names.get(to), gone])).toEqual([
      ['Grace', { room: town.room, epoch: town.epoch(), n: expect.any(Number) }],
    ])
  })

  test('[BMP3] who is a member again before they heard that they were not is told how the room stands', async () => {
    await quiet()
    town.answers.set(grace, () => null)
    await town.change(ada, { kind: 'remove', person: grace })
    await town.time.turn(5_000)
    await town.change(ada, { kind: 'add', person: grace })
    town.told.length = 0
    town.answers.delete(grace)
    await town.time.turn(120_000)

    const hers = town.told.filter(({ to }) => to === grace)
    expect(hers.map(({ gone }) => gone)).toEqual(hers.map(() => undefined))
    expect(hers.at(-1)?.bump).toMatchObject({ memberCount: 3 })
  })

  test('[BMP3] who was silent, left, and is a member again before they heard of it is told how the room stands', async () => {
    await quiet()
    town.answers.set(grace, () => nobody(7))
    town.post(ada, 'one')
    await town.time.turn(5_000)
    // The inbox takes the room off the list, and its answer is lost.
    town.answers.set(grace, () => null)
    await town.change(ada, { kind: 'remove', person: grace })
    await town.time.turn(100)
    await town.change(ada, { kind: 'add', person: grace })
    town.told.length = 0
    town.answers.set(grace, () => nobody(7))
    await town.time.turn(120_000)

    const hers = town.told.filter(({ to }) => to === grace)
    expect(hers.map(({ bump }) => bump?.memberCount)).toEqual([3])
    expect(town.host.storage.read("select 1 from agenda where kind = 'bump'")).toEqual([])
  })

  test('[BMP6] [HIB2] a room that begins anew wakes for nobody who is silent', async () => {
    await quiet()
    town.answers.set(grace, () => nobody(7))
    town.post(ada, 'one')
    await town.time.turn(5_000)
    const before = town.epoch()
    // Another object took the room: this one lets its epoch go.
    town.postgres.call('claim_epoch', { p_room_id: town.room })
    town.post(ada, 'two')
    await town.time.turn(200)
    await town.time.turn(120_000)

    expect(town.epoch()).toBeGreaterThan(before)
    expect(town.host.storage.read("select 1 from agenda where kind = 'bump'")).toEqual([])
  })

  test('[BMP6] [HIB2] what someone silent was to be woken for is owed no more once they have read it elsewhere', async () => {
    await quiet()
    town.answers.set(grace, () => nobody(7, 'all'))
    town.post(ada, 'one')
    await town.time.turn(5_000)
    town.answers.set(grace, () => null)
    town.post(ada, 'two')
    await town.time.turn(5_000)
    town.read(grace, 2)
    await town.time.turn(300_000)

    expect(town.host.storage.read("select 1 from agenda where kind = 'bump'")).toEqual([])
  })

  test('[BMP7] whatever instant the room dies at, everyone hears of the last message and of their own mark', async () => {
    await quiet()
    let seq = 0
    for (let life = 0; life < 60; life++) {
      town.enter(ada)
      town.enter(grace)
      await town.time.turn(200)
      town.post(ada, `life ${life}`)
      seq = town.head()
      if (life % 3 === 0) town.read(grace, seq)
      // So that the death falls into every phase of a round.
      await town.time.turn(life % 30)
      town.host.kill()
    }
    town.enter(ada)
    await town.time.turn(60_000)

    const [{ text, head }] = town.lastWord()
    for (const person of [ada, grace, linus]) {
      const bumps = town.told.flatMap(({ to, bump }) => (to === person && bump ? [bump] : []))
      const latest = bumps.reduce((one, other) => (newer(other, one) ? other : one))
      expect([names.get(person), latest.last?.text, latest.head]).toEqual([names.get(person), text, head])
      expect(latest.read).toBe(town.member(person).read)
      expect(latest.count).toBe(town.unreadOf(person))
    }
  })

  test('[BMP7] a room that dies right after a message, or a mark, tells it by itself, without anyone coming', async () => {
    const kept: number[] = []
    for (let afterMs = 0; afterMs <= 60; afterMs += 2) {
      town.close()
      town = new Town(names, [ada, grace, linus])
      await quiet()
      town.enter(grace)
      await town.time.turn(5_000)
      // What it says on its way to the inboxes is lost with it.
      town.weather.lossy = 1
      town.post(ada, 'the last word')
      await town.time.turn(afterMs)
      // The second half reads first: their own mark is what is owed.
      if (afterMs > 30) town.read(grace, 1)
      await town.time.turn(afterMs > 30 ? 100 + afterMs - 30 : 0)
      town.host.kill()
      town.weather.lossy = 0
      await town.time.turn(60_000)
      if (town.events('posted').length === 0) continue
      kept.push(afterMs)
      for (const person of [ada, grace, linus]) {
        const latest = town.told.findLast(({ to }) => to === person)?.bump
        const read = town.member(person).read
        expect([afterMs, latest?.last?.text, latest?.read]).toEqual([afterMs, 'the last word', read])
      }
    }
    expect(kept.length).toBeGreaterThan(20)
  })

  test('[BMP5] a room that wakes for the first time tells nobody: nothing was told that could be otherwise', async () => {
    town.enter(ada)
    await town.time.turn(5_000)
    expect(town.told).toEqual([])
  })

  test('[BMP7] [EPO1] after its storage is lost everyone is told how the room stands, in the new epoch', async () => {
    await quiet()
    town.post(ada, 'kept')
    await town.time.turn(5_000)
    const before = town.epoch()
    town.told.length = 0
    town.host.wipe()
    town.enter(ada)
    await town.time.turn(5_000)

    expect(told()).toEqual(
      ['Ada', 'Grace', 'Linus'].map((to) => {
        return { to, text: 'kept', count: to === 'Ada' ? 0 : 1, mentions: 0, news: null }
      }),
    )
    expect(town.told.every(({ bump }) => bump!.epoch > before)).toBe(true)
  })
})

describe('what inboxes ask of a room', () => {
  test('[UNR4] a whole room is marked as read, or as unread from the last message of someone else on', async () => {
    await quiet()
    for (const [by, text] of [
      [ada, 'one'],
      [ada, 'two'],
      [grace, 'mine'],
    ] as const)
      town.post(by, text)
    await town.time.turn(5_000)

    expect(await town.ask((room) => room.markAll(grace, 'read'))).toBe('marked')
    expect(town.member(grace)).toMatchObject({ read: 3, unread_from: null })
    expect(await town.ask((room) => room.markAll(grace, 'read'))).toBe('nothing')
    expect(await town.ask((room) => room.markAll(grace, 'unread'))).toBe('marked')
    expect(town.member(grace)).toMatchObject({ read: 3, unread_from: 2 })
    expect(await town.ask((room) => room.markAll(stranger, 'read'))).toBe('gone')
    await town.time.turn(5_000)
    expect(town.told.at(-1)?.bump).toMatchObject({ count: 1, unread: { from: 2 } })
  })

  test('[UNR3] a block that Postgres has by now takes mentions out of the line, at once', async () => {
    await quiet()
    town.post(linus, 'Grace!', [grace])
    await town.time.turn(5_000)
    expect(town.told.find(({ to }) => to === grace)?.bump?.mentions).toBe(1)
    town.told.length = 0

    town.blocks.set(grace, [linus])
    expect(await town.ask((room) => room.refreshMembers())).toBe('fresh')
    await town.time.turn(5_000)

    expect(told()).toEqual([{ to: 'Grace', text: 'Grace!', count: 1, mentions: 0, news: null }])
  })
})

function newer(one: Bump, other: Bump): boolean {
  return one.epoch > other.epoch || (one.epoch === other.epoch && one.n > other.n)
}
