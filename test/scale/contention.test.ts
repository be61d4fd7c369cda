import { afterAll, beforeAll, expect, test } from 'vitest'
import { fold } from '../../protocol/fold.ts'
import { contend, contender, contenders, signUpContenders } from '../postgres/support/contention.ts'
import type { Sql } from '../postgres/support/database.ts'
import { stored } from '../postgres/support/stored.ts'
import { openTown } from './support/town.ts'

const lastsMs = 15_000

let sql: Sql
beforeAll(async () => {
  sql = await openTown()
  await signUpContenders(sql)
})
afterAll(() => sql.end())

test('[FLU1] 15 s of ingest, marks, reading and changes of members in one room: no deadlock, every batch applied, and the rows are those of the log', async () => {
  const end = performance.now() + lastsMs
  const { room, log, answers, failures, membersChanged, reads } = await contend(sql, () => performance.now() < end)
  console.log(`${answers.length} batches, ${membersChanged} changes of members, ${reads} reads in 15 s`)

  expect(failures).toEqual([])
  expect(answers).toEqual(answers.map((_, i) => ({ outcome: 'applied', appliedTo: (i + 1) * 20, duplicates: [] })))
  // Each of them many times, so that they did meet.
  expect([answers.length, membersChanged, reads].map((times) => times > 50)).toEqual([true, true, true])
  const accounts = new Set(Array.from({ length: contenders + 1 }, (_, i) => contender(i)))
  const { messages, commands } = fold(log, accounts)
  expect(await stored(sql, room)).toMatchObject({ messages, commands })
  const [wrong] = await sql`
    select last_seq - ${log.length} as head,
      member_count - (select count(*) from room_participants p where p.room_id = r.id and p.left_at is null) as members
    from rooms r where id = ${room}`
  expect(wrong).toEqual({ head: 0, members: 0 })
})
