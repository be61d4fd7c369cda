import { expect, test } from 'vitest'
import type { RoomEvent } from '../../protocol/events.ts'
import { fold } from '../../protocol/fold.ts'
import { type Message, messageOf } from '../../protocol/message.ts'
import { check } from '../../scripts/chaos/checker.ts'
import { type Entry, seenOf, type Wish } from '../../scripts/chaos/history.ts'

const room = '01900000-0000-7000-8000-00000000000f'
const [ada, grace] = ['01900000-0000-4000-8000-0000000000aa', '01900000-0000-4000-8000-0000000000bb']
const idOf = (n: number) => `01900000-0000-7000-8000-00000000000${n}`
const killedAt = 1_000

const post = (text: string, replyTo: number | null = null): Wish => ({ kind: 'post', text, replyTo, mentions: [] })

interface Asked {
  seq: number
  by: string
  wish: Wish
  /** When it went out, when the room took it, when its sender was told. */
  up: number
  stamp: number
  acked: number
}

const asked: Asked[] = [
  { seq: 2, by: ada, wish: post('the engine weaves'), up: 100, stamp: 101, acked: 103 },
  { seq: 3, by: grace, wish: post('so does the loom', 2), up: 200, stamp: 201, acked: 203 },
  {
    ...{ seq: 4, by: ada, up: 300, stamp: 301, acked: 303 },
    wish: { kind: 'edit', target: idOf(2), text: 'the engine weaves flowers', mentions: [] },
  },
  { seq: 5, by: grace, wish: { kind: 'react', target: 2, emoji: '👍', on: true }, up: 400, stamp: 401, acked: 403 },
  // At 1,000 workerd is killed: the first was told by then, the second only stored, and the third was not even that.
  { seq: 6, by: ada, wish: post('and leaves'), up: 990, stamp: 992, acked: 995 },
  { seq: 7, by: ada, wish: post('as the loom does'), up: 996, stamp: 998, acked: 1_510 },
  { seq: 8, by: ada, wish: post('and patterns'), up: 999, stamp: 1_520, acked: 1_530 },
]

const log: RoomEvent[] = [
  { kind: 'member_joined', seq: 1, at: 50, id: '01900000-0000-8000-8000-000000000001', person: grace, name: 'Grace' },
  ...asked.map(({ seq, by, wish, stamp: at }): RoomEvent => {
    const own = { seq, at, id: idOf(seq), by, hash: '' }
    if (wish.kind === 'post')
      return { kind: 'posted', ...own, text: wish.text, replyTo: wish.replyTo, mentions: [], source: null }
    if (wish.kind === 'edit') return { kind: 'edited', ...own, target: 2, text: wish.text, mentions: [] }
    return { kind: 'reacted', ...own, target: 2, emoji: '👍' }
  }),
]
const people = [ada, grace]

/** What everyone was told when the room was at a seq. */
function toldAt(seq: number): Message[] {
  const rows = fold(log.slice(0, seq), new Set(people)).messages
  return rows.filter(({ rev }) => rev === seq).map(messageOf)
}

