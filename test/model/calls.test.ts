import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import { Hall } from './world/hall.ts'
import { personId } from './world/ids.ts'
import { makeLimitsSmall } from './world/small-limits.ts'

const [ada, grace, linus] = [personId(0), personId(1), personId(2)]
const names = new Map([
  [ada, 'Ada'],
  [grace, 'Grace'],
  [linus, 'Linus'],
])

let hall: Hall
afterEach(() => hall.close())

async function call(by = ada, media: 'audio' | 'video' = 'audio'): Promise<string> {
  const id = hall.freshId()
  const answer = await hall.ask((room) => room.startCall(by, { id, media }))
  if (answer.outcome !== 'live') throw new Error(`It was answered ${answer.outcome}.`)
  return id
}

/** What inboxes heard of calls, person by person. */
function heard(): unknown[] {
  return hall.told
    .filter(({ ring, over }) => ring ?? over)
    .map(({ to, ring, over }) => [names.get(to), ring ? 'rings' : over?.why])
    .sort((one, other) => one.join().localeCompare(other.join()))
}

/** How the calls in the log ended. */
function ended(): unknown[] {
  return hall.events('call_ended').map((event) => ('outcome' in event ? event.outcome : 'took place'))
}

describe('between two', () => {
  beforeEach(async () => {
    hall = new Hall(names, [ada, grace], 'direct')
    await hall.quiet()
  })

  test('[RNG1] a call rings for the other one, is a row in the log, and is the same when it is asked for again', async () => {
    const id = hall.freshId()
    const asked = { id, media: 'video' } as const
    const first = await hall.ask((room) => room.startCall(ada, asked))

    expect(hall.told.flatMap(({ to, ring }) => (ring ? [[to, ring]] : []))).toEqual([
      [
        grace,
        {
          ...{ room: hall.room, call: id, media: 'video', roomName: 'Ada', by: ada, name: 'Ada' },
          until: expect.any(Number),
        },
      ],
    ])
    expect(hall.events('call_started')).toMatchObject([{ by: ada, meeting: id, media: 'video' }])
    expect(first).toMatchObject({ outcome: 'live', begun: true, call: { id, people: [ada] } })
    expect(await hall.ask((room) => room.startCall(ada, asked))).toEqual({ ...first, begun: false })
    expect(await hall.ask((room) => room.startCall(grace, asked))).toEqual({ outcome: 'conflict' })
    expect(hall.events('call_started')).toHaveLength(1)
  })

  test('[RNG1] who calls while a call is live gets that one; their own wish starts none later', async () => {
    const id = await call()
    const theirs = { id: hall.freshId(), media: 'audio' } as const
    expect(await hall.ask((room) => room.startCall(grace, theirs))).toMatchObject({ outcome: 'live', call: { id } })
    await hall.ask((room) => room.leaveCall(ada, id))

    expect(await hall.ask((room) => room.startCall(grace, theirs))).toEqual({ outcome: 'over' })
    expect(await hall.ask((room) => room.liveCall(grace))).toEqual({ call: null })
    expect(hall.events('call_started')).toHaveLength(1)
  })

  test('[RNG4] who asks for one call after the other is asked to wait, also while one is live', async () => {
    await call()
    for (let i = 0; i < limits.callBurst; i++) await call(grace)
    const asked = { id: hall.freshId(), media: 'audio' } as const
    const refused = await hall.ask((room) => room.startCall(grace, asked))
    expect(refused).toEqual({ outcome: 'slow_down', retryAfterMs: expect.any(Number) })
  })

  test('[RNG2] taken, declined and taken back: it rings no more, and the log says how it ended', async () => {
    const taken = await call()
    expect(await hall.ask((room) => room.answerCall(grace, taken, 'accept'))).toBe('done')
    await hall.time.turn(60_000)
    expect(await hall.ask((room) => room.leaveCall(grace, taken))).toBe('done')
    expect(await hall.ask((room) => room.answerCall(grace, taken, 'accept'))).toBe('over')
    const declined = await call()
    expect(await hall.ask((room) => room.answerCall(grace, declined, 'decline'))).toBe('done')
    const cancelled = await call()
    expect(await hall.ask((room) => room.leaveCall(ada, cancelled))).toBe('done')
    await hall.time.turn(1_000)

    expect(ended()).toEqual(['took place', 'declined', 'cancelled'])
    const [talk] = hall.events('call_ended')
    expect(talk && 'durationMs' in talk && talk.durationMs).toBeGreaterThanOrEqual(60_000)
    const said = hall.told.flatMap(({ ring, over }) => (ring ? ['rings'] : over ? [over.why] : []))
    expect(said).toEqual(['rings', 'accepted', 'rings', 'declined', 'rings', 'ended'])
  })

  test('[RNG3] nobody takes it in 30 s: it is missed, also when the room died meanwhile', async () => {
    await call()
    hall.host.kill()
    await hall.time.turn(limits.ringMs - 5_000)
    expect(ended()).toEqual([])
    await hall.time.turn(6_000)

    expect(ended()).toEqual(['missed'])
    expect(heard().filter((said) => String(said) === 'Grace,missed')).toHaveLength(1)
    await hall.time.turn(120_000)
    expect(hall.host.storage.read("select 1 from agenda where kind = 'ring' union all select 1 from rings")).toEqual([])
  })

  test('[RNG3] an inbox that cannot be reached rings as soon as it can, and never after the call', async () => {
    hall.answers.set(grace, () => null)
    const id = await call()
    await hall.time.turn(5_000)
    expect(heard()).toEqual([])
    hall.answers.delete(grace)
    await hall.time.turn(5_000)
    expect(heard()).toEqual([['Grace', 'rings']])

    hall.answers.set(grace, () => null)
    await hall.ask((room) => room.leaveCall(ada, id))
    await call()
    await hall.time.turn(10_000)
    hall.answers.delete(grace)
    await hall.time.turn(10_000)
    expect(heard()).toEqual([
      ['Grace', 'ended'],
      ['Grace', 'rings'],
      ['Grace', 'rings'],
    ])
  })

  test('[RNG3] silence keeps no call back', async () => {
    hall.answers.set(grace, () => ({ state: 'nobody', visit: 1, wake: 'nothing' }))
    hall.post(ada, 'there?')
    await hall.time.turn(5_000)
    await call()
    expect(heard()).toEqual([['Grace', 'rings']])
  })

  test('[BLK10] a block ends the call that rings, or that goes on', async () => {
    await call()
    hall.blocks.set(grace, [ada])
    await hall.ask((room) => room.refreshMembers())
    await hall.time.turn(1_000)
    expect(await hall.ask((room) => room.liveCall(grace))).toEqual({ call: null })
    expect(heard()).toEqual([
      ['Grace', 'ended'],
      ['Grace', 'rings'],
    ])

    hall.blocks.clear()
    await hall.ask((room) => room.refreshMembers())
    const taken = await call(grace)
    await hall.ask((room) => room.answerCall(ada, taken, 'accept'))
    hall.blocks.set(grace, [ada])
    await hall.ask((room) => room.refreshMembers())
    expect(ended()).toEqual(['cancelled', 'took place'])
  })

  test('[BLK10] where one blocks the other nothing is written, edited, reacted to, typed or called, and not a word says who', async () => {
    hall.enter(grace)
    hall.post(ada, 'hello')
    await hall.time.turn(5_000)
    hall.blocks.set(grace, [ada])
    await hall.ask((room) => room.refreshMembers())
    hall.frames.get(ada)!.length = 0
    hall.frames.get(grace)!.length = 0
    hall.told.length = 0

    for (const person of [ada, grace]) {
      hall.post(person, 'anyone?')
      hall.say(person, { t: 'edit', id: hall.freshId(), seq: 1, text: 'hello!' })
      hall.say(person, { t: 'react', id: hall.freshId(), seq: 1, emoji: '👍', on: true })
      hall.say(person, { t: 'typing', on: true })
    }
    await hall.time.turn(5_000)
    const calls = [ada, grace].map((by) => {
      return hall.ask((room) => room.startCall(by, { id: hall.freshId(), media: 'audio' }))
    })

    const said = (person: string) => hall.frames.get(person)!.filter(({ t }) => t === 'refused' || t === 'typing')
    const refusals = [ada, grace].map((person) => {
      return said(person).map((frame) => (frame.t === 'refused' ? [frame.reason, frame.detail] : frame))
    })
    expect(refusals[0]).toEqual(Array.from({ length: 3 }, () => ['not_allowed', expect.any(String)]))
    expect(refusals[1]).toEqual(refusals[0])
    const [one, other] = await Promise.all(calls)
    expect(one).toMatchObject({ outcome: 'forbidden' })
    expect(other).toEqual(one)
    expect(hall.told.filter(({ ring, typing }) => ring ?? typing)).toEqual([])
    // Taking back what was said stays possible.
    hall.say(ada, { t: 'delete', id: hall.freshId(), seq: 1 })
    await hall.time.turn(1_000)
    expect(hall.frames.get(ada)!.at(-1)).toMatchObject({ t: 'changes' })
  })
})

