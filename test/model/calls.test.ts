import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import { Town } from './world/town.ts'

const [ada, grace, linus] = [0, 1, 2].map(
  (index) => `00000000-0000-4000-8000-${(index + 0xada0).toString(16).padStart(12, '0')}`,
) as [string, string, string]
const names = new Map([
  [ada, 'Ada'],
  [grace, 'Grace'],
  [linus, 'Linus'],
])

let town: Town
afterEach(() => town.close())

async function awake(): Promise<void> {
  town.enter(ada)
  await town.time.turn(5_000)
  town.told.length = 0
}

async function call(by = ada, media: 'audio' | 'video' = 'audio'): Promise<string> {
  const id = town.freshId()
  const answer = await town.ask((room) => room.startCall(by, { id, media }))
  if (answer.outcome !== 'live') throw new Error(`It was answered ${answer.outcome}.`)
  return id
}

/** What inboxes heard of calls, person by person. */
function heard(): unknown[] {
  return town.told
    .filter(({ ring, over }) => ring ?? over)
    .map(({ to, ring, over }) => [names.get(to), ring ? 'rings' : over?.why])
    .sort((one, other) => one.join().localeCompare(other.join()))
}

/** How the calls in the log ended. */
function ended(): unknown[] {
  return town.events('call_ended').map((event) => ('outcome' in event ? event.outcome : 'took place'))
}

