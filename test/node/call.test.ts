import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answered, begun, lapsed, lapsesAt, left, type LiveCall, type Then } from '../../durable-objects/room/call.ts'
import { limits } from '../../protocol/limits.ts'

const [ada, grace, linus] = ['ada', 'grace', 'linus']

function call(...rings: string[]): LiveCall {
  return begun({ id: 'call', media: 'audio', by: ada, rings }, 1_000)
}

/** The call that goes on. */
function live(then: Then): LiveCall {
  if (!then.call) throw new Error('It is over.')
  return then.call
}

describe('between two', () => {
  test('[RNG1] a call that is taken and left has the length of the talk', () => {
    const taken = answered(call(grace), grace, 'accept', true, 6_000)
    expect(taken).toEqual({
      call: { ...call(grace), people: [ada, grace], takenAt: 6_000, rings: [] },
      ...{ ended: null, over: [{ person: grace, why: 'accepted' }] },
    })

    const over = { call: null, ended: { durationMs: 4_000 }, over: [] }
    expect(left(live(taken), grace, true, 10_000)).toEqual(over)
    expect(left(live(taken), ada, true, 10_000)).toEqual(over)
  })

  test('[RNG2] it ends as declined, cancelled or missed, and rings no more', () => {
    const over = (outcome: string, why: string) => {
      return { call: null, ended: { durationMs: 0, outcome }, over: [{ person: grace, why }] }
    }
    expect(answered(call(grace), grace, 'decline', true, 2_000)).toEqual(over('declined', 'declined'))
    expect(left(call(grace), ada, true, 2_000)).toEqual(over('cancelled', 'ended'))
    expect(lapsed(call(grace), 1_000 + limits.ringMs)).toEqual(over('missed', 'missed'))
    expect(lapsed(call(grace), 999 + limits.ringMs)).toEqual({ call: call(grace), ended: null, over: [] })
  })

  test('[RNG2] who has taken a call on one device does not decline it on another', () => {
    const taken = live(answered(call(grace), grace, 'accept', true, 2_000))
    expect(answered(taken, grace, 'decline', true, 2_001)).toEqual({ call: taken, ended: null, over: [] })
  })
})

describe('in a group', () => {
  test('[RNG1] it goes on until nobody is left in it, whoever began it', () => {
    const both = live(answered(call(grace, linus), grace, 'accept', false, 2_000))
    const alone = left(both, ada, false, 3_000)
    expect(alone).toEqual({ call: { ...both, people: [grace] }, ended: null, over: [] })
    expect(left(live(alone), grace, false, 5_000)).toEqual({
      ...{ call: null, ended: { durationMs: 3_000 } },
      over: [{ person: linus, why: 'ended' }],
    })
  })

  test('[RNG1] it is as long as it is since the first took it, whoever takes it later', () => {
    const first = live(answered(call(grace, linus), grace, 'accept', false, 2_000))
    const all = live(answered(first, linus, 'accept', false, 9_000))
    const two = live(left(all, ada, false, 10_000))
    const one = live(left(two, grace, false, 11_000))
    expect(left(one, linus, false, 12_000)).toEqual({ call: null, ended: { durationMs: 10_000 }, over: [] })
  })

  test('[RNG2] one who declines declines for themself; it still rings for the others', () => {
    const declined = answered(call(grace, linus), grace, 'decline', false, 2_000)
    expect(declined).toEqual({ call: call(linus), ended: null, over: [{ person: grace, why: 'declined' }] })
    expect(lapsed(live(declined), 31_000).ended).toEqual({ durationMs: 0, outcome: 'missed' })
  })

  test('[RNG2] after the ringing it goes on for those who took it; who joins later does', () => {
    const taken = live(answered(call(grace, linus), grace, 'accept', false, 2_000))
    const quiet = lapsed(taken, 31_000)
    expect(quiet.over).toEqual([{ person: linus, why: 'missed' }])
    expect(live(quiet)).toMatchObject({ ringsUntil: null, rings: [], people: [ada, grace] })
    expect(live(answered(live(quiet), linus, 'accept', false, 60_000)).people).toEqual([ada, grace, linus])
  })

  test('[RNG1] one that rings for nobody has begun when it starts, and ends by itself after 12 h', () => {
    const large = begun({ id: 'call', media: 'video', by: ada, rings: null }, 1_000)
    expect(large).toMatchObject({ takenAt: 1_000, ringsUntil: null })
    expect(lapsesAt(large)).toBe(1_000 + limits.callMs)
    expect(lapsed(large, 1_000 + limits.callMs)).toEqual({ call: null, ended: { durationMs: limits.callMs }, over: [] })
  })
})

test('[RNG2] whatever people do, a call rings only for who has not answered, and ends once, with its ringing', () => {
  const people = [ada, grace, linus]
  const step = fc.record({
    what: fc.constantFrom('accept' as const, 'decline' as const, 'leave' as const, 'wait' as const),
    who: fc.constantFrom(...people),
    waitMs: fc.nat({ max: 15_000 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.boolean(), (steps, direct) => {
      let now = 1_000
      let current: LiveCall | null = direct ? call(grace) : call(grace, linus)
      const ringing = new Set(current.rings)
      for (const { what, who, waitMs } of steps) {
        if (!current || (direct && who === linus)) continue
        now += waitMs
        const then: Then =
          what === 'leave'
            ? left(current, who, direct, now)
            : what === 'wait'
              ? lapsed(current, now)
              : answered(current, who, what, direct, now)
        for (const { person } of then.over) expect(ringing.delete(person)).toBe(true)
        current = then.call
        expect([...ringing].sort()).toEqual([...(current?.rings ?? [])].sort())
        if (then.call) {
          expect(then.call.people.length).toBeGreaterThan(0)
          expect(then.call.people.filter((person) => ringing.has(person))).toEqual([])
        } else {
          expect(then.ended.durationMs).toBeGreaterThanOrEqual(0)
          expect(then.ended.outcome !== undefined && then.ended.durationMs > 0).toBe(false)
        }
      }
    }),
    { seed: 20261123, numRuns: 1_000 },
  )
})