describe('of a meeting', () => {
  beforeEach(async () => {
    hall = new Hall(names, [ada, grace, linus])
    await hall.quiet()
  })

  function live(call: string, people: string[], guests = 0, meeting = call) {
    const said = { meeting, call, media: 'audio', by: ada, people, guests } as const
    return hall.ask((room) => room.meetingLive({ ...said, people }))
  }

  function told(person: string): unknown[] {
    return hall.frames.get(person)!.flatMap((frame) => (frame.t === 'call' ? [frame.call] : []))
  }

  test('[RNG5] its people are who the meeting says, a guest takes it as well, and it is over when the meeting is', async () => {
    const id = await call()
    expect(await live(id, [ada])).toBe('heard')
    expect(heard()).toEqual([
      ['Grace', 'rings'],
      ['Linus', 'rings'],
    ])
    expect(await live(id, [ada, grace, personId(7)], 1)).toBe('heard')
    expect(await live(id, [ada, grace, personId(7)], 1)).toBe('heard')
    await hall.time.turn(1_000)
    const now = await hall.ask((room) => room.liveCall(linus))
    expect(now).toMatchObject({
      call: { people: [ada, grace], guests: 1, takenAt: expect.any(Number), rings: [linus] },
    })
    await hall.time.turn(60_000)
    // Everyone reloads at once: the meeting waits for them, and so does the room.
    await live(id, [])
    await hall.time.turn(30_000)
    expect(ended()).toEqual([])

    expect(await hall.ask((room) => room.meetingOver(id))).toBe('heard')
    expect(ended()).toEqual(['took place'])
    expect(await live(id, [ada])).toBe('heard')
    expect(await hall.ask((room) => room.liveCall(ada))).toEqual({ call: null })
    expect(hall.events('call_started')).toHaveLength(1)
  })

  test('[RNG5] a meeting that the room did not begin is its call, and rings for nobody; another one is busy', async () => {
    const [session, meeting] = [hall.freshId(), hall.freshId()]
    expect(await live(session, [], 0, meeting)).toBe('heard')
    expect(await hall.ask((room) => room.liveCall(ada))).toEqual({ call: null })
    expect(await live(session, [ada], 0, meeting)).toBe('heard')
    await hall.time.turn(1_000)
    expect(heard()).toEqual([])
    expect(hall.events('call_started')).toMatchObject([{ by: ada, meeting: session, media: 'audio' }])
    expect(await live(hall.freshId(), [grace])).toBe('busy')
    expect(told(ada)).toEqual([
      {
        ...{ id: session, meeting, media: 'audio', by: ada, people: [ada], guests: 0 },
        ...{ startedAt: expect.any(Number), takenAt: expect.any(Number) },
      },
    ])
    await hall.ask((room) => room.meetingOver(session))
    expect(ended()).toEqual(['took place'])
  })

  test('[RNG5] a call in which no meeting ever was makes way for one in which people are', async () => {
    onTestFinished(makeLimitsSmall({ ringMembers: 2 }))
    await call(grace)
    const meeting = hall.freshId()
    expect(await live(meeting, [linus])).toBe('heard')
    expect(ended()).toEqual(['took place'])
    expect(await hall.ask((room) => room.liveCall(ada))).toMatchObject({ call: { id: meeting, people: [linus] } })
  })

  test('[RNG5] what nobody takes falls silent while whoever called waits in the meeting, and is missed in the end', async () => {
    const id = await call()
    await live(id, [ada])
    await hall.time.turn(limits.ringMs + 1_000)
    expect(heard()).toContainEqual(['Grace', 'missed'])
    expect(ended()).toEqual([])
    expect(told(ada).at(-1)).toMatchObject({ id, takenAt: null, unanswered: 'missed' })

    await live(id, [])
    await hall.time.turn(limits.callEmptyMs + 1_000)
    expect(ended()).toEqual(['missed'])
  })

  test('[RNG5] whoever calls and leaves the meeting takes the call back, and who reloads does not', async () => {
    const id = await call()
    await live(id, [ada])
    await live(id, [])
    await hall.time.turn(limits.callEmptyMs - 2_000)
    await live(id, [ada])
    await hall.time.turn(limits.callEmptyMs)
    expect(ended()).toEqual([])
    await live(id, [])
    await hall.time.turn(limits.callEmptyMs + 1_000)
    expect(ended()).toEqual(['cancelled'])
    expect(heard()).toContainEqual(['Grace', 'ended'])
  })

  test('[RNG6] members hear of the live call with their welcome and at each change, together', async () => {
    hall.enter(grace)
    await hall.time.turn(1_000)
    expect(told(grace)).toEqual([])
    const id = await call()
    await Promise.all([live(id, [ada]), live(id, [ada, linus])])
    await hall.time.turn(1_000)
    expect(told(grace)).toMatchObject([
      { id, people: [ada], takenAt: null },
      { id, people: [ada, linus], takenAt: expect.any(Number) },
    ])
    hall.enter(grace)
    await hall.time.turn(1_000)
    expect(told(grace)).toMatchObject([{ id, people: [ada, linus] }])
    expect(told(grace)[0]).not.toHaveProperty('rings')
    await hall.ask((room) => room.meetingOver(id))
    await hall.time.turn(1_000)
    expect(told(grace).at(-1)).toBeNull()
  })

  test('[RNG7] whoever is a member no more is told to the meeting, also when it was deaf and the room died', async () => {
    const id = await call()
    await live(id, [ada, grace])
    hall.deaf.add(id)
    await hall.change(ada, { kind: 'ban', person: grace, until: null })
    await hall.time.turn(1_000)
    hall.host.kill()
    await hall.time.turn(20_000)
    expect(hall.gone).toEqual([])
    hall.deaf.clear()
    await hall.time.turn(120_000)

    expect(hall.gone).toEqual([{ meeting: id, people: ['Grace'] }])
    expect(await hall.ask((room) => room.liveCall(ada))).toMatchObject({ call: { people: [ada] } })
    expect(hall.host.storage.read("select 1 from agenda where kind = 'gone'")).toEqual([])
    await hall.change(ada, { kind: 'remove', person: linus })
    await hall.time.turn(1_000)
    expect(hall.gone.at(-1)).toEqual({ meeting: id, people: ['Linus'] })
  })

  test('[RNG7] between two a block ends the call and puts both out of its meeting', async () => {
    hall.close()
    hall = new Hall(names, [ada, grace], 'direct')
    await hall.quiet()
    const id = await call()
    await live(id, [ada, grace])
    hall.blocks.set(grace, [ada])
    await hall.ask((room) => room.refreshMembers())
    await hall.time.turn(1_000)

    expect(ended()).toEqual(['took place'])
    expect(hall.gone).toEqual([{ meeting: id, people: ['Ada', 'Grace'] }])
  })

  test('[RNG2] [RNG5] declined between two while whoever called waits in the meeting: silent at once, declined in the end', async () => {
    hall.close()
    hall = new Hall(names, [ada, grace], 'direct')
    await hall.quiet()
    const id = await call()
    await live(id, [ada])
    await hall.ask((room) => room.answerCall(grace, id, 'decline'))
    await hall.time.turn(1_000)
    expect(told(ada).at(-1)).toMatchObject({ unanswered: 'declined', takenAt: null })
    await hall.ask((room) => room.meetingOver(id))
    expect(ended()).toEqual(['declined'])
  })
})

