import { describe, expect, test } from 'vitest'
import { deletedText } from '../../web/src/room/deleted-text.ts'
import { emojiGroups, findEmoji } from '../../web/src/room/emoji-list.ts'
import { entriesOf, repliesOf } from '../../web/src/room/entries.ts'
import { changesFor } from '../../web/src/room/member-changes.ts'
import { offers } from '../../web/src/room/offers.ts'
import { happened } from '../../web/src/room/happened.ts'
import { reactors } from '../../web/src/room/reactors.ts'
import { seenBy } from '../../web/src/room/seen-by.ts'
import { differences } from '../../web/src/room/settings.ts'
import { untilLifted, writing, type Writing } from '../../web/src/room/standing.ts'
import { toldOf } from '../../web/src/room/told-of.ts'
import { span } from '../../web/src/times.ts'
import { Emoji } from '../../protocol/events.ts'
import { asMade } from '../../protocol/downstream.ts'
import type { Role } from '../../protocol/downstream.ts'
import type { Message } from '../../protocol/message.ts'
import type { Row } from '../../web/sync/types.ts'

const [ada, grace, linus] = ['ada', 'grace', 'linus']
const now = Date.UTC(2026, 10, 23, 12)

function said(by: string, more: Partial<Message> = {}): Message {
  const bare = { seq: 7, rev: 7, id: 'm7', at: now, by, text: 'High water', replyTo: null, mentions: [] }
  return { ...bare, source: null, system: null, ...more }
}

function row(message: Message): Row {
  return { state: 'confirmed', key: message.id, message }
}

function member(person: string, role: Role = 'member', more: { read?: number; delivered?: number } = {}) {
  return { person, name: person, role, delivered: 0, read: 0, ...more }
}

describe('what can be done with a message', () => {
  const open: Writing = { state: 'open' }
  const can = (message: Message, role: Role, writes: Writing = open, live = true) =>
    offers(message, member(ada, role), { writes, live, now })
  const doings = (message: Message, role: Role) => can(message, role).map(({ doing }) => doing)

  test('a member edits and deletes what is theirs, and nothing of others', () => {
    expect(doings(said(ada), 'member')).toEqual([
      'react',
      'reply',
      'thread',
      'edit',
      'copy',
      'link',
      'forward',
      'unread',
      'info',
      'delete',
    ])
    expect(doings(said(grace), 'member')).toEqual([
      'react',
      'reply',
      'thread',
      'copy',
      'link',
      'forward',
      'unread',
      'info',
    ])
  })

  test('a moderator pins, and deletes what others wrote', () => {
    expect(doings(said(grace), 'moderator')).toEqual([
      'react',
      'reply',
      'thread',
      'copy',
      'link',
      'forward',
      'pin',
      'unread',
      'info',
      'delete',
    ])
    expect(doings(said(grace, { pinnedAt: now }), 'moderator')).toContain('unpin')
  })

  test('an imported message is nobody’s to edit', () => {
    expect(doings(said(ada, { source: { name: 'Ada', source: 'whatsapp' } }), 'owner')).not.toContain('edit')
  })

  test('a deleted message is brought back by who deleted their own, for a minute', () => {
    const deleted = (by: string, at: number) => doings(said(ada, { text: '', deleted: { at, by } }), 'member')
    expect(deleted(ada, now - 59_000)).toEqual(['undelete', 'unread'])
    expect(deleted(ada, now - 60_000)).toEqual(['unread'])
    expect(deleted(grace, now)).toEqual(['unread'])
  })

  test('who was silenced finds everything in its place, with why it cannot be done', () => {
    const why = 'A moderator has silenced you here.'
    expect(can(said(ada), 'member', { state: 'silenced', until: null })).toEqual([
      { doing: 'react', why },
      { doing: 'reply', why },
      { doing: 'thread', why },
      { doing: 'edit', why },
      { doing: 'copy', why: null },
      { doing: 'link', why: null },
      { doing: 'forward', why: null },
      { doing: 'unread', why: null },
      { doing: 'info', why: null },
      { doing: 'delete', why },
    ])
  })

  test('marking as unread waits for the connection', () => {
    const unread = can(said(grace), 'member', open, false).find(({ doing }) => doing === 'unread')
    expect(unread?.why).toBe('Only while you are connected.')
  })
})

