import { afterAll, beforeAll, expect, test } from 'vitest'
import { idOf } from '../../scripts/seed/random.ts'
import { town } from '../../scripts/seed/town.ts'
import type { Sql } from '../postgres/support/database.ts'
import { ingest } from '../postgres/support/rooms.ts'
import { openTown, prolific, prolificMessages, size } from './support/town.ts'

// A batch's rows and its time, by which nobody else waits long for a row that it holds.
const rowsPerBatch = 5_000
const longestBatchMs = 1_000

const people = prolific(town({ ...size, rooms: 1, messages: 0 }))
const deputy = idOf('deputy of the metropolis')

let sql: Sql
beforeAll(async () => {
  sql = await openTown()
  await sql`insert into auth.users (id, email) values (${deputy}, 'deputy@metropolis.example.org')`
})
afterAll(() => sql.end())

/** Every object logs that the person is gone, and someone else keeps their groups. */
async function announce(person: string, mode: 'keep' | 'erase'): Promise<void> {
  await sql`
    insert into room_participants (room_id, user_id, role)
    select room_id, ${deputy}, 'owner' from room_participants where user_id = ${person} and role = 'owner' order by room_id`
  await sql`update room_participants set role = 'member' where user_id = ${person} and role = 'owner'`
  const rooms = await sql<{ id: string; head: number }[]>`
    select r.id, r.last_seq as head from rooms r join room_participants p on p.room_id = r.id where p.user_id = ${person}`
  for (const { id, head } of rooms) {
    const seq = head + 1
    await ingest(sql, {
      ...{ room: id, from: seq, to: seq },
      events: [{ kind: 'account_erased', seq, at: size.until, person, mode }],
    })
  }
}

test.for(['keep', 'erase'] as const)(
  'an account with 200,000 messages goes batch by batch, none longer than a second: %s',
  { timeout: 300_000 },
  async (mode) => {
    const { id } = people[mode]
    await sql.unsafe(`create table said_${mode} as
      select room_id, seq, md5(content) as text, content <> '' as words, deleted_at is not null as gone from messages where sender_id = '${id}'`)
    const [said] = await sql.unsafe(`select count(*) as count from said_${mode}`)
    expect(said!['count']).toBeGreaterThanOrEqual(prolificMessages)
    await announce(id, mode)

    const batches: { rows: number; ms: number }[] = []
    for (let outcome = ''; outcome !== 'erased';) {
      const began = performance.now()
      const [row] = await sql`select parley.erase_account(${id}, ${mode}) as answer`
      const answer = row!['answer'] as { outcome: string; rows?: number }
      outcome = answer.outcome
      expect(['more', 'erased']).toContain(outcome)
      batches.push({ rows: answer.rows ?? 0, ms: performance.now() - began })
    }

    const longest = Math.max(...batches.map(({ ms }) => ms))
    console.log(
      `${mode}: ${said!['count']} messages in ${batches.length} batches, the longest ${Math.round(longest)} ms`,
    )
    expect(longest).toBeLessThan(longestBatchMs)
    // A walk along a room for names alone is twice as long.
    expect(Math.max(...batches.map(({ rows }) => rows))).toBeLessThanOrEqual(2 * rowsPerBatch)
    expect(batches.length).toBeGreaterThan(prolificMessages / rowsPerBatch)
    const [left] = await sql.unsafe(`
      select
        (select count(*) from auth.users where id = '${id}') + (select count(*) from user_profiles where id = '${id}')
          + (select count(*) from room_participants where user_id = '${id}') as accounts,
        (select count(*) from messages where sender_id = '${id}' or deleted_by = '${id}') as messages,
        (select count(*) from message_reactions where user_id = '${id}') as reactions,
        (select count(*) from message_status where user_id = '${id}') as receipts,
        (select count(*) from said_${mode} s join messages m using (room_id, seq)
          where m.content <> '' or m.search <> '' or m.edits <> '[]' or m.metadata <> '{}' or m.mentions <> '{}'
            or m.deleted_at is null) as texts,
        (select count(*) from said_${mode} s join messages m using (room_id, seq)
          where md5(m.content) = s.text and (m.deleted_at is not null) = s.gone) as as_they_were`)
    const kept = mode === 'keep'
    expect(left).toEqual({
      ...{ accounts: 0, messages: 0, reactions: 0, receipts: 0 },
      texts: kept ? expect.any(Number) : 0,
      // What had no text before has none now.
      as_they_were: kept ? said!['count'] : expect.any(Number),
    })
    if (kept) expect(left!['texts']).toBeGreaterThan(prolificMessages * 0.98)
  },
)
