import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import { freshDatabase, type Sql } from './support/database.ts'
import { people, startOver } from './support/people.ts'
import { type Batch, fill, ingest, joined, makeRoom, nineOClock, posted, run } from './support/rooms.ts'

// What no sound room sends, and what it does send when answers are lost: each has one plain answer.
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

async function texts(): Promise<unknown[]> {
  return (await sql`select content from messages where room_id = ${room} order by seq`).map((row) => row['content'])
}

/** The outcome, or by what the batch was refused; refused, it wrote nothing. */
async function outcome(batch: Omit<Batch, 'room' | 'events'> & { events: unknown[] }): Promise<unknown> {
  return ingest(sql, { ...batch, room, events: batch.events as never }).catch((error) => error.message)
}

const change = (kind: string, seq: number, target: number | null, more = {}) => {
  return { kind, seq, at: nineOClock, id: posted(seq).id, by: people.ada, hash: `${seq}`, target, ...more }
}
const applied = (appliedTo: number) => ({ outcome: 'applied', appliedTo, duplicates: [] })

describe('a batch is applied', () => {
  test('in the order of its seqs, however they are ordered in it, with holes', async () => {
    const edit = change('edited', 9, 5, { text: 'five, changed', mentions: [] })
    const events = [edit, posted(5, { replyTo: 2 }), posted(2), change('reacted', 7, 2, { emoji: '👍' })]
    expect(await outcome({ from: 1, to: 12, events })).toEqual(applied(12))
    expect([...(await sql`select seq, rev, content, reply_to_seq as reply from messages order by seq`)]).toEqual([
      { seq: 2, rev: 7, content: 'message 2', reply: null },
      { seq: 5, rev: 9, content: 'five, changed', reply: 2 },
    ])
    expect(await outcome({ from: 13, to: 13, events: [posted(13)] })).toEqual(applied(13))
  })

  test('with a whole life of a message in it', async () => {
    const back = { text: 'again', mentions: [] as string[], metadata: {}, edits: [] }
    const events = [
      posted(1),
      change('edited', 2, 1, { text: 'changed', mentions: [] }),
      change('reacted', 3, 1, { emoji: '👍' }),
      change('deleted', 4, 1),
      change('reacted', 5, 1, { emoji: '👍' }),
      change('undeleted', 6, 1, back),
      change('pinned', 7, 1),
    ]
    expect(await outcome({ from: 1, to: 7, events })).toEqual(applied(7))
    const [row] = await sql`select rev, content, deleted_at, pinned_at is not null as pinned from messages`
    expect(row).toEqual({ rev: 7, content: 'again', deleted_at: null, pinned: true })
    expect(await sql`select from message_reactions`).toHaveLength(0)
  })

  test('when its changes touch what is not there, or is not there yet', async () => {
    const events = [change('deleted', 1, 3), change('reacted', 2, 99, { emoji: '👍' }), posted(3)]
    expect(await outcome({ from: 1, to: 3, events })).toEqual(applied(3))
    expect(await texts()).toEqual(['message 3'])
  })

  test('when a reply or a thread leads to a message that is a repeat, elsewhere or to come', async () => {
    await fill(sql, room, run(1, 2))
    const repeat = posted(3, { id: posted(1).id })
    const aims = [3, 5, 1, 3, 6].map((aim, i) => ({ ...posted(4 + i, { replyTo: aim }), thread: aim }))
    expect(await outcome({ from: 3, to: 8, events: [repeat, ...aims] })).toMatchObject({
      duplicates: [{ clientId: posted(1).id, seq: 1 }],
    })
    const rows =
      await sql`select seq, reply_to_seq as reply, thread_seq as thread from messages where seq > 3 order by seq`
    expect(rows.map((row) => Object.values(row))).toEqual([
      [4, null, null],
      [5, null, null],
      [6, 1, 1],
      [7, null, null],
      [8, 6, 6],
    ])
  })

  test('with marks beyond the head, which stay: the events are on their way', async () => {
    const marks = [{ person: people.grace, delivered: 90, read: 80 }]
    expect(await outcome({ from: 1, to: 0, events: [], marks })).toEqual(applied(0))
    const [row] =
      await sql`select last_delivered_seq as delivered, last_read_seq as read from room_participants where user_id = ${people.grace}`
    expect(row).toEqual({ delivered: 90, read: 80 })
  })

  test('with marks of strangers and of nobody, which are nothing', async () => {
    const marks = [people.linus, randomUUID(), null].map((person) => ({ person: person!, delivered: 1, read: 1 }))
    expect(await outcome({ from: 1, to: 1, events: [posted(1)], marks })).toEqual(applied(1))
    expect(await sql`select from room_participants where last_read_seq > 0`).toHaveLength(0)
  })

  test('when it has nothing at all', async () => {
    expect(await outcome({ from: 1, to: 0, events: [] })).toEqual(applied(0))
    expect(await outcome({ from: 1, to: 4, events: [] })).toEqual(applied(4))
  })
})

