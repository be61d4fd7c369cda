import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RoomEvent } from '../../protocol/events.ts'
import { freshDatabase, type Sql } from './support/database.ts'
import { people, startOver } from './support/people.ts'
import { fill, ingest, joined, makeRoom, nineOClock, posted, run } from './support/rooms.ts'

// What an object with empty storage asks for.
let sql: Sql
let room: string
beforeAll(async () => {
  sql = await freshDatabase()
})
beforeEach(async () => {
  await startOver(sql)
  room = await makeRoom(sql)
})
afterAll(() => sql.end())

async function answer(query: PromiseLike<readonly Record<string, unknown>[]>): Promise<unknown> {
  return (await query)[0]!['answer']
}
const change = (kind: string, seq: number, target: number, more = {}) => {
  const at = nineOClock + seq * 1_000
  return { kind, seq, at, id: posted(seq).id, by: people.ada, hash: `${seq}`, target, ...more } as never as RoomEvent
}

test('the spine has what a room must know of every message for ever, and of most messages little', async () => {
  await fill(sql, room, [
    joined(1),
    posted(2, { mentions: [people.grace], expiresAt: nineOClock + 9_000_000 }),
    posted(3, { replyTo: 2, by: people.grace, thread: 2 }),
    posted(4, { source: { name: 'Ada L.', source: 'whatsapp' }, by: null }),
    posted(5),
    change('edited', 6, 2, { text: 'new', mentions: [people.grace] }),
    change('pinned', 7, 3),
    change('deleted', 8, 5),
  ])
  const entry = (seq: number, rev = seq) => {
    const { id, hash, at } = posted(seq)
    return { seq, rev, id, hash, at, by: people.ada, imported: false }
  }
  const whole = [
    {
      ...{ ...entry(2, 6), mentions: [people.grace], editedAt: nineOClock + 6_000 },
      expiresAt: nineOClock + 9_000_000,
    },
    { ...entry(3, 7), by: people.grace, replyTo: 2, thread: 2, pinnedAt: nineOClock + 7_000 },
    { ...entry(4), by: null, imported: true },
    { ...entry(5, 8), deletedAt: nineOClock + 8_000 },
  ]
  expect(await answer(sql`select parley.room_spine(${room}, 0, 2) as answer`)).toEqual(whole.slice(0, 2))
  expect(await answer(sql`select parley.room_spine(${room}, 3, 9) as answer`)).toEqual(whole.slice(2))
})

test('the other commands come by seq, page by page, and a page without any says where the next begins', async () => {
  const pins = [4, 5, 9].map((seq) => change('pinned', seq, 1))
  const posts = [1, 2, 3, 6, 7, 8].map((seq) => posted(seq))
  const events = [...posts, ...pins].sort((a, b) => a.seq - b.seq)
  await fill(sql, room, events)
  await fill(sql, await makeRoom(sql), [posted(1), change('pinned', 2, 1)])
  const page = (after: number) => answer(sql`select parley.room_commands(${room}, ${after}, 3) as answer`)
  const of = (...seqs: number[]) => seqs.map((seq) => ({ seq, id: posted(seq).id, hash: `${seq}` }))
  expect([await page(0), await page(3), await page(6), await page(9)]).toEqual([
    { commands: [], next: 3 },
    { commands: of(4, 5), next: 6 },
    { commands: of(9), next: 9 },
    { commands: [], next: null },
  ])
})

test('what the log says of the room, its members and open work are in its state', async () => {
  const fact = (seq: number) => ({ seq, at: nineOClock, id: joined(seq).id, by: people.ada })
  const set = {
    ...{ kind: 'room_changed', ...fact(2), description: 'About looms', postPolicy: 'admins' },
    ...{ slowModeSeconds: 30, disappearingMs: 604_800_000 },
  } as never
  await fill(sql, room, [{ kind: 'renamed', ...fact(1), name: 'Looms' }, set, ...run(3, 250)])
  await ingest(sql, {
    ...{ room, from: 251, to: 251 },
    events: [{ kind: 'account_erased', seq: 251, at: nineOClock, person: people.linus, mode: 'erase' }],
  })
  const until = nineOClock + 60_000
  await sql`
    update room_participants set silenced_until = ${new Date(until)}, history_from_seq = 2, unread_from_seq = 5
    where room_id = ${room} and user_id = ${people.grace}`
  await sql`update user_profiles set blocked_user_ids = ${[people.ada, people.linus]} where id = ${people.grace}`
  expect(await answer(sql`select parley.room_state(${room}) as answer`)).toMatchObject({
    room: {
      ...{ name: 'Looms', description: 'About looms', visibility: 'private', postPolicy: 'admins' },
      ...{ slowModeSeconds: 30, disappearingMs: 604_800_000 },
    },
    ...{ epoch: 1, lastSeq: 251 },
    unfinished: [
      { kind: 'statuses' },
      { kind: 'erase_person', rev: 251, at: nineOClock, person: people.linus, mode: 'erase' },
    ],
    members: [
      { person: people.ada, role: 'owner', blocks: [], silencedUntil: null, historyFrom: 0, unreadFrom: null },
      { person: people.grace, blocks: [people.ada], silencedUntil: until, historyFrom: 2, unreadFrom: 5 },
    ],
  })
  const stay = { kind: 'room_changed', ...fact(252), disappearingMs: null } as never
  await fill(sql, room, [stay])
  expect(await answer(sql`select parley.room_state(${room}) as answer`)).toMatchObject({
    room: { disappearingMs: null, slowModeSeconds: 30 },
  })
})

describe('a setting that was parked', () => {
  test('holds for what nothing later has set, and for nothing else', async () => {
    const fact = (seq: number) =>
      ({ kind: 'room_changed', seq, at: nineOClock, id: joined(seq).id, by: people.ada }) as const
    await ingest(sql, { room, from: 1, to: 2, events: [{ ...fact(2), slowModeSeconds: 30 }] })
    const parked = { ...fact(1), slowModeSeconds: 10, description: 'About looms' }
    await ingest(sql, { room, from: 1, to: 1, events: [parked], parked: true })
    const [row] = await sql`select slow_mode_seconds as slow, description from rooms where id = ${room}`
    expect(row).toEqual({ slow: 30, description: 'About looms' })
  })
})

test('what a message carries beside its text is kept: where it came from, files, that it was said elsewhere', async () => {
  const files = [{ id: people.ada, name: 'loom.png', mime: 'image/png', bytes: 12 }]
  const flag = { forwarded: true } as const
  const events = [posted(1, { attachments: files, ...flag }), posted(2, flag), posted(3)]
  await fill(sql, room, events)
  expect((await sql`select metadata from messages order by seq`).map((row) => row['metadata'])).toEqual([
    { attachments: files, forwarded: true },
    { forwarded: true },
    {},
  ])
})

test('of an erased person whose rows are not reached yet, the spine and the states say what the log says', async () => {
  await fill(sql, room, run(1, 3, { by: people.grace }))
  const erased = { kind: 'account_erased', seq: 4, at: nineOClock, person: people.grace, mode: 'erase' } as const
  await ingest(sql, { room, from: 4, to: 4, events: [erased] })
  expect(await answer(sql`select parley.message_states(${room}, ${[1]}) as answer`)).toMatchObject([
    { seq: 1, rev: 4, by: null, text: '', deletedAt: nineOClock },
  ])
  const gone = { rev: 4, by: null, deletedAt: nineOClock }
  expect(await answer(sql`select parley.room_spine(${room}, 0, 9) as answer`)).toMatchObject([gone, gone, gone])
})
