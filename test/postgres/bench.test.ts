import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { ingesting } from '../../bench/sql/ingesting.ts'
import { reading } from '../../bench/sql/reading.ts'
import { stage } from '../../bench/sql/stage.ts'
import { freshDatabase } from './support/database.ts'
import { people, signUp } from './support/people.ts'

const script = resolve(import.meta.dirname, '../../scripts/bench.ts')

test('the measurement of SQL prints both sides, their ratio and their plans, those inside of functions too', async () => {
  const args = [script, 'sql', '--json', '--plans', '--messages', '10000', '--only', 'unread']
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const times = {
    first: expect.any(Number),
    p50: expect.any(Number),
    p95: expect.any(Number),
    runs: expect.any(Number),
  }
  expect(JSON.parse(stdout)).toEqual({
    messages: 10_000,
    results: [
      {
        name: 'unread of 200 rooms',
        ours: times,
        naive: { what: 'a count for each room', ...times },
        ratio: expect.any(Number),
        plans: {
          ours: expect.arrayContaining([expect.stringMatching(/last_read_seq[\s\S]*Nested Loop[\s\S]*on messages/)]),
          naive: expect.arrayContaining([expect.stringMatching(/count\(\*\)[\s\S]*on messages/)]),
        },
      },
    ],
  })
})

test('it is taken in a town that edits, deletes and reacts, of which the reader has missed posts and edits', async () => {
  const sql = await freshDatabase()
  const { long } = await stage(sql, 10_000, { write() {} })
  const [town] = await sql`
    select count(*) filter (where edited_at is not null) > 200 as edited,
      count(*) filter (where deleted_at is not null) > 50 as deleted,
      (select count(*) from message_reactions) > 1000 as reactions,
      count(*) filter (where room_id = ${long.id} and rev > ${long.since} and seq <= ${long.since}) >= 40 as missed_edits,
      max(created_at) filter (where room_id = ${long.id} and seq <= ${long.since}) = ${long.sinceTime} as since
    from messages`
  await sql.end()
  expect(town).toEqual({ edited: true, deleted: true, reactions: true, missed_edits: true, since: true })
})

test('a measurement that does not exist is answered with those that do', async () => {
  const asked = promisify(execFile)(process.execPath, [script, 'tea'])
  await expect(asked).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/npm run bench -- .*\bsql\b/) })
})

test('what the database is asked most is measured: unread, the list, history, changes, search, and batches of every size', async () => {
  const sql = await freshDatabase()
  await signUp(sql)
  const long = { id: people.ada, head: 9, since: 5, sinceTime: '2026-11-01' }
  const rooms = Array.from({ length: 200 }, () => ({ id: people.ada, read: 0 }))
  const words = { rare: '12345', common: 'thanks', chinese: '会议' }
  const contests = [...reading({ reader: people.ada, rooms, long, words }), ...(await ingesting(sql))]
  await sql.end()
  const searches = Object.keys(words).flatMap((kind) =>
    ['one room', '200 rooms'].map((where) => `search, ${kind} word, ${where}`),
  )
  const batches = [2, 16, 50, 1_000].flatMap((members) =>
    [1, 100, 500].map((count) => `ingest ${count}, ${members} members`),
  )
  const asked = [
    'unread of 200 rooms',
    'the list of 200 rooms',
    'page of history, in the middle',
    'changes since a seq',
    ...searches,
    ...batches,
  ]
  expect(contests.map(({ name }) => name)).toEqual(expect.arrayContaining(asked))
})
