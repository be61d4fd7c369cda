import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Bump } from '../../durable-objects/between.ts'
import { makeLimitsSmall } from './world/small-limits.ts'
import { personId } from './world/ids.ts'
import { Hall, nobody } from './world/hall.ts'

/** What is lost on the way to inboxes, with the room or before it. */

const [ada, grace, linus] = [personId(0), personId(1), personId(2)]
const names = new Map([
  [ada, 'Ada'],
  [grace, 'Grace'],
  [linus, 'Linus'],
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

test('[BMP7] an inbox that cannot be reached is tried again ever more seldom, and holds up nobody else', async () => {
  await hall.quiet()
  hall.answers.set(grace, () => null)
  for (const text of ['one', 'two', 'three']) {
    hall.post(ada, text)
    await hall.time.turn(5_000)
  }
  expect(hall.told.filter(({ to }) => to === linus).map(({ bump }) => bump?.last?.text)).toEqual([
    'one',
    'two',
    'three',
  ])
  await hall.time.turn(600_000)
  const tries = hall.told.filter(({ to }) => to === grace).map(({ at }) => at)
  expect(tries.length).toBeGreaterThan(10)
  expect(tries.length).toBeLessThan(30)
  expect(tries.at(-1)! - tries.at(-2)!).toBeGreaterThanOrEqual(30_000)

  hall.told.length = 0
  hall.answers.delete(grace)
  await hall.time.turn(120_000)

  expect(hall.lines()).toEqual([{ to: 'Grace', text: 'three', count: 3, mentions: 0, news: 'message' }])
  expect(hall.host.storage.read("select 1 from agenda where kind = 'bump'")).toEqual([])
})

test('[BMP3] whoever left hears of it however long their inbox is away, also while they are silent', async () => {
  await hall.quiet()
  hall.answers.set(grace, () => nobody(1))
  hall.post(ada, 'one')
  await hall.time.turn(5_000)
  hall.answers.set(grace, () => null)
  await hall.change(ada, { kind: 'remove', person: grace })
  await hall.time.turn(300_000)
  hall.told.length = 0
  hall.answers.delete(grace)
  await hall.time.turn(120_000)

  expect(hall.told.map(({ to, gone }) => [names.get(to), gone])).toEqual([
    ['Grace', { room: hall.room, epoch: hall.epoch(), n: expect.any(Number) }],
  ])
})

test('[BMP3] who is a member again before they heard that they were not is told how the room stands', async () => {
  await hall.quiet()
  hall.answers.set(grace, () => null)
  await hall.change(ada, { kind: 'remove', person: grace })
  await hall.time.turn(5_000)
  await hall.change(ada, { kind: 'add', person: grace })
  hall.told.length = 0
  hall.answers.delete(grace)
  await hall.time.turn(120_000)

  const hers = hall.told.filter(({ to }) => to === grace)
  expect(hers.map(({ gone }) => gone)).toEqual(hers.map(() => undefined))
  expect(hers.at(-1)?.bump).toMatchObject({ memberCount: 3 })
})

test('[BMP3] who was silent, left, and is a member again before they heard of it is told how the room stands', async () => {
  await hall.quiet()
  hall.answers.set(grace, () => nobody(7))
  hall.post(ada, 'one')
  await hall.time.turn(5_000)
  // The inbox takes the room off the list, and its answer is lost.
  hall.answers.set(grace, () => null)
  await hall.change(ada, { kind: 'remove', person: grace })
  await hall.time.turn(100)
  await hall.change(ada, { kind: 'add', person: grace })
  hall.told.length = 0
  hall.answers.set(grace, () => nobody(7))
  await hall.time.turn(120_000)

  const hers = hall.told.filter(({ to }) => to === grace)
  expect(hers.map(({ bump }) => bump?.memberCount)).toEqual([3])
  expect(hall.host.storage.read("select 1 from agenda where kind = 'bump'")).toEqual([])
})

test('[BMP3] whoever is removed while their inbox answers that nobody is there hears of it', async () => {
  const gone: unknown[] = []
  let between = 0
  for (let aheadMs = 0; aheadMs < 60; aheadMs += 2) {
    hall.close()
    hall = new Hall(names, [ada, grace, linus])
    await hall.quiet()
    let removed = false
    hall.answers.set(grace, () => {
      if (!removed) between += 1
      return nobody(7)
    })
    const removing = hall.change(ada, { kind: 'remove', person: grace }).then(() => (removed = true))
    await hall.time.turn(aheadMs)
    hall.post(ada, 'meanwhile')
    await Promise.all([removing, hall.time.turn(10_000)])
    gone.push(hall.told.filter((heard) => heard.to === grace && heard.gone).length)
  }
  expect(gone).toEqual(gone.map(() => 1))
  expect(between).toBeGreaterThan(5)
})

test('[BMP6] [HIB2] a room that begins anew wakes for nobody who is silent', async () => {
  await hall.quiet()
  hall.answers.set(grace, () => nobody(7))
  hall.post(ada, 'one')
  await hall.time.turn(5_000)
  const before = hall.epoch()
  // Another object took the room: this one lets its epoch go.
  hall.postgres.call('claim_epoch', { p_room_id: hall.room })
  hall.post(ada, 'two')
  await hall.time.turn(200)
  await hall.time.turn(120_000)

  expect(hall.epoch()).toBeGreaterThan(before)
  expect(hall.host.storage.read("select 1 from agenda where kind = 'bump'")).toEqual([])
})

test('[BMP6] [HIB2] what someone silent was to be woken for is owed no more once they have read it elsewhere', async () => {
  await hall.quiet()
  hall.answers.set(grace, () => nobody(7, 'all'))
  hall.post(ada, 'one')
  await hall.time.turn(5_000)
  hall.answers.set(grace, () => null)
  hall.post(ada, 'two')
  await hall.time.turn(5_000)
  hall.read(grace, 2)
  await hall.time.turn(300_000)

  expect(hall.host.storage.read("select 1 from agenda where kind = 'bump'")).toEqual([])
})

test('[BMP7] whatever instant the room dies at, everyone hears of the last message and of their own mark', async () => {
  await hall.quiet()
  let seq = 0
  for (let life = 0; life < 60; life++) {
    hall.enter(ada)
    hall.enter(grace)
    await hall.time.turn(200)
    hall.post(ada, `life ${life}`)
    seq = hall.head()
    if (life % 3 === 0) hall.read(grace, seq)
    // So that the death falls into every phase of a round.
    await hall.time.turn(life % 30)
    hall.host.kill()
  }
  hall.enter(ada)
  await hall.time.turn(60_000)

  const [{ text, head }] = hall.lastWord()
  for (const person of [ada, grace, linus]) {
    const bumps = hall.told.flatMap(({ to, bump }) => (to === person && bump ? [bump] : []))
    const latest = bumps.reduce((one, other) => (newer(other, one) ? other : one))
    expect([names.get(person), latest.last?.text, latest.head]).toEqual([names.get(person), text, head])
    expect(latest.read).toBe(hall.member(person).read)
    expect(latest.count).toBe(hall.unreadOf(person))
  }
})

test('[BMP7] a room that dies right after a message, or a mark, tells it by itself, without anyone coming', async () => {
  const kept: number[] = []
  for (let afterMs = 0; afterMs <= 60; afterMs += 2) {
    hall.close()
    hall = new Hall(names, [ada, grace, linus])
    await hall.quiet()
    hall.enter(grace)
    await hall.time.turn(5_000)
    // What it says on its way to the inboxes is lost with it.
    hall.weather.lossy = 1
    hall.post(ada, 'the last word')
    await hall.time.turn(afterMs)
    // The second half reads first: their own mark is what is owed.
    if (afterMs > 30) hall.read(grace, 1)
    await hall.time.turn(afterMs > 30 ? 100 + afterMs - 30 : 0)
    hall.host.kill()
    hall.weather.lossy = 0
    await hall.time.turn(60_000)
    if (hall.events('posted').length === 0) continue
    kept.push(afterMs)
    for (const person of [ada, grace, linus]) {
      const latest = hall.told.findLast(({ to }) => to === person)?.bump
      const read = hall.member(person).read
      expect([afterMs, latest?.last?.text, latest?.read]).toEqual([afterMs, 'the last word', read])
    }
  }
  expect(kept.length).toBeGreaterThan(20)
})

test('[BMP5] a room that wakes for the first time tells nobody: nothing was told that could be otherwise', async () => {
  hall.enter(ada)
  await hall.time.turn(5_000)
  expect(hall.told).toEqual([])
})

test('[BMP7] [EPO1] after its storage is lost everyone is told how the room stands, in the new epoch', async () => {
  await hall.quiet()
  hall.post(ada, 'kept')
  await hall.time.turn(5_000)
  const before = hall.epoch()
  hall.told.length = 0
  hall.host.wipe()
  hall.enter(ada)
  await hall.time.turn(5_000)

  expect(hall.lines()).toEqual(
    ['Ada', 'Grace', 'Linus'].map((to) => {
      return { to, text: 'kept', count: to === 'Ada' ? 0 : 1, mentions: 0, news: null }
    }),
  )
  expect(hall.told.every(({ bump }) => bump!.epoch > before)).toBe(true)
})

function newer(one: Bump, other: Bump): boolean {
  return one.epoch > other.epoch || (one.epoch === other.epoch && one.n > other.n)
}
