import { expect, test } from 'vitest'
import { Bumps } from '../../durable-objects/bumps.ts'
import { Lines } from '../../durable-objects/inbox/lines.ts'
import { Visits } from '../../durable-objects/inbox/visits.ts'
import { Unread } from '../../durable-objects/room/unread.ts'
import { Inboxes } from '../../durable-objects/storage/inboxes.ts'
import { Log } from '../../durable-objects/storage/log.ts'
import { RoomRecord } from '../../durable-objects/storage/record.ts'
import type { Downstream } from '../../protocol/downstream.ts'
import type { Upstream } from '../../protocol/upstream.ts'
import { crossings, deaths, tell } from './town/stories.ts'
import { walkTown } from './town/town-walk.ts'
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

const forgetsWhoIsBack = instead(Inboxes.prototype, 'put', (own) => {
  return function put(this: Inboxes, row) {
    own.call(this, { ...row, back: 0 })
  }
})

/** What is wrong between rooms and inboxes. */
const mistakes: Record<string, { install: Faults['install']; noticed: RegExp }> = {
  'a room stays silent although the person is back': {
    install: instead(Inboxes.prototype, 'put', (own) => {
      return function put(this: Inboxes, row) {
        own.call(this, { ...row, silent: row.silent ?? this.of(row.person).silent })
      }
    }),
    noticed: /differs from the truth/,
  },
  'an inbox tells no room that the person is back': {
    install: instead(Visits.prototype, 'owed', () => () => []),
    noticed: /differs from the truth/,
  },
  'an older bump wins over a newer one': {
    install: instead(Lines.prototype, 'bump', (own) => {
      return function bump(this: Lines, bump) {
        const { n = bump.n } = this.of(bump.room) ?? {}
        return own.call(this, { ...bump, n: Math.max(n + 1, bump.n) })
      }
    }),
    noticed: /differs from the truth/,
  },
  'nobody is told how far they have read themselves': {
    install: instead(Bumps.prototype, 'marked', () => () => {}),
    noticed: /differs from the truth/,
  },
  'a message that was deleted goes on counting': {
    install: instead(Unread.prototype, 'put', (own) => {
      return function put(this: Unread, row) {
        return own.call(this, { ...row, deletedAt: null })
      }
    }),
    noticed: /differs from the truth/,
  },
}

test.each(Object.entries(mistakes))('the check of lists notices a fault: %s', async (_what, { install, noticed }) => {
  const seen: string[] = []
  for (let seed = 1; seed <= 30 && seen.length === 0; seed++) {
    await walkTown({ seed, steps: 200, faults: { install } }).catch((error: Error) => seen.push(error.message))
  }
  expect(seen[0]).toMatch(noticed)
})

test.each([
  ['a room that believes a nobody from before the person came back', crossings, { install: forgetsWhoIsBack }],
  ['an inbox that answers before what it says is durable', deaths, { gated: false }],
])('the stories of visits notice %s', async (_what, stories, faults) => {
  const seen: string[] = []
  for (const story of stories()) {
    if (seen.length > 0) break
    await tell(story, faults).catch((error: Error) => seen.push(String(error.cause)))
  }
  expect(seen[0]).toMatch(/differs from the truth/)
})

test('a walk through a town is the same walk whenever it begins at the same seed', async () => {
  const once = await walkTown({ seed: 7, steps: 200 })
  expect(await walkTown({ seed: 7, steps: 200 })).toEqual(once)
})

test('a walk is the same walk whenever it begins at the same seed', async () => {
  const once = await walk({ seed: 7, steps: 300 })
  expect(await walk({ seed: 7, steps: 300 })).toEqual(once)
})
