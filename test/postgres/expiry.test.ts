import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RoomEvent } from '../../protocol/events.ts'
import { freshDatabase, secondConnection, type Sql, waitingFor } from './support/database.ts'
import { as, people, startOver } from './support/people.ts'
import { fill, ingest, makeRoom, nineOClock, posted, run } from './support/rooms.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
})
beforeEach(() => startOver(sql))
afterAll(() => sql.end())

const lapsed = nineOClock - 1_000
const expired = (seq: number): RoomEvent => ({ kind: 'expired', seq, at: nineOClock })

async function fillAll(room: string, count: number): Promise<void> {
  for (let from = 1; from <= count; from += 500) {
    await fill(sql, room, run(from, Math.min(from + 499, count), { expiresAt: lapsed }))
  }
}

async function expire(room: string, limit: number): Promise<unknown> {
  return (await sql`select parley.expire_in_room(${room}, ${limit}) as answer`)[0]!['answer']
}

async function left(room: string): Promise<number> {
  return (await sql`select from messages where room_id = ${room} and deleted_at is null`).length
}

describe('an expiry', () => {
  test('of a few messages is done with its batch', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, [posted(1, { expiresAt: lapsed }), posted(2)])
    const answer = await ingest(sql, { room, from: 3, to: 3, events: [expired(3)] })
    expect(answer).toEqual({ outcome: 'applied', appliedTo: 3, duplicates: [] })
    expect([
      ...(await sql`select seq, rev, content as text, private.to_ms(deleted_at) as gone from messages order by seq`),
    ]).toEqual([
      { seq: 1, rev: 3, text: '', gone: nineOClock },
      { seq: 2, rev: 2, text: 'message 2', gone: null },
    ])
    expect(await sql`select from parley.jobs`).toHaveLength(0)
  })

  test('of many empties 500 with its batch and the others batch by batch, and says what is left', async () => {
    const room = await makeRoom(sql)
    await fillAll(room, 1_200)
    await sql`delete from parley.jobs`
    const answer = await ingest(sql, { room, from: 1_201, to: 1_201, events: [expired(1_201)] })
    expect(answer).toEqual({ outcome: 'applied', appliedTo: 1_201, duplicates: [], unfinished: ['expire'] })
    expect(await left(room)).toBe(700)
    expect(await expire(room, 400)).toEqual({ outcome: 'more', rows: 400 })
    expect(await left(room)).toBe(300)
    expect(await expire(room, 400)).toEqual({ outcome: 'done', rows: 300 })
    expect([...(await sql`select distinct rev, private.to_ms(deleted_at) as gone from messages`)]).toEqual([
      { rev: 1_201, gone: nineOClock },
    ])
    expect(await expire(room, 400)).toEqual({ outcome: 'done', rows: 0 })
  })

  test('leaves what was brought back since, and what came after it', async () => {
    const room = await makeRoom(sql)
    await fillAll(room, 600)
    await sql`delete from parley.jobs`
    await ingest(sql, { room, from: 601, to: 601, events: [expired(601)] })
    const [open] = await sql`select seq from messages where deleted_at is null order by seq limit 1`
    const target = open!['seq'] as number
    const back = {
      ...{
        kind: 'undeleted' as const,
        seq: 602,
        at: nineOClock,
        id: posted(602).id,
        by: people.ada,
        hash: 'b',
        target,
      },
      ...{ text: 'again', mentions: [] as string[], metadata: {}, edits: [] },
    }
    await ingest(sql, { room, from: 602, to: 603, events: [back, posted(603, { expiresAt: lapsed })] })
    expect(await expire(room, 5_000)).toMatchObject({ outcome: 'done' })
    expect([
      ...(await sql`select seq, rev, content as text from messages where deleted_at is null order by seq`),
    ]).toEqual([
      { seq: target, rev: 602, text: 'again' },
      { seq: 603, rev: 603, text: 'message 603' },
    ])
  })

  test('that has yet to reach a row is done to it before a change, and before the room sees it', async () => {
    const room = await makeRoom(sql)
    await fillAll(room, 600)
    await sql`delete from parley.jobs`
    await ingest(sql, { room, from: 601, to: 601, events: [expired(601)] })
    const open = await sql`select seq from messages where deleted_at is null order by seq limit 2`
    const [edit, seen] = open.map((row) => row['seq'] as number)
    const event = {
      ...{
        kind: 'edited' as const,
        seq: 602,
        at: nineOClock,
        id: posted(602).id,
        by: people.ada,
        hash: 'b',
        target: edit!,
      },
      ...{ text: 'late', mentions: [] as string[] },
    }
    await ingest(sql, { room, from: 602, to: 602, events: [event] })
    const [row] = await sql`select rev, content as text from messages where seq = ${edit!}`
    expect(row).toEqual({ rev: 601, text: '' })
    const [states] = await sql`select parley.message_states(${room}, ${[seen!]}) as answer`
    expect(states!['answer']).toMatchObject([{ seq: seen, rev: 601, text: '', deletedAt: nineOClock, deletedBy: null }])
  })

  test('and a batch of the same room wait for each other', async () => {
    const room = await makeRoom(sql)
    await fillAll(room, 600)
    const other = await secondConnection(sql)
    await ingest(sql, { room, from: 601, to: 601, events: [expired(601)] })
    const { batch } = await sql.begin(async (tx) => {
      await tx`select parley.expire_in_room(${room}, 50)`
      const batch = ingest(other, { room, from: 602, to: 602, events: [posted(602)] })
      await waitingFor(sql, tx)
      return { batch }
    })
    expect(await batch).toMatchObject({ outcome: 'applied', unfinished: ['expire', 'statuses'] })
  })
})

test('what has lapsed is hidden from people at its time, before its row is emptied, and shown empty after', async () => {
  const room = await makeRoom(sql)
  const soon = Date.now() + 3_600_000
  const texts = [posted(1, { expiresAt: lapsed }), posted(2, { expiresAt: soon }), posted(3)]
  await fill(
    sql,
    room,
    texts.map((event) => ({ ...event, text: `engine ${event.seq}`, mentions: [people.grace] })),
  )
  const seen = () =>
    as(sql, 'grace', async (tx) => {
      const seqs = async (rows: PromiseLike<readonly { seq?: unknown }[]>) => (await rows).map((row) => row.seq)
      return {
        rows: await seqs(tx`select seq from messages order by seq`),
        found: await seqs(tx`select seq from search_messages('engine', p_sort => 'oldest')`),
        unread: (await tx`select unread, mentions from get_unread_counts()`)[0],
        counted: (await tx`select message_count from get_room_stats(${room})`)[0]!['message_count'],
      }
    })
  const two = { found: [2, 3], unread: { unread: 2, mentions: 2 }, counted: 2 }
  expect(await seen()).toEqual({ ...two, rows: [2, 3] })
  await ingest(sql, { room, from: 4, to: 4, events: [expired(4)] })
  expect(await seen()).toEqual({ ...two, rows: [1, 2, 3] })
})
