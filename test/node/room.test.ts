import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catchUp } from '../../durable-objects/room/catch-up.ts'
import { decide, type Asked, type Context } from '../../durable-objects/room/decide.ts'
import { here } from '../../durable-objects/room/here.ts'
import { advance } from '../../durable-objects/room/marks.ts'
import { freshPace, spend } from '../../durable-objects/room/pace.ts'
import { evolve, type Room, type RoomMember } from '../../durable-objects/room/room.ts'
import { asMade } from '../../protocol/downstream.ts'
import { uuidV7, uuidV8 } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'

const ada = '00000000-0000-7000-8000-00000000000a'
const grace = '00000000-0000-7000-8000-00000000000b'

function emptyRoom(head = 0): Room {
  return {
    facts: { id: ada, type: 'group', name: 'Engines', createdBy: ada, createdAt: 0, ...asMade },
    ...{ epoch: 1, head, floor: 1, flushed: 0, membersVersion: 1 },
    members: new Map([ada, grace].map((person) => [person, member(person)])),
  }
}

function member(person: string): RoomMember {
  const own = { receiptsHidden: false, unread: { from: null, version: 0 }, historyFrom: 0, blocks: [] }
  return { person, name: person, role: 'owner', delivered: 0, read: 0, ...own }
}

function command(id: string, text = 'hello', by = ada): Asked {
  return { by, command: { t: 'post', id, text }, hash: `${by}:${text}` }
}

function context(now: number, change: Partial<Context> = {}): Context {
  return {
    ...{ known: null, about: null, thread: null, row: null, withdrawn: null, postedAt: null },
    ...{ pace: freshPace(now), derivedId: () => uuidV8(new Uint8Array(16)), ...change },
  }
}

describe('deciding on posts', () => {
  const step = fc.record({
    id: fc.nat(20),
    text: fc.constantFrom('a', 'b'),
    by: fc.constantFrom(ada, grace),
    wait: fc.nat(50),
  })

  test('[SEQ1] [DUP1] [DUP2] over any run of posts seqs are dense, a repeat answers the first seq, a conflict changes nothing', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let room = emptyRoom()
        let now = 0
        const spine = new Map<string, { seq: number; at: number; hash: string }>()
        for (const { id, text, by, wait } of steps) {
          now += wait
          const name = uuidV7(id, new Uint8Array(10))
          const post = command(name, text, by)
          const before = room.head
          const first = spine.get(name)
          const decision = decide(room, post, context(now, { known: first ?? null }), now)
          if (!first) {
            if (decision.kind !== 'accept') throw new Error('a new message was not accepted')
            expect(decision.events.map(({ seq }) => seq)).toEqual([before + 1])
            room = evolve(room, decision.events[0]!)
            spine.set(name, { seq: before + 1, at: now, hash: post.hash })
          } else if (first.hash === post.hash)
            expect(decision).toEqual({ kind: 'repeat', seq: first.seq, at: first.at })
          else expect(decision).toMatchObject({ kind: 'refuse', reason: 'conflict' })
        }
        expect(room.head).toBe(spine.size)
      }),
      { seed: 20261123 },
    )
  })

  test('[PAC1] a full bucket allows a burst, then the rate; a repeat is answered all the same', () => {
    const room = emptyRoom()
    let pace = freshPace(0)
    for (let i = 0; i < limits.paceBurst; i++) {
      const decision = decide(room, command(`${i}`), context(0, { pace }), 0)
      if (decision.kind !== 'accept') throw new Error(`post ${i} was not accepted`)
      pace = decision.pace
    }

    const wait = 1_000 / limits.pacePerSecond
    const tooFast = { kind: 'refuse', reason: 'slow_down', detail: expect.any(String), retryAfterMs: wait }
    expect(decide(room, command('next'), context(0, { pace }), 0)).toEqual(tooFast)
    expect(decide(room, command('next'), context(0, { pace }), wait).kind).toBe('accept')
    const known = { seq: 1, at: 0, hash: `${ada}:hello` }
    expect(decide(room, command('0'), context(0, { known, pace }), 0).kind).toBe('repeat')
  })

  test('[PAC1] the bucket never holds more than a burst, and time that runs backwards gives nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -10_000, max: 1_000_000 }), { maxLength: 100 }), (times) => {
        let pace = freshPace(0)
        for (const time of times) {
          const paid = spend(pace, time)
          if (paid.ok) pace = paid.pace
          expect(pace.tokens).toBeGreaterThanOrEqual(0)
          expect(pace.tokens).toBeLessThanOrEqual(limits.paceBurst)
        }
      }),
      { seed: 1 },
    )
  })

  test('[BUS1] a room whose backlog is full refuses posts as busy and says when to come back', () => {
    const room = { ...emptyRoom(limits.backlogEvents), flushed: 0 }

    expect(decide(room, command('late'), context(0), 0)).toMatchObject({
      reason: 'busy',
      retryAfterMs: expect.any(Number),
    })
    expect(decide({ ...room, flushed: 1 }, command('late'), context(0), 0).kind).toBe('accept')
  })
})

