import type postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, type Sql, type Tx } from './support/database.ts'
import { as, people, signUp } from './support/people.ts'
import { fill, makeRoom, run } from './support/rooms.ts'

let sql: Sql
let room: string
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
  // Grace's room is a small part of all, so that reading everything is never the better plan, and long enough that
  // sorting it for one page is not either.
  room = await makeRoom(sql)
  for (let from = 1; from <= 2_000; from += 500) await fill(sql, room, run(from, from + 499))
  for (let i = 0; i < 40; i++) {
    const other = await makeRoom(sql, ['linus'])
    await fill(sql, other, run(1, 250))
  }
  // As autovacuum does: it also empties the pending list of the full-text index.
  await sql`vacuum analyze`
})
afterAll(() => sql.end())

type Node = Record<string, unknown> & { Plans?: Node[] }

async function plan(explain: (tx: Tx) => PromiseLike<readonly postgres.Row[]>): Promise<Node[]> {
  const [row] = await as(sql, 'grace', async (tx) => explain(tx))
  const [top] = row!['QUERY PLAN'] as { Plan: Node }[]
  const nodes: Node[] = []
  const visit = (node: Node) => {
    nodes.push(node)
    for (const child of node.Plans ?? []) visit(child)
  }
  visit(top!.Plan)
  return nodes
}

test('the policy for reading messages is an index condition, computed once', async () => {
  const nodes = await plan((tx) => tx`explain (format json) select count(*) from messages`)
  expect(nodes.map((node) => node['Index Cond']).filter(Boolean)).toEqual([expect.stringMatching(/room_id = ANY/)])
  expect(nodes.map((node) => node['Filter']).filter((filter) => /room_id/.test(String(filter)))).toEqual([])
  expect(nodes.filter((node) => node['Parent Relationship'] === 'InitPlan')).not.toHaveLength(0)
})

test('a page of history is one short walk along the key', async () => {
  const nodes = await plan(
    (tx) =>
      tx`explain (format json) select * from messages where room_id = ${room} and seq < 80 order by seq desc limit 50`,
  )
  const scan = nodes.find((node) => node['Relation Name'] === 'messages')
  expect([scan?.['Index Name'], scan?.['Scan Direction']]).toEqual(['messages_pkey', 'Backward'])
  expect(nodes.map((node) => node['Node Type'])).not.toContain('Sort')
})

test('a room in which everything is read costs no look at its messages', async () => {
  await sql`update room_participants p set last_read_seq = r.last_seq from rooms r where r.id = p.room_id and p.user_id = ${people.grace}`
  const [body] = await sql`select prosrc from pg_proc where proname = 'unread_counts'`
  const nodes = await plan((tx) =>
    tx`reset role`.then(() =>
      tx.unsafe(`explain (analyze, format json) ${body!['prosrc'].replaceAll('p_cap', '1000')}`),
    ),
  )
  const scans = nodes.filter((node) => node['Relation Name'] === 'messages')
  expect(scans).not.toHaveLength(0)
  expect(scans.map((scan) => scan['Actual Loops'])).toEqual(scans.map(() => 0))
})

test('search walks the full-text index and never the whole table', async () => {
  const [used] = await as(sql, 'grace', async (tx) => {
    await tx`select from search_messages('77')`
    return tx`
      select pg_stat_get_xact_numscans('messages_search_idx'::regclass) as index_scans,
        pg_stat_get_xact_numscans('messages'::regclass) as table_scans`
  })
  expect(used).toEqual({ index_scans: 1, table_scans: 0 })
})