/** A history in which everything went well, one kill and one fault included. */
function clean(): Entry[] {
  const { messages, commands } = fold(log, new Set(people))
  const opened = (conn: number, client: string, at: number, since: number): Entry[] => [
    { t: 'opened', at, client, room, conn },
    { t: 'hello', at, conn, since, from: since === 0 ? 0 : 1 },
    { t: 'welcome', at, conn, epoch: 1, head: since },
  ]
  const changes = (conn: number, at: number, seq: number): Entry => {
    const told = toldAt(seq)
    const system = told.filter((message) => message.system !== null)
    return { t: 'changes', at, conn, covers: [seq, seq], seen: told.map(seenOf), system }
  }
  const pinned = '01900000-0000-7000-8000-0000000000ff'
  const entries: Entry[] = [
    { t: 'room', room, people },
    ...opened(1, 'ada', 60, 0),
    ...opened(2, 'grace', 60, 0),
    ...[1, 2].map((conn) => changes(conn, 61, 1)),
    { t: 'sent', at: 70, client: 'grace', person: grace, room, id: pinned, wish: { kind: 'pin', target: 1, on: true } },
    { t: 'refused', at: 71, conn: 2, id: pinned, reason: 'not_allowed', final: true },
  ]
  for (const { seq, by, wish, up, stamp, acked } of asked) {
    const [client, person, id] = [by === ada ? 'ada' : 'grace', by, idOf(seq)]
    const conn = by === ada ? 1 : 2
    entries.push({ t: 'sent', at: up, client, person, room, id, wish }, { t: 'up', at: up, conn, id })
    if (acked > killedAt) continue
    entries.push({ t: 'ack', at: acked, conn, id, seq, stamp }, ...[1, 2].map((to) => changes(to, acked, seq)))
  }
  entries.push(
    { t: 'closed', at: killedAt, conn: 1 },
    { t: 'closed', at: killedAt, conn: 2 },
    { t: 'killed', at: killedAt, back: 1_500 },
    { t: 'fault', kind: 'workerd killed', from: 900, until: 1_500, seen: '2 connections broke' },
    { t: 'fault', kind: 'answers hang', from: 1_600, until: 1_700, seen: null },
    ...opened(3, 'ada', 1_505, 6),
    ...opened(4, 'grace', 1_505, 6),
    ...[3, 4].map((conn) => changes(conn, 1_506, 7)),
    { t: 'up', at: 1_507, conn: 3, id: idOf(8) },
    { t: 'ack', at: 1_530, conn: 3, id: idOf(8), seq: 8, stamp: 1_520 },
    ...[3, 4].map((conn) => changes(conn, 1_531, 8)),
  )
  const rows = messages.map((row) => seenOf(messageOf(row)))
  for (const [client, fresh] of [
    ['ada', false],
    ['grace', false],
    ['a fresh device', true],
  ] as const)
    entries.push({ t: 'view', client, room, fresh, rows, waiting: 0, failed: [] })
  const kept = commands.map(({ id, seq }) => ({ id, seq }))
  entries.push({ t: 'kept', room, epoch: 1, lastSeq: 8, messages: structuredClone(messages), commands: kept })
  // Through text, as a history is read: nothing in it is shared.
  return JSON.parse(JSON.stringify(entries)) as Entry[]
}

type Of<T extends Entry['t']> = Extract<Entry, { t: T }>

/** The first entry of a sort that fits, to be doctored. */
function one<T extends Entry['t']>(entries: Entry[], t: T, fits: (entry: Of<T>) => boolean = () => true): Of<T> {
  return entries.find((entry): entry is Of<T> => entry.t === t && fits(entry as Of<T>))!
}

/** What the checker says of a history in which something was changed. */
function doctored(change: (entries: Entry[]) => Entry[] | void): ReturnType<typeof check>['breaches'] {
  const entries = clean()
  return check(change(entries) ?? entries).breaches
}

test('[ACK1] [DUP1] [SEQ1] [FLU1] a clean history passes, and is counted', () => {
  expect(check(clean())).toEqual({
    ...{ sent: 8, acked: 7, heardBack: 1, refused: 1, stored: 7, lost: 0, doubled: 0, outOfOrder: 0 },
    kills: [
      { at: 1_000, downMs: 500, caught: { 'before the commit': 1, 'between commit and ack': 1, 'after the ack': 5 } },
    ],
    windows: { 'before the commit': 1, 'between commit and ack': 1, 'after the ack': 1 },
    faults: { 'workerd killed': 1 },
    unseen: { 'answers hang': 1 },
    breaches: [],
  })
})

test('[ACK1] one that Postgres does not have although it was acknowledged is lost', () => {
  const breaches = doctored((entries) => {
    const kept = one(entries, 'kept')
    kept.messages.pop()
    kept.commands.pop()
    kept.lastSeq = 7
    return entries.map((entry) => (entry.t === 'view' ? { ...entry, rows: entry.rows.slice(0, -1) } : entry))
  })
  expect(breaches).toContainEqual({
    sort: 'lost',
    what: `${idOf(8)} (post) of ada was acknowledged at 8, and Postgres does not have it`,
  })
})

test('[ACK1] an ack without storage is lost, also when it is the last thing that happened', () => {
  const id = '01900000-0000-7000-8000-0000000000ee'
  const breaches = doctored((entries) => [
    ...entries,
    { t: 'sent', at: 1_600, client: 'ada', person: ada, room, id, wish: post('and nothing else') },
    { t: 'ack', at: 1_601, conn: 3, id, seq: 9, stamp: 1_600 },
  ])
  expect(breaches).toContainEqual({
    sort: 'lost',
    what: `${id} (post) of ada was acknowledged at 9, and Postgres does not have it`,
  })
})

