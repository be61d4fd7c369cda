import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maySee } from '../../durable-objects/inbox/core/may-see.ts'
import {
  being,
  carryOn,
  leave,
  nextTurn,
  shown,
  type Sign,
  type Visit,
} from '../../durable-objects/inbox/core/visit.ts'
import { InboxUpstream, type OwnStatus } from '../../protocol/inbox.ts'
import { limits } from '../../protocol/limits.ts'

const ada = 'a0a00000-0000-4000-8000-000000000001'
const grace = 'a1ce0000-0000-4000-8000-000000000002'
const start = 1_800_000_000_000
const available: OwnStatus = { show: 'available', custom: null }
const lease = limits.hereLeaseMs

/** How Ada is, after these signs of life; times are milliseconds after the start. */
function adaAt(now: number, visit: Visit | null, status = available) {
  return shown(ada, being(visit, status, visit ? null : start, start + now))
}

function sign(at: number, away = false): Sign {
  return { seenAt: start + at, away }
}

function visitAfter(visit: Visit | null, signs: Sign[], now: number): Visit | null {
  return carryOn(visit, signs, start + now)
}

describe('being here', () => {
  test('[PRS1] someone is online once they have been here for a second, and offline 45 s after the last sign of life', () => {
    const visit = visitAfter(null, [sign(0)], 0)
    expect(adaAt(999, visit).state).toBe('offline')
    expect(nextTurn(visit!, start)).toBe(start + 1_000)
    expect(adaAt(1_000, visit).state).toBe('online')
    expect(nextTurn(visit!, start + 1_000)).toBe(start + lease)

    const later = visitAfter(visit, [sign(25_000)], lease)
    expect(adaAt(lease, later).state).toBe('online')
    expect(visitAfter(later, [sign(25_000)], 25_000 + lease - 1)).toEqual(later)
    expect(visitAfter(later, [sign(25_000)], 25_000 + lease)).toBe(null)
    expect(adaAt(70_000, null)).toEqual({ person: ada, state: 'offline', lastSeenAt: start, custom: null })
  })

  test('[PRS2] [AC-31] two tabs are one person, and a page that is loaded anew is no leave and no join', () => {
    const both = visitAfter(null, [sign(0), sign(100)], 100)
    const one = visitAfter(both, [sign(5_000)], 5_000)
    const none = visitAfter(one, [], 6_000)
    const again = visitAfter(none, [sign(7_000)], 7_000)
    expect([one, none, again].map((visit) => adaAt(7_000, visit).state)).toEqual(['online', 'online', 'online'])
    expect(again).toEqual({ since: start + 100, seenAt: start + 7_000, until: start + 7_000 + lease, away: false })
  })

  test('[PRS3] someone is away when nobody sits before any of their devices', () => {
    const one = visitAfter(null, [sign(0), sign(0, true)], 0)
    const all = visitAfter(one, [sign(0, true), sign(0, true)], 2_000)
    expect([adaAt(2_000, one).state, adaAt(2_000, all).state]).toEqual(['online', 'away'])
    expect(adaAt(3_000, visitAfter(all, [], 3_000)).state).toBe('away')
    expect(adaAt(4_000, visitAfter(all, [sign(4_000)], 4_000)).state).toBe('online')
    // A device that died says nothing any more, also not that someone looks.
    expect(visitAfter(all, [sign(0), sign(40_000, true)], lease)?.away).toBe(true)
  })

  test('[PRS7] a page that nobody sees has 120 s, as browsers keep its pings back; who closes it has the 45 s of everyone', () => {
    const one = visitAfter(null, [sign(0, true)], 0)
    expect(visitAfter(one, [sign(0, true)], limits.presenceLeaseMs - 1)).toEqual(one)
    expect(visitAfter(one, [sign(0, true)], limits.presenceLeaseMs)).toBe(null)
    const closed = leave(one, sign(60_000, true), [], start + 60_000)
    expect(closed).toEqual({ since: start, seenAt: start + 60_000, until: start + 60_000 + lease, away: true })
    // One that is looked at again and then dies is gone as soon as any other.
    const seen = visitAfter(one, [sign(10_000)], 10_000)
    expect([visitAfter(seen, [], 10_000 + lease - 1), visitAfter(seen, [], 10_000 + lease)]).toEqual([seen, null])
    // Another device that is still there carries it on.
    expect(leave(one, sign(60_000), [sign(50_000, true)], start + 60_000)).toEqual({
      ...{ since: start, seenAt: start + 60_000, until: start + 50_000 + limits.presenceLeaseMs, away: true },
    })
  })

  test('[PRS3] do-not-disturb shows as busy, invisible as hidden, and what one says of oneself until its time', () => {
    const visit = visitAfter(null, [sign(0, true)], 0)
    const custom = { text: 'at lunch', emoji: '🍜', until: start + 60_000 }
    expect(adaAt(2_000, visit, { show: 'busy', custom })).toEqual({
      ...{ person: ada, state: 'busy', lastSeenAt: null, custom },
    })
    expect(adaAt(60_000, visit, { show: 'busy', custom }).custom).toBe(null)
    expect(adaAt(2_000, visit, { show: 'invisible', custom })).toEqual({
      ...{ person: ada, state: 'hidden', lastSeenAt: null, custom: null },
    })
    expect(adaAt(2_000, null, { show: 'busy', custom: null }).state).toBe('offline')
  })

  test('[PRS1] [PRS2] whatever devices do, someone is here exactly while a sign of life is younger than the lease', () => {
    const steps = fc.array(
      fc.record({
        after: fc.oneof(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 44_000, max: 46_000 })),
        device: fc.integer({ min: 0, max: 2 }),
        does: fc.constantFrom('live', 'live', 'close', 'nothing'),
      }),
      { minLength: 1, maxLength: 40 },
    )
    fc.assert(
      fc.property(steps, (walk) => {
        let now = start
        let visit: Visit | null = null
        const open = new Map<number, Sign>()
        const alive: number[] = []
        for (const { after, device, does } of walk) {
          now += after
          // The agenda rings when a lease is over.
          visit = carryOn(visit, [...open.values()], now)
          if (does === 'live') {
            open.set(device, { seenAt: now, away: false })
            alive.push(now)
          }
          if (does === 'close') open.delete(device)
          visit = carryOn(visit, [...open.values()], now)
          const last = alive.at(-1) ?? 0
          const runs = alive.filter((at, i) => i === 0 || at - alive[i - 1]! >= lease)
          const until = last + lease
          const expected = now < until ? { since: runs.at(-1), seenAt: last, until, away: false } : null
          expect(visit).toEqual(expected)
        }
      }),
      { seed: 21, numRuns: 500 },
    )
  })
})

