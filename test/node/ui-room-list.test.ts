import { describe, expect, test } from 'vitest'
import { shows, tally, type RoomFilter } from '../../web/src/rooms/room-filter.ts'
import { stillOrder } from '../../web/src/rooms/still-order.ts'
import { lastSeen, presenceLine } from '../../web/src/people/presence-words.ts'
import type { Presence, RoomLine } from '../../protocol/inbox.ts'

const noon = new Date(2026, 10, 23, 12).getTime()
const hour = 3_600_000

function line(room: string, facts: Partial<RoomLine> = {}): RoomLine {
  return {
    ...{ room, type: 'group', name: room, other: null, role: 'member', memberCount: 3, head: 9, read: 9 },
    ...{ unreadFrom: null, unread: 0, mentions: 0, last: null, lastAt: noon - hour },
    ...{ pinnedAt: null, archivedAt: null, mutedUntil: null, level: 'all' },
    ...facts,
  }
}

const rooms = [
  line('harbour', { unread: 2 }),
  line('grace', { type: 'direct', unread: 1, mutedUntil: noon + hour }),
  line('attic', { archivedAt: noon, unread: 4 }),
  line('back', { archivedAt: noon - 2 * hour, unread: 1 }),
  line('read'),
]

function names(filter: RoomFilter, open: string | null = null): string[] {
  return rooms.filter((one) => shows(filter, one, open, noon)).map(({ room }) => room)
}

describe('the filters of the list', () => {
  test('the archived are out of the way, until someone writes in them', () => {
    expect(names('all')).toEqual(['harbour', 'grace', 'back', 'read'])
    expect(names('archived')).toEqual(['attic'])
  })

  test('the open room stays among the unread once it is read', () => {
    expect(names('unread')).toEqual(['harbour', 'grace', 'back'])
    expect(names('unread', 'read')).toEqual(['harbour', 'grace', 'back', 'read'])
  })

  test('conversations of two and groups', () => {
    expect(names('direct')).toEqual(['grace'])
    expect(names('groups')).toEqual(['harbour', 'back', 'read'])
  })

  test('a muted room does not ask to be read', () => {
    expect(tally(rooms, noon)).toEqual({ unread: 2, archived: 1 })
  })
})

test('while the pointer is over the list its rows stay where they are, and what is new comes last', () => {
  const list = ['new', 'c', 'a', 'b'].map((room) => ({ room }))
  expect(stillOrder(list, ['a', 'b', 'c']).map(({ room }) => room)).toEqual(['a', 'b', 'c', 'new'])
  expect(stillOrder(list, null)).toBe(list)
})

describe('how someone is, in words', () => {
  const presence = (facts: Partial<Presence>): Presence => ({
    ...{ person: 'grace', state: 'online', lastSeenAt: null, custom: null },
    ...facts,
  })

  test('when they were last here', () => {
    expect(lastSeen(new Date(2026, 10, 23, 9, 5).getTime(), noon)).toMatch(/^last seen today at .*9:05/)
    expect(lastSeen(new Date(2026, 10, 22, 9, 5).getTime(), noon)).toMatch(/^last seen yesterday at /)
    expect(lastSeen(new Date(2026, 10, 20, 9, 5).getTime(), noon)).toMatch(/^last seen on Friday at /)
  })

  test('what they say of themselves, until its time', () => {
    const custom = { text: 'At sea', emoji: '⛵', until: noon + 1 }
    expect(presenceLine(presence({ custom }), noon)).toBe('Online · ⛵ At sea')
    expect(presenceLine(presence({ custom }), noon + 1)).toBe('Online')
  })

  test('nothing of who does not show it', () => {
    expect(presenceLine(presence({ state: 'hidden' }), noon)).toBe('')
    expect(presenceLine(undefined, noon)).toBe('')
  })
})
