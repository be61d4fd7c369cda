import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, secondConnection, type Sql } from './support/database.ts'
import { ingest, posted } from './support/rooms.ts'

const members = 50
const batches = 40

let sql: Sql
const person = (i: number) => `a0000000-0000-4000-8000-${i.toString(16).padStart(12, '0')}`
beforeAll(async () => {
  sql = await freshDatabase()
  for (let i = 0; i <= members; i++) {
    await sql`insert into auth.users (id, email) values (${person(i)}, ${`${i}@example.org`})`
  }
})
afterAll(() => sql.end())

// 15 s bound the contention; it ends as soon as the writer has its batches, which without a deadlock is far sooner.
test('ingest, marks, reading and changes of members in one room never deadlock', { timeout: 15_000 }, async () => {
  const room = randomUUID()
  await sql`insert into rooms (id, type, name, created_by) values (${room}, 'group', 'Engines', ${person(0)})`
  await sql`
    insert into room_participants (room_id, user_id)
    select ${room}, id from user_profiles where id <> ${person(0)} order by id`

  const deadlocks: unknown[] = []
  const work = { done: false }
  const changed = { count: 0 }
  const everyone = Array.from({ length: members }, (_, i) => person(i))

  async function write(connection: Sql): Promise<void> {
    for (let n = 1; n <= batches && deadlocks.length === 0; n++) {
      const from = (n - 1) * 20 + 1
      const events = Array.from({ length: 20 }, (_, i) => posted(from + i, { by: person(i) }))
      // In no order of their own: the function orders them.
      const marks = everyone.toReversed().map((id) => ({ person: id, delivered: from, read: from }))
      await ingest(connection, { room, from, to: from + 19, events, marks })
    }
    work.done = true
  }
  async function change(connection: Sql, from: number): Promise<void> {
    const named = (kind: string) => [from, from + 3, from + 1].map((i) => ({ kind, person: person(i) }))
    for (let kind = 'remove'; !work.done; kind = kind === 'remove' ? 'add' : 'remove') {
      await connection`select parley.change_members(${randomUUID()}, ${room}, ${person(0)}, ${connection.json(named(kind))})`
      changed.count++
    }
  }
  async function read(connection: Sql, i: number): Promise<void> {
    while (!work.done) {
      await connection.begin(async (tx) => {
        await tx`select set_config('request.jwt.claim.sub', ${person(i)}, true)`
        await tx`set local role authenticated`
        await tx`select * from get_unread_counts()`
        await tx`select * from messages where room_id = ${room} order by seq desc limit 50`
      })
    }
  }
  const guarded = (part: Promise<void>) =>
    part.catch((error: unknown) => {
      work.done = true
      deadlocks.push(error)
    })
  const connections = await Promise.all(Array.from({ length: 5 }, () => secondConnection(sql)))
  await Promise.all([
    guarded(write(connections[0]!)),
    guarded(change(connections[1]!, 10)),
    guarded(change(connections[2]!, 11)),
    guarded(read(connections[3]!, 1)),
    guarded(read(connections[4]!, 12)),
  ])

  expect(deadlocks).toEqual([])
  expect(changed.count).toBeGreaterThan(10)
  expect((await sql`select last_seq from rooms where id = ${room}`)[0]).toEqual({ last_seq: batches * 20 })
})