describe('between two', () => {
  beforeEach(async () => {
    town = new Town(names, [ada, grace], 'direct')
    await awake()
  })

  test('[RNG1] a call rings for the other one, is a row in the log, and is the same when it is asked for again', async () => {
    const id = town.freshId()
    const asked = { id, media: 'video' } as const
    const first = await town.ask((room) => room.startCall(ada, asked))

    expect(town.told.flatMap(({ to, ring }) => (ring ? [[to, ring]] : []))).toEqual([
      [
        grace,
        {
          ...{ room: town.room, call: id, media: 'video', roomName: 'Ada', by: ada, name: 'Ada' },
          until: expect.any(Number),
        },
      ],
    ])
    expect(town.events('call_started')).toMatchObject([{ by: ada, meeting: id, media: 'video' }])
    expect(first).toMatchObject({ outcome: 'live', begun: true, call: { id, people: [ada] } })
    expect(await town.ask((room) => room.startCall(ada, asked))).toEqual({ ...first, begun: false })
    expect(await town.ask((room) => room.startCall(grace, asked))).toEqual({ outcome: 'conflict' })
    expect(town.events('call_started')).toHaveLength(1)
  })

  test('[RNG1] who calls while a call is live gets that one; their own wish starts none later', async () => {
    const id = await call()
    const theirs = { id: town.freshId(), media: 'audio' } as const
    expect(await town.ask((room) => room.startCall(grace, theirs))).toMatchObject({ outcome: 'live', call: { id } })
    await town.ask((room) => room.leaveCall(ada, id))

    expect(await town.ask((room) => room.startCall(grace, theirs))).toEqual({ outcome: 'over' })
    expect(await town.ask((room) => room.liveCall(grace))).toEqual({ call: null })
    expect(town.events('call_started')).toHaveLength(1)
  })

  test('[RNG2] taken, declined and taken back: it rings no more, and the log says how it ended', async () => {
    const taken = await call()
    expect(await town.ask((room) => room.answerCall(grace, taken, 'accept'))).toBe('done')
    await town.time.turn(60_000)
    expect(await town.ask((room) => room.leaveCall(grace, taken))).toBe('done')
    expect(await town.ask((room) => room.answerCall(grace, taken, 'accept'))).toBe('over')
    const declined = await call()
    expect(await town.ask((room) => room.answerCall(grace, declined, 'decline'))).toBe('done')
    const cancelled = await call()
    expect(await town.ask((room) => room.leaveCall(ada, cancelled))).toBe('done')
    await town.time.turn(1_000)

    expect(ended()).toEqual(['took place', 'declined', 'cancelled'])
    const [talk] = town.events('call_ended')
    expect(talk && 'durationMs' in talk && talk.durationMs).toBeGreaterThanOrEqual(60_000)
    const said = town.told.flatMap(({ ring, over }) => (ring ? ['rings'] : over ? [over.why] : []))
    expect(said).toEqual(['rings', 'accepted', 'rings', 'declined', 'rings', 'ended'])
  })

  test('[RNG3] nobody takes it in 30 s: it is missed, also when the room died meanwhile', async () => {
    await call()
    town.host.kill()
    await town.time.turn(limits.ringMs - 5_000)
    expect(ended()).toEqual([])
    await town.time.turn(6_000)

    expect(ended()).toEqual(['missed'])
    expect(heard().filter((said) => String(said) === 'Grace,missed')).toHaveLength(1)
    await town.time.turn(120_000)
    expect(town.host.storage.read("select 1 from agenda where kind = 'ring' union all select 1 from rings")).toEqual([])
  })

  test('[RNG3] an inbox that cannot be reached rings as soon as it can, and never after the call', async () => {
    town.answers.set(grace, () => null)
    const id = await call()
    await town.time.turn(5_000)
    expect(heard()).toEqual([])
    town.answers.delete(grace)
    await town.time.turn(5_000)
    expect(heard()).toEqual([['Grace', 'rings']])

    town.answers.set(grace, () => null)
    await town.ask((room) => room.leaveCall(ada, id))
    await call()
    await town.time.turn(10_000)
    town.answers.delete(grace)
    await town.time.turn(10_000)
    expect(heard()).toEqual([
      ['Grace', 'ended'],
      ['Grace', 'rings'],
      ['Grace', 'rings'],
    ])
  })

  test('[RNG3] silence keeps no call back', async () => {
    town.answers.set(grace, () => ({ state: 'nobody', visit: 1, wake: 'nothing' }))
    town.post(ada, 'there?')
    await town.time.turn(5_000)
    await call()
    expect(heard()).toEqual([['Grace', 'rings']])
  })

  test('[BLK10] a block ends the call that rings, or that goes on', async () => {
    await call()
    town.blocks.set(grace, [ada])
    await town.ask((room) => room.refreshMembers())
    await town.time.turn(1_000)
    expect(await town.ask((room) => room.liveCall(grace))).toEqual({ call: null })
    expect(heard()).toEqual([
      ['Grace', 'ended'],
      ['Grace', 'rings'],
    ])

    town.blocks.clear()
    await town.ask((room) => room.refreshMembers())
    const taken = await call(grace)
    await town.ask((room) => room.answerCall(ada, taken, 'accept'))
    town.blocks.set(grace, [ada])
    await town.ask((room) => room.refreshMembers())
    expect(ended()).toEqual(['cancelled', 'took place'])
  })

  test('[BLK10] where one blocks the other nothing is written, edited, reacted to, typed or called, and not a word says who', async () => {
    town.enter(grace)
    town.post(ada, 'hello')
    await town.time.turn(5_000)
    town.blocks.set(grace, [ada])
    await town.ask((room) => room.refreshMembers())
    town.frames.get(ada)!.length = 0
    town.frames.get(grace)!.length = 0
    town.told.length = 0

    for (const person of [ada, grace]) {
      town.post(person, 'anyone?')
      town.say(person, { t: 'edit', id: town.freshId(), seq: 1, text: 'hello!' })
      town.say(person, { t: 'react', id: town.freshId(), seq: 1, emoji: '👍', on: true })
      town.say(person, { t: 'typing', on: true })
    }
    await town.time.turn(5_000)
    const calls = [ada, grace].map((by) => {
      return town.ask((room) => room.startCall(by, { id: town.freshId(), media: 'audio' }))
    })

    const said = (person: string) => town.frames.get(person)!.filter(({ t }) => t === 'refused' || t === 'typing')
    const refusals = [ada, grace].map((person) => {
      return said(person).map((frame) => (frame.t === 'refused' ? [frame.reason, frame.detail] : frame))
    })
    expect(refusals[0]).toEqual(Array.from({ length: 3 }, () => ['not_allowed', expect.any(String)]))
    expect(refusals[1]).toEqual(refusals[0])
    const [one, other] = await Promise.all(calls)
    expect(one).toMatchObject({ outcome: 'forbidden' })
    expect(other).toEqual(one)
    expect(town.told.filter(({ ring, typing }) => ring ?? typing)).toEqual([])
    // Taking back what was said stays possible.
    town.say(ada, { t: 'delete', id: town.freshId(), seq: 1 })
    await town.time.turn(1_000)
    expect(town.frames.get(ada)!.at(-1)).toMatchObject({ t: 'changes' })
  })
})