describe('whether I may write', () => {
  const room = { id: 'r', type: 'group', name: 'Harbour', createdBy: null, createdAt: 0, ...asMade } as const
  const view = (role: Role, facts: object = {}, silencedUntil = 0, rows: Row[] = []) => ({
    ...{ room: { ...room, ...facts }, members: [{ ...member(ada, role), silencedUntil }], me: ada, rows },
  })

  test('everyone may, until the room says otherwise', () => {
    expect(writing(view('member'), now, [])).toEqual({ state: 'open' })
    expect(writing(view('member', { postPolicy: 'admins' }), now, [])).toEqual({ state: 'announcement' })
    expect(writing(view('admin', { postPolicy: 'admins' }), now, [])).toEqual({ state: 'open' })
  })

  test('a silence ends at its time, or when it is lifted', () => {
    expect(writing(view('member', {}, now + 1), now, [])).toEqual({ state: 'silenced', until: now + 1 })
    expect(writing(view('member', {}, now), now, [])).toEqual({ state: 'open' })
    expect(writing(view('member', {}, untilLifted), now, [])).toEqual({ state: 'silenced', until: null })
  })

  test('slow mode counts from my last message, and moderators do not wait', () => {
    const slow = { slowModeSeconds: 30 }
    const mine = [row(said(ada, { at: now - 10_000 })), row(said(grace, { at: now }))]
    expect(writing(view('member', slow, 0, mine), now, [])).toEqual({ state: 'slow', until: now + 20_000 })
    expect(writing(view('member', slow, 0, mine), now + 20_000, [])).toEqual({ state: 'open' })
    expect(writing(view('moderator', slow, 0, mine), now, [])).toEqual({ state: 'open' })
  })
})

describe('what can be done with a member', () => {
  const kinds = (mine: Role, other: Role) =>
    changesFor(member(ada, mine), member(grace, other), false).map((change) =>
      change.kind === 'role' ? change.role : change.kind,
    )

  test('nobody changes their equals or betters', () => {
    expect(kinds('moderator', 'moderator')).toEqual([])
    expect(kinds('admin', 'owner')).toEqual([])
    expect(kinds('member', 'member')).toEqual([])
  })

  test('nobody makes their equals, but the owner hands the room over', () => {
    expect(kinds('admin', 'member')).toEqual(['moderator', 'silence', 'silence', 'silence', 'remove', 'ban'])
    expect(kinds('owner', 'admin')).toEqual([
      'moderator',
      'member',
      'owner',
      'silence',
      'silence',
      'silence',
      'remove',
      'ban',
    ])
  })
})

test('who has read a message is told by the marks, and not told where they are hidden', () => {
  const members = [
    member(ada, 'owner'),
    member(grace, 'member', { delivered: 9, read: 7 }),
    member(linus, 'member', { delivered: 7, read: 6 }),
  ]
  const group = { members, me: ada, room: null }
  const names = ({ read, delivered, waiting }: ReturnType<typeof seenBy>) =>
    [read, delivered, waiting].map((some) => some.map(({ person }) => person))
  expect(names(seenBy(said(ada), group))).toEqual([[grace], [linus], []])
  expect(names(seenBy(said(ada, { seq: 8 }), group))).toEqual([[], [grace], [linus]])
  const room = { id: 'r', type: 'direct', name: null, createdBy: null, createdAt: 0, ...asMade } as const
  const two = (read: number) => [member(ada), member(grace, 'member', { delivered: 9, read })]
  expect(seenBy(said(ada), { members: two(0), me: ada, room }).hidden).toBe(true)
  expect(seenBy(said(ada), { members: two(3), me: ada, room }).hidden).toBe(false)
})

test('[HIS5] whoever got a message stands with the times that are kept, the last one first; who came after it does not', () => {
  const [mary, ida] = ['mary', 'ida']
  const marks = seenBy(said(ada), {
    members: [ada, grace, linus, mary, ida].map((person) => member(person, 'member', { delivered: 7, read: 7 })),
    me: ada,
    room: null,
  })
  const kept = (person: string, deliveredAt: number | null, readAt: number | null) => {
    return { person, name: person, delivered: true, read: true, deliveredAt, readAt }
  }
  const receipts = [kept(grace, now, now + 1), kept(linus, null, null), kept(mary, now, now + 2)]
  expect(toldOf(marks, receipts, ada)).toEqual({
    read: [
      { person: mary, name: mary, deliveredAt: now, readAt: now + 2 },
      { person: grace, name: grace, deliveredAt: now, readAt: now + 1 },
      { person: linus, name: linus, deliveredAt: null, readAt: null },
    ],
    delivered: [],
    waiting: [],
  })
  // Until the server has answered the marks alone are known.
  expect(toldOf(marks, null, ada).read.map(({ person }) => person)).toEqual([grace, linus, mary, ida])
})