describe('a batch that overlaps what is written is split-brain', () => {
  const split = (seq: number) => ({ outcome: 'split_brain', seq })
  beforeEach(async () => {
    await fill(sql, room, [posted(1), joined(2), change('pinned', 3, 1) as never])
  })

  test('with the same id and another body', async () => {
    const other = posted(1, { text: 'another', hash: 'f'.repeat(64) })
    expect(await outcome({ from: 1, to: 4, events: [other, posted(4)] })).toEqual(split(1))
    expect(await texts()).toEqual(['message 1', ''])
  })

  test('with another command, a message or a system row on the seq of a change', async () => {
    for (const event of [change('pinned', 3, 1, { id: randomUUID() }), posted(3, { id: randomUUID() }), joined(3)]) {
      expect(await outcome({ from: 3, to: 4, events: [event, posted(4)] })).toEqual(split(3))
    }
  })

  test('with a change or an expiry on the seq of a row', async () => {
    expect(await outcome({ from: 2, to: 2, events: [change('pinned', 2, 1)] })).toEqual(split(2))
    expect(await outcome({ from: 2, to: 2, events: [{ kind: 'expired', seq: 2, at: nineOClock }] })).toEqual(split(2))
  })

  test('but with the same ones, less or more of them, is a repeat', async () => {
    const same = [posted(1), joined(2), change('pinned', 3, 1)]
    expect(await outcome({ from: 1, to: 3, events: same })).toEqual(applied(3))
    expect(await outcome({ from: 2, to: 3, events: same.slice(1) })).toEqual(applied(3))
    expect(await outcome({ from: 1, to: 4, events: [...same, posted(4)] })).toEqual(applied(4))
  })
})

describe('a batch is a gap', () => {
  test('beyond the head, empty or not, and with marks alone', async () => {
    const gap = { outcome: 'gap', lastSeq: 0 }
    expect(await outcome({ from: 2, to: 2, events: [posted(2)] })).toEqual(gap)
    expect(await outcome({ from: 3, to: 2, events: [] })).toEqual(gap)
  })
})

describe('a batch is refused whole', () => {
  const both = (event: unknown) => ({ from: 1, to: 9, events: [posted(1), event] })
  const no = {
    'more than limits.ingestEvents events': [
      { from: 1, to: 501, events: run(1, limits.ingestEvents + 1) },
      'at most 500 events and 5000 marks',
    ],
    'two events on one seq': [both(posted(1, { id: randomUUID() })), 'two events have one seq'],
    'a row without an id': [both({ ...posted(2), id: undefined }), 'an event has no id or no target'],
    'a change without a target': [both(change('pinned', 2, null)), 'an event has no id or no target'],
    'an event outside of its range': [both(posted(10)), 'an event lies outside of 1..9'],
    'an event without a seq': [both({ ...posted(2), seq: undefined }), 'an event lies outside of 1..9'],
    'an event without a kind': [both({ ...posted(2), kind: undefined }), 'nobody knows an event without a kind'],
    'an id that is none': [both(posted(2, { id: 'two' })), 'invalid input syntax for type uuid: "two"'],
    'events that are no list': [{ from: 1, to: 1, events: { 0: posted(1) } as never }, /jsonb_array_length|array/],
  } as const
  test.for(Object.entries(no))('with %s', async ([, [batch, why]]) => {
    const said = await outcome(batch)
    if (typeof why === 'string') expect(said).toBe(why)
    else expect(said).toMatch(why)
    expect([await texts(), (await sql`select last_seq from rooms where id = ${room}`)[0]]).toEqual([
      [],
      { last_seq: 0 },
    ])
  })

  test('with more than limits.ingestMarks marks', async () => {
    const marks = Array.from({ length: limits.ingestMarks + 1 }, () => ({
      person: people.grace,
      delivered: 1,
      read: 1,
    }))
    expect(await outcome({ from: 1, to: 0, events: [], marks })).toBe('at most 500 events and 5000 marks')
    expect(await outcome({ from: 1, to: 0, events: [], marks: marks.slice(1) })).toEqual(applied(0))
  })
})
