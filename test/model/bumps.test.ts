import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { makeLimitsSmall } from './world/small-limits.ts'
import { personId } from './world/ids.ts'
import { Hall, nobody } from './world/hall.ts'

const [ada, grace, linus, stranger] = [personId(0), personId(1), personId(2), personId(3)]
const names = new Map([
  [ada, 'Ada'],
  [grace, 'Grace'],
  [linus, 'Linus'],
  [stranger, 'Mary'],
])

let hall: Hall
let restore: () => void
beforeEach(() => {
  restore = makeLimitsSmall()
  hall = new Hall(names, [ada, grace, linus])
})
afterEach(() => {
  hall.close()
  restore()
})

describe('who is told of what', () => {
  test('[BMP1] a message is told to every member, the author included, with how much each has to read', async () => {
    await hall.quiet()

    hall.post(ada, 'hello', [grace])
    await hall.time.turn(100)

    expect(hall.heard().map(({ to, bump }) => [to, bump])).toEqual(
      [ada, grace, linus].map((to) => [
        to,
        {
          ...{
            room: hall.room,
            epoch: hall.epoch(),
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
    await hall.quiet()
    hall.post(ada, 'first')
    hall.post(ada, 'last')
    await hall.time.turn(5_000)
    for (const reader of [ada, grace, linus]) hall.read(reader, 2)
    await hall.time.turn(5_000)
    hall.told.length = 0

    hall.say(ada, { t: 'react', id: hall.freshId(), seq: 2, emoji: '👍', on: true })
    hall.say(ada, { t: 'pin', id: hall.freshId(), seq: 2, on: true })
    hall.say(ada, { t: 'edit', id: hall.freshId(), seq: 1, text: 'read by everyone', mentions: [grace] })
    await hall.time.turn(5_000)
    expect(hall.told).toEqual([])

    hall.say(ada, { t: 'edit', id: hall.freshId(), seq: 2, text: 'the very last' })
    await hall.time.turn(5_000)
    hall.say(ada, { t: 'delete', id: hall.freshId(), seq: 2 })
    await hall.time.turn(5_000)
    hall.say(ada, { t: 'undelete', id: hall.freshId(), seq: 2 })
    await hall.time.turn(5_000)

    const last = hall.told.filter(({ to }) => to === linus).map(({ bump }) => [bump?.last?.text, bump?.last?.deleted])
    expect(last).toEqual([
      ['the very last', undefined],
      ['', true],
      ['the very last', undefined],
    ])
  })

  test('[BMP1] [AC-19] a deletion of a message that someone has not read lowers their count, and theirs alone is below', async () => {
    await hall.quiet()
    for (const text of ['one', 'two', 'three']) hall.post(ada, text)
    await hall.time.turn(5_000)
    hall.read(linus, 3)
    await hall.time.turn(5_000)
    hall.told.length = 0

    hall.say(ada, { t: 'delete', id: hall.freshId(), seq: 1 })
    await hall.time.turn(5_000)

    expect(hall.heard().map(({ to, bump }) => [names.get(to), bump?.count])).toEqual([
      ['Ada', 0],
      ['Grace', 2],
      ['Linus', 0],
    ])
  })

  test('[BMP2] reading on, and a mark as unread, are told to that person alone', async () => {
    await hall.quiet()
    hall.post(ada, 'one')
    hall.post(ada, 'two')
    await hall.time.turn(5_000)
    hall.told.length = 0

    hall.read(grace, 2)
    await hall.time.turn(5_000)
    hall.say(grace, { t: 'unread', from: 2 })
    await hall.time.turn(5_000)

    expect(hall.told.map(({ to, bump }) => [names.get(to), bump?.read, bump?.unread.from, bump?.count])).toEqual([
      ['Grace', 2, null, 0],
      ['Grace', 2, 2, 1],
    ])
  })

  test('[BMP2] having received something is no news to anyone’s list', async () => {
    await hall.quiet()
    hall.post(ada, 'one')
    await hall.time.turn(5_000)
    hall.told.length = 0

    await hall.ask((room) => room.received(grace, 1))
    await hall.time.turn(5_000)

    expect(hall.told).toEqual([])
    expect(hall.member(grace)).toMatchObject({ delivered: 1, read: 0 })
  })

  test('[INB7] what was received stays received, although the room dies as soon as it has answered', async () => {
    await hall.quiet()
    hall.post(ada, 'one')
    await hall.time.turn(5_000)

    const answers: string[] = []
    void hall.host.call('received', (room) => room.received(grace, 1)).then((said) => answers.push(said))
    while (answers.length === 0) await hall.time.turn(1)
    hall.host.kill()

    expect(answers).toEqual(['heard'])
    expect(hall.member(grace)).toMatchObject({ delivered: 1, read: 0 })
  })

  test('[INB7] a room that may not write says that it has not heard what was received', async () => {
    await hall.quiet()
    hall.post(ada, 'one')
    await hall.time.turn(5_000)
    hall.postgres.call('claim_epoch', { p_room_id: hall.room })
    hall.post(ada, 'two')
    await hall.time.turn(1_000)

    expect(await hall.ask((room) => room.received(grace, 1))).toBe('away')
    expect(await hall.ask((room) => room.received(stranger, 1))).toBe('gone')
  })

  test('[BMP3] a newcomer hears how the room stands; whoever is removed hears that it is theirs no more', async () => {
    await hall.quiet()
    await hall.change(ada, { kind: 'add', person: stranger })
    await hall.time.turn(5_000)
    expect(hall.told.map(({ to, bump }) => [names.get(to), bump?.memberCount])).toContainEqual(['Mary', 4])
    hall.told.length = 0

    await hall.change(ada, { kind: 'remove', person: grace })
    await hall.time.turn(5_000)

    const said = hall.heard().map(({ to, bump, gone }) => [names.get(to), gone?.n ?? bump?.memberCount])
    expect(said.filter(([name]) => name !== 'Grace')).toEqual(['Ada', 'Linus', 'Mary'].map((name) => [name, 3]))
    expect(said.filter(([name]) => name === 'Grace')).toEqual([['Grace', expect.any(Number)]])
  })

  test('[BMP3] [ERA2] an erased account’s inbox hears that the room is gone, and nobody’s list names them', async () => {
    await hall.quiet()
    hall.post(grace, 'mine')
    await hall.time.turn(5_000)
    hall.told.length = 0

    await hall.ask((room) => room.eraseAccount(grace, 'keep'))
    await hall.time.turn(5_000)

    expect(hall.told.filter(({ to }) => to === grace).map(({ gone }) => gone?.n)).toEqual([expect.any(Number)])
    const last = { seq: 1, at: expect.any(Number), by: null, name: null, text: 'mine' }
    expect(hall.told.filter(({ to }) => to === linus).map(({ bump }) => bump?.last)).toEqual([last])
  })

  test('[BMP1] who left is still called by their name where they wrote last', async () => {
    await hall.quiet()
    hall.post(grace, 'bye')
    await hall.time.turn(5_000)
    hall.told.length = 0

    await hall.change(ada, { kind: 'remove', person: grace })
    await hall.time.turn(5_000)

    expect(hall.told.find(({ to }) => to === linus)?.bump?.last).toMatchObject({
      by: grace,
      name: 'Grace',
      text: 'bye',
    })
  })

  test('[BMP1] the newest message is shown long after the log has let it go', async () => {
    await hall.quiet()
    hall.post(ada, 'of long ago')
    await hall.time.turn(120_000)
    for (let i = 0; i < 40; i++) {
      hall.say(ada, { t: 'change', id: hall.freshId(), description: `${i}` })
      await hall.time.turn(5_000)
    }
    await hall.time.turn(120_000)
    hall.say(ada, { t: 'change', id: hall.freshId(), name: 'Looms' })
    await hall.time.turn(5_000)

    expect(hall.events('posted')).toEqual([])
    expect(hall.told.find(({ to, bump }) => to === linus && bump?.name === 'Looms')?.bump?.last?.text).toBe(
      'of long ago',
    )
  })

  test('[BMP1] [IMP1] what an import brings changes lines and is no news', async () => {
    await hall.quiet()
    const messages = [1, 2].map((number) => ({
      ...{ id: `00000000-0000-8000-8000-00000000000${number}`, at: number, by: grace, source: null },
      text: `${number} of long ago`,
    }))

    await hall.ask((room) => room.import({ messages, append: false }))
    await hall.time.turn(5_000)

    expect(hall.lines()).toEqual(
      ['Ada', 'Grace', 'Linus'].map((to) => ({ to, text: '2 of long ago', count: 0, mentions: 0, news: null })),
    )
  })

  test('[BMP1] [IMP1] what is imported after newer messages does not take the room down in the lists', async () => {
    await hall.quiet()
    hall.post(ada, 'today')
    await hall.time.turn(5_000)
    const { lastAt } = hall.told.at(-1)!.bump!
    hall.told.length = 0
    const old = { id: '00000000-0000-8000-8000-000000000001', at: 1, by: grace, text: 'of long ago', source: null }

    await hall.ask((room) => room.import({ messages: [old], append: true }))
    await hall.time.turn(5_000)

    expect(hall.told.map(({ bump }) => [bump?.last?.text, bump?.lastAt])).toEqual(
      hall.told.map(() => ['of long ago', lastAt]),
    )
    expect(hall.told).toHaveLength(3)
  })

  test('[BMP4] in a room of too many only who is mentioned is told, and each of their own marks', async () => {
    onTestFinished(makeLimitsSmall({ bumpMembers: 2 }))
    await hall.quiet()
    hall.post(ada, 'to all who look')
    await hall.time.turn(5_000)
    expect(hall.lines()).toEqual([])

    hall.post(ada, 'Grace?', [grace])
    await hall.time.turn(5_000)
    hall.read(linus, 2)
    await hall.time.turn(5_000)

    expect(hall.lines()).toEqual([
      { to: 'Grace', text: 'Grace?', count: 2, mentions: 1, news: 'mention' },
      { to: 'Linus', text: 'Grace?', count: 0, mentions: 0, news: null },
    ])
  })
})

describe('when', () => {
  test('[BMP5] what comes first is told at once, what follows together, at most every 500 ms', async () => {
    await hall.quiet()
    const began = hall.time.now()
    for (let i = 1; i <= 20; i++) {
      hall.post(ada, `${i}`)
      await hall.time.turn(100)
    }
    await hall.time.turn(5_000)

    const times = hall.told.filter(({ to }) => to === linus).map(({ at }) => at)
    expect(times[0]! - began).toBeLessThan(100)
    expect(times.length).toBeGreaterThanOrEqual(4)
    expect(times.length).toBeLessThanOrEqual(6)
    expect(hall.told.at(-1)?.bump?.last?.text).toBe('20')
  })

  test('[BMP5] n rises with every round and with every answer to someone who is back', async () => {
    await hall.quiet()
    const ns: number[] = []
    for (const text of ['one', 'two', 'three']) {
      hall.post(ada, text)
      await hall.time.turn(5_000)
      ns.push(hall.told.at(-1)!.bump!.n)
      const answer = await hall.ask((room) => room.back(grace, 1))
      if (answer.state === 'bump') ns.push(answer.bump.n)
    }
    expect(ns).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('[HIB2] a quiet room to whose inboxes nothing is owed plans no bump, sets no timer and sleeps', async () => {
    await hall.quiet()
    hall.post(ada, 'and then silence')
    await hall.time.turn(60_000)

    expect(hall.host.storage.read("select kind from agenda where kind in ('bump', 'flush')")).toEqual([])
    expect(hall.host.sleep()).toBe(true)
  })
})

describe('silence', () => {
  test('[BMP6] an inbox without a device is told nothing more until it is back, and then how the room stands', async () => {
    await hall.quiet()
    hall.answers.set(grace, () => nobody(7))
    for (const text of ['one', 'two', 'three']) {
      hall.post(ada, text, text === 'two' ? [grace] : [])
      await hall.time.turn(5_000)
    }
    expect(hall.told.filter(({ to }) => to === grace).map(({ bump }) => bump?.last?.text)).toEqual(['one'])

    hall.answers.delete(grace)
    const answer = await hall.ask((room) => room.back(grace, 8))
    expect(answer).toMatchObject({ state: 'bump', bump: { count: 3, mentions: 1, last: { text: 'three' } } })
    hall.post(ada, 'four')
    await hall.time.turn(5_000)

    expect(hall.told.filter(({ to }) => to === grace).map(({ bump }) => bump?.last?.text)).toEqual(['one', 'four'])
  })

  test('[BMP6] where nobody listens nothing is planned; what came meanwhile is no news to who is back', async () => {
    await hall.quiet()
    for (const person of [ada, grace, linus]) hall.answers.set(person, () => nobody(7))
    hall.post(ada, 'one')
    await hall.time.turn(5_000)
    hall.post(ada, 'two')
    expect(hall.host.storage.read("select kind from agenda where kind = 'bump'")).toEqual([])
    await hall.time.turn(5_000)

    hall.answers.clear()
    await hall.ask((room) => room.back(grace, 8))
    hall.told.length = 0
    hall.say(ada, { t: 'edit', id: hall.freshId(), seq: 2, text: 'too' })
    await hall.time.turn(5_000)
    hall.post(ada, 'three')
    await hall.time.turn(5_000)

    expect(hall.lines()).toEqual([
      { to: 'Grace', text: 'too', count: 2, mentions: 0, news: null },
      { to: 'Grace', text: 'three', count: 3, mentions: 0, news: 'message' },
    ])
  })

  test('[BMP2] [BMP6] [HIB2] who reads where no list of theirs listens is told nothing, and nothing is planned', async () => {
    await hall.quiet()
    hall.answers.set(grace, () => nobody(7))
    hall.post(ada, 'one')
    await hall.time.turn(5_000)
    hall.told.length = 0
    hall.read(grace, 1)
    await hall.time.turn(60_000)

    expect([hall.member(grace).read, hall.told]).toEqual([1, []])
    expect(hall.host.storage.read("select 1 from agenda where kind = 'bump'")).toEqual([])
  })

  test('[BMP6] silence and what ends it survive the room’s sleep and its death', async () => {
    await hall.quiet()
    hall.answers.set(grace, () => nobody(7))
    hall.post(ada, 'one')
    await hall.time.turn(60_000)
    hall.host.kill()
    hall.enter(ada)
    await hall.time.turn(1_000)
    hall.post(ada, 'two')
    await hall.time.turn(5_000)

    expect(hall.told.filter(({ to }) => to === grace)).toHaveLength(1)
  })

  test('[BMP6] what an inbox wants to be woken for is told all the same', async () => {
    await hall.quiet()
    hall.answers.set(grace, () => nobody(7, 'mentions'))
    hall.answers.set(linus, () => nobody(7, 'all'))
    for (const [text, mentions] of [
      ['one', []],
      ['two', []],
      ['Grace!', [grace]],
    ] as const) {
      hall.post(ada, text, mentions)
      await hall.time.turn(5_000)
    }
    hall.say(ada, { t: 'delete', id: hall.freshId(), seq: 3 })
    await hall.time.turn(5_000)

    const texts = (person: string) => hall.told.filter(({ to }) => to === person).map(({ bump }) => bump?.last?.text)
    expect(texts(grace)).toEqual(['one', 'Grace!'])
    expect(texts(linus)).toEqual(['one', 'two', 'Grace!'])
  })

  test('[BMP6] a `nobody` that is older than the last `back` counts for nothing', async () => {
    await hall.quiet()
    hall.answers.set(grace, () => nobody(7))
    expect(await hall.ask((room) => room.back(grace, 8))).toMatchObject({ state: 'bump' })
    hall.post(ada, 'crossing')
    await hall.time.turn(100)
    hall.answers.delete(grace)
    await hall.time.turn(5_000)

    const crossing = hall.told.filter(({ to }) => to === grace).map(({ bump }) => [bump?.last?.text, bump?.news])
    expect(crossing).toEqual([
      ['crossing', 'message'],
      ['crossing', 'message'],
    ])
  })

  test('[BMP6] an object without storage has nobody in silence, and is not woken to say so', async () => {
    expect(await hall.ask((room) => room.back(grace, 1))).toEqual({ state: 'unwritten' })
    expect(hall.host.storage.read('select 1 from room')).toEqual([])
    await hall.quiet()
    expect(await hall.ask((room) => room.back(stranger, 1))).toEqual({ state: 'gone' })
  })
})

describe('what inboxes ask of a room', () => {
  test('[UNR4] a whole room is marked as read, or as unread from the last message of someone else on', async () => {
    await hall.quiet()
    for (const [by, text] of [
      [ada, 'one'],
      [ada, 'two'],
      [grace, 'mine'],
    ] as const)
      hall.post(by, text)
    await hall.time.turn(5_000)

    expect(await hall.ask((room) => room.markAll(grace, 'read'))).toBe('marked')
    expect(hall.member(grace)).toMatchObject({ read: 3, unread_from: null })
    expect(await hall.ask((room) => room.markAll(grace, 'read'))).toBe('nothing')
    expect(await hall.ask((room) => room.markAll(grace, 'unread'))).toBe('marked')
    expect(hall.member(grace)).toMatchObject({ read: 3, unread_from: 2 })
    expect(await hall.ask((room) => room.markAll(stranger, 'read'))).toBe('gone')
    await hall.time.turn(5_000)
    expect(hall.told.at(-1)?.bump).toMatchObject({ count: 1, unread: { from: 2 } })
  })

  test('[UNR3] a block that Postgres has by now takes mentions out of the line, at once', async () => {
    await hall.quiet()
    hall.post(linus, 'Grace!', [grace])
    await hall.time.turn(5_000)
    expect(hall.told.find(({ to }) => to === grace)?.bump?.mentions).toBe(1)
    hall.told.length = 0

    hall.blocks.set(grace, [linus])
    expect(await hall.ask((room) => room.refreshMembers())).toBe('fresh')
    await hall.time.turn(5_000)

    expect(hall.lines()).toEqual([{ to: 'Grace', text: 'Grace!', count: 1, mentions: 0, news: null }])
  })
})