describe('in a group', () => {
  beforeEach(async () => {
    town = new Town(names, [ada, grace, linus])
    await awake()
  })

  test('[RNG4] it rings for the others, but for nobody who blocks or is blocked by whoever calls', async () => {
    town.blocks.set(linus, [ada])
    await town.ask((room) => room.refreshMembers())
    await call()
    expect(heard()).toEqual([['Grace', 'rings']])
  })

  test('[RNG4] who blocks whoever calls while it rings hears it no more, and the others do', async () => {
    const id = await call()
    town.blocks.set(linus, [ada])
    await town.ask((room) => room.refreshMembers())
    await town.time.turn(1_000)
    expect(heard()).toEqual([
      ['Grace', 'rings'],
      ['Linus', 'ended'],
      ['Linus', 'rings'],
    ])
    expect(await town.ask((room) => room.liveCall(ada))).toMatchObject({ call: { id, rings: [grace] } })
  })

  test('[BLK10] messages of who is blocked go on, count, and mention nobody', async () => {
    town.blocks.set(grace, [linus])
    await town.ask((room) => room.refreshMembers())
    await town.time.turn(5_000)
    town.told.length = 0
    town.post(linus, 'Grace!', [grace])
    await town.time.turn(5_000)
    const line = town.told.find(({ to }) => to === grace)?.bump
    expect([line?.count, line?.mentions, line?.news]).toEqual([1, 0, null])
  })

  test('[RNG4] a larger group has a live call without ringing, and it ends with the last who leaves', async () => {
    const numbers: Record<string, number> = limits
    const most = numbers['ringMembers']!
    numbers['ringMembers'] = 2
    try {
      const id = await call()
      await town.time.turn(60_000)
      expect(heard()).toEqual([])
      await town.ask((room) => room.answerCall(grace, id, 'accept'))
      await town.ask((room) => room.leaveCall(ada, id))
      expect(await town.ask((room) => room.liveCall(linus))).toMatchObject({ call: { id, people: [grace] } })
      await town.ask((room) => room.leaveCall(grace, id))
      expect(ended()).toEqual(['took place'])
    } finally {
      numbers['ringMembers'] = most
    }
  })

  test('[RNG4] whoever is a member no more is in no call: one whose last member went is over', async () => {
    const id = await call(grace)
    await town.ask((room) => room.answerCall(linus, id, 'accept'))
    await town.change(ada, { kind: 'remove', person: grace })
    expect(await town.ask((room) => room.liveCall(ada))).toMatchObject({ call: { people: [linus] } })
    await town.change(ada, { kind: 'remove', person: linus })
    await town.time.turn(1_000)

    expect(ended()).toEqual(['took place'])
    expect(await town.ask((room) => room.answerCall(linus, id, 'accept'))).toBe('gone')
    expect(heard()).toContainEqual(['Ada', 'ended'])
  })

  test('[RNG4] who was taken out of the room while it began anew is in no call', async () => {
    const id = await call()
    await town.ask((room) => room.answerCall(grace, id, 'accept'))
    town.postgres.call('claim_epoch', { p_room_id: town.room })
    town.post(ada, 'am I still heard?')
    await town.time.turn(2_000)
    const changes = [{ kind: 'remove', person: grace }]
    const asked = {
      p_room_id: town.room,
      p_command: town.freshId(),
      p_by: ada,
      p_changes: changes,
      p_head: town.head(),
    }
    expect(town.postgres.call('change_members', asked)).toMatchObject({ outcome: 'changed' })
    await town.time.turn(60_000)

    expect(await town.ask((room) => room.liveCall(ada))).toMatchObject({ call: { people: [ada] } })
  })

  test('[RNG3] a ring that did not arrive is owed while the room begins anew', async () => {
    town.answers.set(grace, () => null)
    await call()
    town.postgres.call('claim_epoch', { p_room_id: town.room })
    town.post(ada, 'am I still heard?')
    await town.time.turn(1_000)
    expect(town.host.storage.read("select 1 from agenda where kind = 'epoch'")).toHaveLength(1)
    // The room has let its epoch go, and cannot claim another one yet.
    town.host.storage.sql.exec("update agenda set due = 0 where kind = 'epoch'")
    town.weather.state = 'away'
    await town.time.turn(4_000)
    expect(town.host.storage.read('select 1 from room')).toEqual([])
    town.answers.delete(grace)
    await town.time.turn(4_000)
    town.host.storage.sql.exec("update agenda set due = 0 where kind = 'epoch'")
    town.weather.state = 'well'
    await town.time.turn(10_000)

    expect(heard()).toContainEqual(['Grace', 'rings'])
  })

  test('[RNG3] a call that nobody ends is over after 12 h', async () => {
    const id = await call()
    await town.ask((room) => room.answerCall(grace, id, 'accept'))
    await town.time.turn(limits.callMs)
    expect(ended()).toEqual(['took place'])
  })

  test('[BMP8] typing reaches the inboxes of a small room that listen, and not the typist’s', async () => {
    town.answers.set(linus, () => ({ state: 'nobody', visit: 1, wake: 'nothing' }))
    town.post(ada, 'who is there?')
    await town.time.turn(5_000)
    town.told.length = 0
    town.say(ada, { t: 'typing', on: true })
    await town.time.turn(1_000)
    expect(town.told.map(({ to, typing }) => [names.get(to), typing])).toEqual([['Grace', { person: ada, on: true }]])
  })

  test('[BMP8] typing in a room of more members than that reaches no list', async () => {
    const numbers: Record<string, number> = limits
    const most = numbers['listTypingMembers']!
    numbers['listTypingMembers'] = 2
    try {
      town.say(ada, { t: 'typing', on: true })
      await town.time.turn(1_000)
      expect(town.told).toEqual([])
    } finally {
      numbers['listTypingMembers'] = most
    }
  })
})
