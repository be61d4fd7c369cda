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

/** The unread formula as a statement of its own, for grace. */
function unreadOf(body: string): string {
  return body
    .replaceAll('p_cap', '1000')
    .replaceAll('p_person', `'${people.grace}'::uuid`)
    .replaceAll('p_rooms', 'null::uuid[]')
}

test('a room in which everything is read costs no look at its messages', async () => {
  await sql`update room_participants p set last_read_seq = r.last_seq from rooms r where r.id = p.room_id and p.user_id = ${people.grace}`
  const [body] = await sql`select prosrc from pg_proc where proname = 'unread_of'`
  const nodes = await plan((tx) =>
    tx`reset role`.then(() => tx.unsafe(`explain (analyze, format json) ${unreadOf(body!['prosrc'])}`)),
  )
  const scans = nodes.filter((node) => node['Relation Name'] === 'messages')
  expect(scans).not.toHaveLength(0)
  expect(scans.map((scan) => scan['Actual Loops'])).toEqual(scans.map(() => 0))
})

// Free to choose, Postgres reads a phrase in all rooms once for each room: 636 ms for 会议 in 200 rooms of a million
// messages, 22 ms by room and word; and for a common word it reads whole rooms, 70 ms against 23 ms.
test('search has one plan for every word, the room in its index condition', async () => {
  const [search] = await sql`select proconfig from pg_proc where proname = 'search_my_messages'`
  expect(search!['proconfig']).toContain('plan_cache_mode=force_generic_plan')
  const [body] = await sql`select prosrc from pg_proc where proname = 'search_my_messages'`
  const parameters: Record<string, string> = {
    ...{ p_room_id: '$2', p_limit: '$3', p_sender: '$4', p_has: '$5', p_before: '$6', p_after: '$7', p_sort: '$8' },
    ...{ p_from: '$9', p_from_room: '$10', p_from_seq: '$11', kinds: '$12' },
  }
  const query = /select h\.room_id[\s\S]*\) h;/.exec(body!['prosrc'])![0]
  const prepared = query
    .replaceAll(/\bp_\w+|\bkinds\b/g, (name) => parameters[name] ?? name)
    .replaceAll(/@@ query|content, query/g, (use) => use.replace('query', '$1'))
  const types = 'tsquery, uuid, int, uuid, text, timestamptz, timestamptz, text, timestamptz, uuid, bigint, text[]'
  for (const word of ['message', '77', '会议']) {
    const nodes = await plan(async (tx) => {
      await tx`reset role`
      await tx.unsafe(`set local plan_cache_mode = force_generic_plan; prepare finding (${types}) as ${prepared}`)
      const rows = await tx.unsafe(
        `explain (format json) execute finding (private.search_query('${word}'), null, 20, null, null, null, null, 'newest', null, null, null, null)`,
      )
      await tx`deallocate finding`
      return rows
    })
    const scans = nodes.filter((node) => node['Index Name'] === 'messages_search_idx')
    expect(scans.map((scan) => scan['Index Cond'])).toEqual([expect.stringMatching(/room_id = .*search @@/)])
  }
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

function indexes(nodes: Node[]): unknown[] {
  return nodes.map((node) => node['Index Name']).filter(Boolean)
}

test('unread walks the key above the mark', async () => {
  await sql`update room_participants set last_read_seq = 100 where user_id = ${people.grace}`
  const [body] = await sql`select prosrc from pg_proc where proname = 'unread_of'`
  const nodes = await plan((tx) =>
    tx`reset role`.then(() => tx.unsafe(`explain (format json) ${unreadOf(body!['prosrc'])}`)),
  )
  const scans = nodes.filter((node) => String(node['Index Name']).startsWith('messages_'))
  expect(scans.map((scan) => [scan['Index Name'], scan['Index Cond']])).toEqual([
    ['messages_pkey', expect.stringMatching(/room_id = .*seq > /)],
  ])
})

test('what changed since a seq: the new ones by the key, the touched ones by their rev', async () => {
  await sql`update messages set rev = 3000 where room_id = ${room} and seq in (7, 8)`
  await sql`analyze messages`
  const nodes = await plan((tx) =>
    tx.unsafe(`
      explain (format json)
      select * from messages where room_id = '${room}' and seq > 1990
      union all
      select * from messages where room_id = '${room}' and rev <> seq and rev > 1990 and seq <= 1990`),
  )
  expect(indexes(nodes)).toEqual(['messages_pkey', 'messages_rev_idx'])
})

test('search in one room reads the index of that room and of that word', async () => {
  const scans = async (tx: Tx) =>
    (
      await tx<{ index: number; table: number }[]>`
      select pg_stat_get_xact_numscans('messages_search_idx'::regclass) as index,
        pg_stat_get_xact_numscans('messages'::regclass) as table`
    )[0]!
  const [before, after] = await as(sql, 'grace', async (tx) => {
    const before = await scans(tx)
    await tx`select from search_messages('77', ${room})`
    return [before, await scans(tx)] as const
  })
  expect([after.index - before.index, after.table - before.table]).toEqual([1, 0])
})

test('erasing finds a person’s messages, and expiry what expires, by an index of their own', async () => {
  const service = async (query: string) =>
    plan((tx) => tx`reset role`.then(() => tx.unsafe(`explain (format json) ${query}`)))
  await sql`update messages set sender_id = ${people.linus} where room_id = ${room} and seq < 20`
  await sql`update messages set expires_at = now() where room_id = ${room} and seq < 20`
  await sql`analyze messages`
  expect(
    indexes(await service(`select seq from messages where sender_id = '${people.linus}' and seq < 900 limit 50`)),
  ).toEqual(['messages_sender_idx'])
  const [body] = await sql`select prosrc from pg_proc where proname = 'expire_some'`
  const values: Record<string, string> = {
    ...{ 'job.room_id': `'${room}'`, 'job.at': 'now()', 'job.seq': '3000', p_limit: '500' },
  }
  const expiring = /select m\.seq[\s\S]*limit p_limit/.exec(body!['prosrc'])![0]
  const nodes = await service(expiring.replaceAll(/job\.\w+|p_limit/g, (name) => values[name]!))
  expect(indexes(nodes)).toEqual(['messages_expires_idx'])
  expect(nodes.map((node) => node['Node Type'])).not.toContain('Sort')
})