describe('who may see it', () => {
  const everyone = {
    person: ada,
    lastSeen: 'everyone',
    blocked: new Set<string>(),
    contacts: new Set<string>(),
  } as const
  const plain = { person: grace, hides: false, blocks: false }

  test('[SET2] everyone, contacts or nobody; blocks both ways; who hides it sees nobody', () => {
    expect({
      everyone: maySee(everyone, plain),
      contact: maySee({ ...everyone, lastSeen: 'contacts', contacts: new Set([grace]) }, plain),
      stranger: maySee({ ...everyone, lastSeen: 'contacts' }, plain),
      nobody: maySee({ ...everyone, lastSeen: 'nobody', contacts: new Set([grace]) }, plain),
      blocked: maySee({ ...everyone, blocked: new Set([grace]) }, plain),
      blocks: maySee(everyone, { ...plain, blocks: true }),
      hides: maySee(everyone, { ...plain, hides: true }),
      oneself: maySee({ ...everyone, lastSeen: 'nobody' }, { person: ada, hides: true, blocks: false }),
    }).toEqual({
      ...{ everyone: true, contact: true, stranger: false, nobody: false },
      ...{ blocked: false, blocks: false, hides: false, oneself: true },
    })
  })
})

test('[PRS3] [PRS5] a device watches 200 people and a status has 100 characters: more is no frame', () => {
  const id = '01890000-0000-7000-8000-000000000000'
  const watch = (count: number) => ({ t: 'watch', people: Array.from({ length: count }, () => id) })
  const status = (count: number) => {
    return { t: 'status', id, show: 'available', custom: { text: 'x'.repeat(count), emoji: null, until: null } }
  }
  const read = [watch(200), watch(201), status(100), status(101)].map((frame) => InboxUpstream.safeParse(frame).success)
  expect(read).toEqual([true, false, true, false])
})
