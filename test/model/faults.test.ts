import { expect, test } from 'vitest'
import { Log } from '../../durable-objects/storage/log.ts'
import { RoomRecord } from '../../durable-objects/storage/record.ts'
import type { Downstream } from '../../protocol/downstream.ts'
import type { Upstream } from '../../protocol/upstream.ts'
import { walk } from './walk.ts'
import type { Faults } from './world/faults.ts'

/** Puts something else in place of a method. */
function instead<T extends object, K extends keyof T>(of: T, name: K, make: (own: T[K]) => T[K]): () => () => void {
  return () => {
    const own = of[name]
    of[name] = make(own)
    return () => {
      of[name] = own
    }
  }
}

function note(frame: Upstream): Upstream {
  if (frame.t === 'post') sentOnce.add(frame.id)
  return frame
}

function onFrame(type: Upstream['t'], change: (frame: Upstream, device: Parameters<Faults['up']>[1]) => Upstream) {
  return (text: string, device: Parameters<Faults['up']>[1]) => {
    if (text === 'ping') return text
    const frame = JSON.parse(text) as Upstream
    return frame.t === type ? JSON.stringify(change(frame, device)) : text
  }
}

const sentOnce = new Set<string>()

const faults: Record<string, { faults: () => Partial<Faults>; noticed: RegExp }> = {
  'the room answers before what it says is durable': {
    faults: () => ({ gated: false }),
    noticed: /is kept|is gone|began|begin/,
  },
  'the room does not know an id again': {
    faults: () => ({ install: instead(Log.prototype, 'find', () => () => null) }),
    noticed: /posted twice|differ from the log/,
  },
  'the room lets marks fall': {
    faults: () => ({
      install: instead(RoomRecord.prototype, 'setMarks', (own) => {
        return function setMarks(this: RoomRecord, member) {
          own.call(this, { ...member, read: Math.min(member.read, 3) })
        }
      }),
    }),
    noticed: /mark .* fell/,
  },
  'the room forgets nobody who was sent away': {
    faults: () => ({
      install: instead(RoomRecord.prototype, 'replaceMembers', (own) => {
        return function replaceMembers(this: RoomRecord, state, now) {
          const before = this.load(null)?.members ?? new Map()
          const stay = state.members.map(({ person }) => person)
          const gone = [...before.values()].filter(({ person }) => !stay.includes(person))
          own.call(this, { ...state, members: [...state.members, ...gone] }, now)
        }
      }),
    }),
    noticed: /the members in Postgres differs|still has the room open/,
  },
  'a new epoch begins where the old one was': { faults: () => ({ lift: 0 }), noticed: /was given to/ },
  'Postgres says that it has what it has not': {
    faults: () => ({ forgetsBatches: true }),
    noticed: /which Postgres does not have|differ from the log|does not come to rest|over/,
  },
  'the client forgets a message once it is sent': {
    faults: () => ({
      up: onFrame('post', (frame, device) => {
        if (frame.t === 'post') device.forget(frame.id)
        return frame
      }),
    }),
    noticed: /neither kept nor refused/,
  },
  'the client sends a message again under another id': {
    faults: () => ({
      up: onFrame('post', (frame) => {
        if (frame.t !== 'post' || !sentOnce.has(frame.id)) return note(frame)
        return { ...frame, id: `${frame.id.slice(0, -2)}${frame.id.endsWith('00') ? 'ff' : '00'}` }
      }),
    }),
    noticed: /nobody sent|does not come to rest/,
  },
  'the client takes a range for complete that is not': {
    faults: () => ({
      down: (text) => {
        const frame = text.startsWith('pong') ? null : (JSON.parse(text) as Downstream)
        if (frame?.t !== 'changes' || frame.covers[1] % 11 !== 0) return text
        return JSON.stringify({ ...frame, messages: frame.messages.slice(0, -1) })
      },
    }),
    noticed: /over|differ from the log/,
  },
}

test.each(Object.entries(faults))('the check notices a fault: %s', async (_what, { faults, noticed }) => {
  const seen: string[] = []
  for (let seed = 1; seed <= 30 && seen.length === 0; seed++) {
    await walk({ seed, steps: 300, faults: faults() }).catch((error: Error) => seen.push(error.message))
  }
  expect(seen[0]).toMatch(noticed)
})

test('a walk is the same walk whenever it begins at the same seed', async () => {
  const once = await walk({ seed: 7, steps: 300 })
  expect(await walk({ seed: 7, steps: 300 })).toEqual(once)
})