describe('in a group', () => {
  beforeEach(async () => {
    hall = new Hall(names, [ada, grace, linus])
    await hall.quiet()
  })

  test('[RNG4] it rings for the others, but for nobody who blocks or is blocked by whoever calls', async () => {
    hall.blocks.set(linus, [ada])
    await hall.ask((room) => room.refreshMembers())
    await call()
    expect(heard()).toEqual([['Grace', 'rings']])
  })

  test('[RNG4] who blocks whoever calls while it rings hears it no more, and the others do', async () => {
    const id = await call()
    hall.blocks.set(linus, [ada])
    await hall.ask((room) => room.refreshMembers())
    await hall.time.turn(1_000)
    expect(heard()).toEqual([
      ['Grace', 'rings'],
      ['Linus', 'ended'],
      ['Linus', 'rings'],
    ])
    expect(await hall.ask((room) => room.liveCall(ada))).toMatchObject({ call: { id, rings: [grace] } })
  })

  test('[BLK10] messages of who is blocked go on, count, and mention nobody', async () => {
    hall.blocks.set(grace, [linus])
    await hall.ask((room) => room.refreshMembers())
    await hall.time.turn(5_000)
    hall.told.length = 0
    hall.post(linus, 'Grace!', [grace])
    await hall.time.turn(5_000)
    const line = hall.told.find(({ to }) => to === grace)?.bump
    expect([line?.count, line?.mentions, line?.news]).toEqual([1, 0, null])
  })

  test('[RNG4] a larger group has a live call without ringing, and it ends with the last who leaves', async () => {
    onTestFinished(makeLimitsSmall({ ringMembers: 2 }))
    const id = await call()
    await hall.time.turn(60_000)
    expect(heard()).toEqual([])
    await hall.ask((room) => room.answerCall(grace, id, 'accept'))
    await hall.ask((room) => room.leaveCall(ada, id))
    expect(await hall.ask((room) => room.liveCall(linus))).toMatchObject({ call: { id, people: [grace] } })
    await hall.ask((room) => room.leaveCall(grace, id))
    expect(ended()).toEqual(['took place'])
  })

  test('[RNG4] whoever is a member no more is in no call: one whose last member went is over', async () => {
    const id = await call(grace)
    await hall.ask((room) => room.answerCall(linus, id, 'accept'))
    await hall.change(ada, { kind: 'remove', person: grace })
    expect(await hall.ask((room) => room.liveCall(ada))).toMatchObject({ call: { people: [linus] } })
    await hall.change(ada, { kind: 'remove', person: linus })
    await hall.time.turn(1_000)

    expect(ended()).toEqual(['took place'])
    expect(await hall.ask((room) => room.answerCall(linus, id, 'accept'))).toBe('gone')
    expect(heard()).toContainEqual(['Ada', 'ended'])
  })

  test('[RNG4] who was taken out of the room while it began anew is in no call', async () => {
    const id = await call()
    await hall.ask((room) => room.answerCall(grace, id, 'accept'))
    hall.postgres.call('claim_epoch', { p_room_id: hall.room })
    hall.post(ada, 'am I still heard?')
    await hall.time.turn(2_000)
    const changes = [{ kind: 'remove', person: grace }]
    const asked = {
      p_room_id: hall.room,
      p_command: hall.freshId(),
      p_by: ada,
      p_changes: changes,
      p_head: hall.head(),
    }
    expect(hall.postgres.call('change_members', asked)).toMatchObject({ outcome: 'changed' })
    await hall.time.turn(60_000)

    expect(await hall.ask((room) => room.liveCall(ada))).toMatchObject({ call: { people: [ada] } })
  })

  test('[RNG3] a ring that did not arrive is owed while the room begins anew', async () => {
    hall.answers.set(grace, () => null)
    await call()
    hall.postgres.call('claim_epoch', { p_room_id: hall.room })
    hall.post(ada, 'am I still heard?')
    await hall.time.turn(1_000)
    expect(hall.host.storage.read("select 1 from agenda where kind = 'epoch'")).toHaveLength(1)
    // The room has let its epoch go, and cannot claim another one yet.
    hall.host.storage.sql.exec("update agenda set due = 0 where kind = 'epoch'")
    hall.weather.state = 'away'
    await hall.time.turn(4_000)
    expect(hall.host.storage.read('select 1 from room')).toEqual([])
    hall.answers.delete(grace)
    await hall.time.turn(4_000)
    hall.host.storage.sql.exec("update agenda set due = 0 where kind = 'epoch'")
    hall.weather.state = 'well'
    await hall.time.turn(10_000)

    expect(heard()).toContainEqual(['Grace', 'rings'])
  })

  test('[RNG3] a call that nobody ends is over after 12 h', async () => {
    const id = await call()
    await hall.ask((room) => room.answerCall(grace, id, 'accept'))
    await hall.time.turn(limits.callMs)
    expect(ended()).toEqual(['took place'])
  })

  test('[BMP8] typing reaches the inboxes of a small room that listen, and not the typist’s', async () => {
    hall.answers.set(linus, () => ({ state: 'nobody', visit: 1, wake: 'nothing' }))
    hall.post(ada, 'who is there?')
    await hall.time.turn(5_000)
    hall.told.length = 0
    hall.say(ada, { t: 'typing', on: true })
    await hall.time.turn(1_000)
    expect(hall.told.map(({ to, typing }) => [names.get(to), typing])).toEqual([['Grace', { person: ada, on: true }]])
  })

  test('[BMP8] what is said of typing without end reaches the lists now and then', async () => {
    for (let i = 0; i < limits.typingBurst * 3; i++) hall.say(ada, { t: 'typing', on: i % 2 === 0 })
    await hall.time.turn(1_000)
    const heard = () => hall.told.filter(({ to, typing }) => to === grace && typing)
    expect(heard()).toHaveLength(limits.typingBurst)
    hall.say(ada, { t: 'typing', on: true })
    await hall.time.turn(1_000)
    expect(heard()).toHaveLength(limits.typingBurst + 1)
  })

  test('[BMP8] typing in a room of more members than that reaches no list', async () => {
    onTestFinished(makeLimitsSmall({ listTypingMembers: 2 }))
    hall.say(ada, { t: 'typing', on: true })
    await hall.time.turn(1_000)
    expect(hall.told).toEqual([])
  })
})