test('nobody writes to an account that was deleted; into a group that everyone else has left one does', () => {
  const room = { id: 'r', type: 'direct', name: null, createdBy: null, createdAt: 0, ...asMade } as const
  const alone = { members: [member(ada)], me: ada, rows: [], room }
  expect(writing(alone, now, [])).toEqual({ state: 'deserted' })
  expect(writing({ ...alone, members: [member(ada), member(grace)] }, now, [])).toEqual({ state: 'open' })
  expect(writing({ ...alone, room: { ...room, type: 'group', name: 'Quay' } }, now, [])).toEqual({ state: 'open' })
})

test('a thread breaks a group, and its first message counts its replies that are left', () => {
  const rows = [
    row(said(ada, { seq: 1, id: 'm1' })),
    row(said(ada, { seq: 2, id: 'm2', thread: 1 })),
    row(said(ada, { seq: 3, id: 'm3', thread: 1, text: '', deleted: { at: now, by: ada } })),
    row(said(ada, { seq: 4, id: 'm4' })),
  ]
  expect(entriesOf(rows, grace, null).map(({ first, thread }) => [first, thread])).toEqual([
    [true, null],
    [true, 1],
    [false, 1],
    [true, null],
  ])
  expect([...repliesOf(rows)]).toEqual([[1, 1]])
})

test('the words for people and times', () => {
  const people = new Map([grace, linus].map((person) => [person, member(person)]))
  const reaction = { emoji: '🎉', count: 4, people: [grace, ada, linus] }
  expect(reactors(reaction, ada, people)).toBe('You, grace, linus, and 1 other')
  expect(deletedText({ by: ada, deleted: { at: now, by: ada } })).toBe('This message was deleted')
  expect(deletedText({ by: ada, deleted: { at: now, by: grace } })).toBe('A moderator deleted this message')
  expect(deletedText({ by: ada, deleted: { at: now, by: null } })).toBe('This message is gone')
  expect([5_000, 61_000, 3_600_000, 86_400_000, 604_800_000].map(span)).toEqual([
    '5 s',
    '2 min',
    '1 h',
    '24 h',
    '7 days',
  ])
})

test('a room is asked only for what is to be otherwise', () => {
  const { description, postPolicy, slowModeSeconds, disappearingMs } = asMade
  const facts = { name: 'Harbour', description, postPolicy, slowModeSeconds, disappearingMs }
  expect(differences(facts, { name: ' Harbour ', slowModeSeconds: 30 })).toEqual({ slowModeSeconds: 30 })
  expect(differences(facts, { disappearingMs: null })).toBeNull()
})

test('every emoji of the picker is one that a room takes, and stands there once', () => {
  const all = emojiGroups.flatMap(({ emoji }) => emoji.map(([character]) => character))
  expect(all.filter((character) => !Emoji.safeParse(character).success)).toEqual([])
  expect(all.length).toBe(new Set(all).size)
  expect(findEmoji('anch')[0]?.emoji[0]?.[0]).toBe('⚓')
  expect(findEmoji('no such thing')).toEqual([])
})

test('a call says how it began and how it ended', () => {
  const started = { kind: 'call_started', by: ada, meeting: ada } as const
  const ended = { kind: 'call_ended', meeting: ada, durationMs: 0 } as const
  const people = new Map([[ada, { ...member(ada), name: 'Ada' }]])
  expect(
    [
      started,
      { ...started, media: 'video' } as const,
      { ...ended, durationMs: 240_000 },
      { ...ended, outcome: 'missed' } as const,
      { ...ended, outcome: 'declined' } as const,
      { ...ended, outcome: 'cancelled' } as const,
    ].map((fact) => happened(fact, people)),
  ).toEqual([
    'Ada started a call',
    'Ada started a video call',
    'The call ended after 4 min',
    'Missed call',
    'Call declined',
    'Call cancelled',
  ])
})

test('a room that was changed says all of it in one sentence, with the lengths of time that its settings show', () => {
  const changed = { kind: 'room_changed', by: ada } as const
  const say = (change: object) => happened({ ...changed, ...change }, new Map([[ada, { ...member(ada), name: 'Ada' }]]))

  expect([
    say({ slowModeSeconds: 300 }),
    say({ description: 'Ferries', slowModeSeconds: 0, disappearingMs: 86_400_000 }),
    say({ postPolicy: 'admins', disappearingMs: null }),
  ]).toEqual([
    'Ada set slow mode to 5 min',
    'Ada changed the description, switched slow mode off and let new messages disappear after 24 h',
    'Ada let only admins write and let new messages stay',
  ])
})