test('[MRK2] a newcomer starts with both marks at the head before joining', () => {
  const room = emptyRoom(41)

  const after = evolve(
    { ...room, members: new Map() },
    { kind: 'member_joined', seq: 42, at: 0, id: uuidV8(new Uint8Array(16)), person: grace, name: 'Grace' },
  )

  expect(after.head).toBe(42)
  expect(after.members.get(grace)).toMatchObject({ name: 'Grace', role: 'member', delivered: 41, read: 41 })
})

test('[MRK1] marks after any run of reports only rise, stay under the head, and read never passes delivered', () => {
  const report = fc.record({ delivered: fc.nat(100), read: fc.nat(100), grow: fc.nat(3) })
  fc.assert(
    fc.property(fc.array(report), (reports) => {
      let member = { person: ada, name: 'Ada', role: 'owner' as const, delivered: 0, read: 0 }
      let head = 0
      for (const { delivered, read, grow } of reports) {
        head += grow
        const next = advance(member, { delivered, read }, head)
        if (next === null) continue
        expect(next.delivered).toBeGreaterThanOrEqual(member.delivered)
        expect(next.read).toBeGreaterThanOrEqual(member.read)
        expect(next.delivered).toBeLessThanOrEqual(head)
        expect(next.read).toBeLessThanOrEqual(next.delivered)
        expect(next).not.toEqual(member)
        member = { ...member, ...next, role: 'owner' }
      }
    }),
    { seed: 7 },
  )
})

test.each([
  ['nothing held: the newest page', { epoch: null, since: 0 }, { kind: 'tail', after: 50 }],
  ['the same epoch: everything since', { epoch: 1, since: 60 }, { kind: 'continue', after: 60 }],
  ['up to date: an empty range', { epoch: 1, since: 100 }, { kind: 'continue', after: 100 }],
  ['another epoch: reset', { epoch: 2, since: 60 }, { kind: 'reset', after: 50 }],
  ['more than the room has: reset', { epoch: 1, since: 101 }, { kind: 'reset', after: 50 }],
  ['below what the log still holds: the database first', { epoch: 1, since: 8 }, { kind: 'behind' }],
] as const)('[RES1] [RES2] catch-up with %s', (_, hello, plan) => {
  expect(catchUp({ ...emptyRoom(100), floor: 10 }, hello, 0)).toEqual(plan)
})

test('[RES2] a client more than 2,000 behind is reset to the tail', () => {
  const room = emptyRoom(limits.resumeMessages + 10)

  expect(catchUp(room, { epoch: 1, since: 10 }, limits.resumeMessages).kind).toBe('continue')
  expect(catchUp(room, { epoch: 1, since: 9 }, limits.resumeMessages + 1).kind).toBe('reset')
})

test('[HERE1] [HERE2] [AC-26] [AC-31] everyone is here once, as long as one of their sockets has a lease', () => {
  const now = 1_000_000
  const presences = [
    { person: grace, seenAt: now },
    { person: ada, seenAt: now - limits.hereLeaseMs },
    { person: ada, seenAt: now - limits.hereLeaseMs - 1 },
    { person: 'linus', seenAt: now - limits.hereLeaseMs - 1 },
  ]

  expect(here(presences, now)).toEqual([ada, grace])
})