test('[DUP1] a text that is stored under two ids is doubled', () => {
  const breaches = doctored((entries) => {
    const kept = one(entries, 'kept')
    kept.messages.push({ ...kept.messages.at(-1)!, seq: 9, rev: 9, id: idOf(9) })
    kept.lastSeq = 9
  })
  expect(breaches).toContainEqual({ sort: 'doubled', what: '“and patterns” is stored at 8 and 9' })
})

test('[DUP1] a repeat that gets another seq than the first answer is doubled', () => {
  const breaches = doctored((entries) => {
    one(entries, 'ack', ({ id }) => id === idOf(8)).seq = 9
  })
  expect(breaches).toContainEqual({ sort: 'doubled', what: `${idOf(8)} was told at 9 and at 8` })
})

test('[OUT2] [SEQ1] what was sent first and stands behind is out of order', () => {
  const breaches = doctored((entries) => {
    const [first, second] = [6, 7].map((seq) => entries.findIndex((it) => it.t === 'sent' && it.id === idOf(seq)))
    ;[entries[first!], entries[second!]] = [entries[second!]!, entries[first!]!]
  })
  expect(breaches).toEqual([{ sort: 'out of order', what: `ada posted ${idOf(7)} (at 7) before ${idOf(6)} (at 6)` }])
})

test('[RES5] [RES1] a range that does not follow is a hole', () => {
  const breaches = doctored((entries) =>
    entries.filter((entry) => entry.t !== 'changes' || entry.conn !== 2 || entry.covers[0] !== 3),
  )
  expect(breaches).toEqual([{ sort: 'hole', what: 'grace was told 2, and then 4..4' }])
})

test('[RES1] a range that is told without what is in it is a hole', () => {
  const breaches = doctored((entries) => {
    one(entries, 'changes', ({ conn, covers }) => conn === 2 && covers[0] === 5).seen = []
  })
  expect(breaches).toEqual([
    { sort: 'hole', what: `grace was told that 5..5 is whole, without ${idOf(2)} at 2 (rev 5)` },
  ])
})

test('[SEQ1] a seq that belongs to nothing is a hole', () => {
  const breaches = doctored((entries) =>
    entries.map((entry) => (entry.t === 'changes' ? { ...entry, system: [] } : entry)),
  )
  expect(breaches).toContainEqual({
    sort: 'hole',
    what: 'nobody was told of seq 1; the next one that somebody was told of is 2',
  })
})

test('[FLU1] another text in Postgres than the one that was sent is a change', () => {
  const breaches = doctored((entries) => {
    one(entries, 'kept').messages[1]!.text = 'the engine weaves weeds'
  })
  expect(breaches).toEqual([
    {
      sort: 'changed',
      what: 'Postgres holds another message at 2:\n    text is "the engine weaves weeds", not "the engine weaves flowers"',
    },
  ])
})

test('[RES4] another state on the wire, or on a screen, than the one that was sent is a change', () => {
  const other = 'another text'
  const breaches = doctored((entries) => {
    one(entries, 'changes', ({ covers }) => covers[0] === 3).seen[0]![3] = other
    one(entries, 'view').rows[2]![3] = other
  })
  expect(breaches).toEqual([
    { sort: 'changed', what: `ada was told of ${idOf(3)} at 3 with rev 3, and it is not what was sent` },
    { sort: 'changed', what: `ada shows ${idOf(3)} at 3 (rev 3), and what was sent leads to another state (rev 3)` },
  ])
})

test('[FLU1] what the room shows and Postgres passed over is parked', () => {
  const breaches = doctored((entries) => {
    const kept = one(entries, 'kept')
    kept.messages = kept.messages.filter(({ seq }) => seq !== 6)
    kept.commands = kept.commands.filter(({ seq }) => seq !== 6)
  })
  expect(breaches).toContainEqual({
    sort: 'parked',
    what: `${idOf(6)} of ada at 6 is in the room, and Postgres (at 8) passed over it`,
  })
})

test('[OUT1] a command whose sender never heard of it again is untold', () => {
  const breaches = doctored((entries) => entries.filter((entry) => entry.t !== 'ack' || entry.id !== idOf(5)))
  expect(breaches).toContainEqual({
    sort: 'untold',
    what: `${idOf(5)} (react) of grace was neither acknowledged nor refused`,
  })
})

test('[ACK1] kills that all missed a window prove nothing of it', () => {
  const breaches = doctored((entries) => {
    one(entries, 'killed').at = 997
    return entries.filter((entry) => entry.t !== 'closed')
  })
  expect(breaches).toEqual([{ sort: 'window', what: 'no kill hit the window between commit and ack' }])
})
