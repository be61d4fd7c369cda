import { afterAll, beforeAll, expect, test } from 'vitest'
import { contend, signUpContenders } from './support/contention.ts'
import { freshDatabase, type Sql } from './support/database.ts'

const batches = 40

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
  await signUpContenders(sql)
})
afterAll(() => sql.end())

// It ends as soon as the writer has its batches, which without a deadlock is soon; test/scale does the same for 15 s.
test('ingest, marks, reading and changes of members in one room never deadlock', { timeout: 15_000 }, async () => {
  const { room, failures, membersChanged } = await contend(sql, (batch) => batch <= batches)

  expect(failures).toEqual([])
  expect(membersChanged).toBeGreaterThan(10)
  expect((await sql`select last_seq from rooms where id = ${room}`)[0]).toEqual({ last_seq: batches * 20 })
})
