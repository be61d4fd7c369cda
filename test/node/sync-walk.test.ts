import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDevice, type Device, type Fault } from './sync-support/device.ts'
import { handClock, settled, type HandClock } from './sync-support/hand-clock.ts'
import { modelRoom, type ModelRoom } from './sync-support/model-room.ts'
import { countedBytes } from './sync-support/opened.ts'
import { ada, grace, linus } from './sync-support/people.ts'

/**
 * Three devices and one room under a network that cuts, loses, doubles and delays, with tabs that are killed. The room
 * decides with its own core. What must hold after every step, and what at the end, are the sync rules themselves.
 */

const people = [ada, grace, linus]

type Step =
  | { do: 'post' | 'connect' | 'cut' | 'crash' | 'older'; device: number }
  | { do: 'deliver'; device: number; way: 'up' | 'down'; count: number }
  | { do: 'lose' | 'double' | 'delay'; device: number; way: 'up' | 'down' }
  | { do: 'turn'; ms: number }
  | { do: 'lose storage' }

const device = fc.nat(people.length - 1)
const way = fc.constantFrom('up' as const, 'down' as const)
const ordered = [
  { weight: 6, arbitrary: fc.record({ do: fc.constant('post' as const), device }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('connect' as const), device }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('cut' as const, 'crash' as const, 'older' as const), device }),
  },
  {
    weight: 16,
    arbitrary: fc.record({ do: fc.constant('deliver' as const), device, way, count: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('turn' as const), ms: fc.constantFrom(1, 600, 3_000, 11_000, 40_000) }),
  },
]
const unordered = [
  ...ordered,
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('lose' as const, 'double' as const, 'delay' as const), device, way }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'lose storage' as const }) },
]

const cuts = fc.array(fc.oneof(...ordered), { minLength: 40, maxLength: 120, size: 'max' })
const everything = fc.array(fc.oneof(...unordered), { minLength: 40, maxLength: 120, size: 'max' })

async function walk(
  steps: readonly Step[],
  fault: Fault = 'none',
): Promise<{ room: ModelRoom; sent: Map<string, string[]> }> {
  const clock = handClock()
  const room = modelRoom(people, clock.now)
  const bytes = countedBytes()
  const devices = people.map((person) => createDevice(person, room, clock, bytes, fault))
  const sent = new Map<string, string[]>(people.map((person) => [person, []]))
  let counter = 0
  await calm(devices, clock, 1)

  for (const step of steps) {
    await take(step)
    await settled()
    for (const one of devices) holds(one, room)
  }
  await calm(devices, clock, 60)
  for (const one of devices) await ends(one, room)
  const posted = [...sent.values()].flat()
  // Everyone's devices have received everything, and the room knows.
  expect(room.members().map(({ delivered }) => delivered)).toEqual(people.map(() => room.head()))
  // Nothing is lost, nothing is doubled.
  expect(
    room
      .log()
      .map(({ text }) => text)
      .sort(),
  ).toEqual(posted.sort())
  return { room, sent }

  async function take(step: Step): Promise<void> {
    if (step.do === 'turn') return clock.turn(step.ms)
    if (step.do === 'lose storage') {
      for (const one of devices) one.cut()
      return room.loseStorage()
    }
    const one = devices[step.device]!
    switch (step.do) {
      case 'post': {
        const text = `${one.person.slice(-4)} ${++counter}`
        await one.client().send(text)
        sent.get(one.person)!.push(text)
        return
      }
      case 'connect':
        return one.connect()
      case 'cut':
        return one.cut()
      case 'crash':
        return one.crash()
      case 'older':
        return void one.client().loadOlder()
      case 'deliver':
        return one.deliver(step.way, step.count)
      case 'lose':
        return one.lose(step.way)
      case 'double':
        return one.double(step.way)
      case 'delay':
        return one.delay(step.way)
    }
  }
}

/** What holds after every step: no row twice, order by seq, and no two messages joined over one that is missing. */
function holds(one: Device, room: ModelRoom): void {
  const { rows } = one.view()
  const keys = rows.map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
  const texts = rows.flatMap((row) =>
    row.state === 'gap' ? [] : [row.state === 'confirmed' ? row.message.text : row.text],
  )
  expect(new Set(texts).size).toBe(texts.length)
  const seqs = room.log().map(({ seq }) => seq)
  let before: number | null = null
  for (const row of rows) {
    if (row.state === 'gap') before = null
    if (row.state !== 'confirmed') continue
    const { seq } = row.message
    if (before !== null) {
      const last = before
      expect(seq).toBeGreaterThan(last)
      expect(seqs.filter((other) => other > last && other < seq)).toEqual([])
    }
    before = seq
  }
}

/** The network is well again, and enough time passes for everything that is owed. */
async function calm(devices: Device[], clock: HandClock, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const one of devices) one.connect()
    await settled()
    for (let turn = 0; turn < 20 && devices.some((one) => one.queued('up') + one.queued('down') > 0); turn++) {
      for (const one of devices) one.deliver('up', 100)
      for (const one of devices) one.deliver('down', 100)
      await settled()
    }
    await clock.turn(2_000)
  }
}

/** What holds at the end: live, nothing waiting, no hole, and with all history loaded the room's log itself. */
async function ends(one: Device, room: ModelRoom): Promise<void> {
  for (let page = 0; page < 20 && one.view().older === 'more'; page++) await one.client().loadOlder()
  const { rows, connection, older } = one.view()
  expect(connection.state).toBe('live')
  expect(older).toBe('none')
  expect(rows.map((row) => (row.state === 'confirmed' ? row.message : row))).toEqual(room.log())
}

describe('three devices and one room', () => {
  test('[OUT1] [RES1] [RES5] [AC-01] [AC-03] [AC-12] whatever the network does: nothing lost, nothing doubled, no hole, in order', async () => {
    await fc.assert(
      fc.asyncProperty(everything, async (steps) => void (await walk(steps))),
      { seed: 20_261_123, numRuns: 150 },
    )
  })

  test('[OUT2] [AC-11] over connections that break but keep their order, each device is heard first in, first out', async () => {
    await fc.assert(
      fc.asyncProperty(cuts, async (steps) => {
        const { room, sent } = await walk(steps)
        for (const [person, texts] of sent) {
          expect(
            room
              .log()
              .filter(({ by }) => by === person)
              .map(({ text }) => text),
          ).toEqual(texts)
        }
      }),
      { seed: 20_261_124, numRuns: 100 },
    )
  })

  test.each(['new id per retry', 'removed on send', 'holes joined'] as const)(
    'the walk notices a fault: %s',
    async (fault) => {
      const found = await fc.check(
        fc.asyncProperty(everything, async (steps) => void (await walk(steps, fault))),
        { seed: 20_261_125, numRuns: 150, endOnFailure: true },
      )
      expect(found.failed).toBe(true)
      // The same steps without the fault are fine.
      await walk(found.counterexample![0])
    },
  )
})
