import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { freshDatabase, type Sql } from './support/database.ts'
import { as, people, startOver } from './support/people.ts'
import { makeRoom } from './support/rooms.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
})
beforeEach(() => startOver(sql))
afterAll(() => sql.end())

interface Names<T> {
  items: T[]
  next: unknown
}

async function ask<T>(
  name: 'search_people' | 'search_rooms',
  text: string,
  cursor: unknown,
  limit: number,
): Promise<Names<T>> {
  const [row] = await as(
    sql,
    'service',
    (tx) =>
      tx`select ${tx(`parley.${name}`)}(${people.ada}, ${text}, ${limit}, ${cursor === null ? null : sql.json(cursor as never)}) as found`,
  )
  return row!['found'] as Names<T>
}

/** What ada finds, page by page. */
async function all<T>(name: 'search_people' | 'search_rooms', text: string, limit = 20): Promise<T[]> {
  const found: T[] = []
  let cursor: unknown = null
  do {
    const page = await ask<T>(name, text, cursor, limit)
    found.push(...page.items)
    cursor = page.next
  } while (cursor !== null)
  return found
}

interface Person {
  id: string
  username: string | null
  name: string
  contact: boolean
}

async function makePerson(name: string, username: string | null = null): Promise<string> {
  const id = randomUUID()
  await sql`
    insert into auth.users (id, email, raw_user_meta_data)
    values (${id}, ${`secret.${id}@example.org`}, ${sql.json({ display_name: name })})`
  await sql`update user_profiles set username = ${username} where id = ${id}`
  return id
}

async function names(text: string, limit?: number): Promise<string[]> {
  return (await all<Person>('search_people', text, limit)).map(({ name }) => name)
}

test('[SRC6] people are found by username, by a name, by a word of it, and from three letters on by what is inside', async () => {
  await makePerson('Mary Somerville', 'scotland')
  await makePerson('Lady Maryann')
  await makePerson('小明王')
  expect(await names('mary')).toEqual(['Mary Somerville', 'Lady Maryann'])
  expect(await names('so')).toEqual(['Mary Somerville'])
  expect(await names('om')).toEqual([])
  expect(await names('ome')).toEqual(['Mary Somerville'])
  expect(await names('scot')).toEqual(['Mary Somerville'])
  expect(await names('小明')).toEqual(['小明王'])
  expect(await names('ada')).toEqual([])
})

test('[SRC6] contacts come first, then who is called so from the start; nobody is told twice, however short the page', async () => {
  const contact = await makePerson('Zed Kepler')
  for (const name of ['Kepler 1', 'Kepler 2', 'Johannes Kepler', 'Kepler 1']) await makePerson(name)
  const key = [people.ada, contact].toSorted().join(':')
  const [room] =
    await sql`insert into rooms (type, direct_key, created_by) values ('direct', ${key}, ${people.ada}) returning id`
  await sql`
    insert into room_participants (room_id, user_id, accepted_at)
    values (${room!['id']}, ${people.ada}, now()), (${room!['id']}, ${contact}, null)`
  const expected = ['Zed Kepler', 'Kepler 1', 'Kepler 1', 'Kepler 2', 'Johannes Kepler']
  for (const limit of [1, 2, 20]) expect(await names('kepler', limit)).toEqual(expected)
  const found = await all<Person>('search_people', 'kepler')
  expect(found.map(({ contact: known }) => known)).toEqual([true, false, false, false, false])
  expect(new Set(found.map(({ id }) => id)).size).toBe(5)
})

test('[SRC6] two of whom one blocks the other do not find each other, and nothing of an address is searched or told', async () => {
  const blocked = await makePerson('Kepler blocked')
  const blocking = await makePerson('Kepler blocking')
  await makePerson('Kepler')
  await sql`update user_profiles set blocked_user_ids = ${[blocked]} where id = ${people.ada}`
  await sql`update user_profiles set blocked_user_ids = ${[people.ada]} where id = ${blocking}`
  expect(await names('kepler')).toEqual(['Kepler'])
  expect(await names('secret')).toEqual([])
  expect(await names('example.org')).toEqual([])
  expect(JSON.stringify(await all('search_people', 'kepler'))).not.toContain('@')
})

test('[SRC6] a pattern is no pattern, and the index of both names serves', async () => {
  await makePerson('100% Kepler')
  await makePerson('1000 Kepler')
  expect(await names('100%')).toEqual(['100% Kepler'])
  expect(await names('%%')).toEqual([])
  expect(await names('__')).toEqual([])
  await sql`
    insert into auth.users (id, email, raw_user_meta_data)
    select gen_random_uuid(), n || '@example.net', jsonb_build_object('display_name', md5(n::text)) from generate_series(1, 4000) n`
  await sql`vacuum analyze user_profiles`
  // What this connection counted before is still among the figures when the statistics were not sent yet.
  const used = await as(sql, 'service', async (tx) => {
    const counted = async () => {
      const [counts] = await tx<{ scans: number; rows: number }[]>`
        select pg_stat_get_xact_numscans('user_profiles_names_trgm_idx'::regclass)::int as scans,
          pg_stat_get_xact_tuples_returned('user_profiles'::regclass)::int as rows`
      return counts!
    }
    const before = await counted()
    await tx`select parley.search_people(${people.ada}, 'kepler', 20, null)`
    const after = await counted()
    return { index: after.scans > before.scans, rows: after.rows - before.rows }
  })
  expect(used).toEqual({ index: true, rows: 0 })
})

test('[SRC7] my rooms are found by name, direct ones by the other’s, then public ones that are not mine; no others', async () => {
  const mine = await makeRoom(sql)
  const [direct] = await sql`
    insert into rooms (type, direct_key, created_by) values ('direct', ${[people.ada, people.grace].toSorted().join(':')}, ${people.ada}) returning id`
  await sql`insert into room_participants (room_id, user_id) values (${direct!['id']}, ${people.ada}), (${direct!['id']}, ${people.grace})`
  const others = await sql<{ id: string }[]>`
    insert into rooms (type, name, created_by, visibility) values
      ('group', 'Engines for all', ${people.linus}, 'public'), ('group', 'Steam engines', ${people.linus}, 'public'),
      ('group', 'Secret engines', ${people.linus}, 'private'), ('group', 'Engines without her', ${people.linus}, 'public')
    returning id`
  await sql`
    insert into room_participants (room_id, user_id, left_at, banned_until)
    values (${others[3]!.id}, ${people.ada}, now(), now() + interval '1 day')`
  const rooms = async (text: string, limit?: number) =>
    (await all<{ id: string; name: string; member: boolean }>('search_rooms', text, limit)).map(({ name, member }) => [
      name,
      member,
    ])
  for (const limit of [1, 20]) {
    expect(await rooms('engine', limit)).toEqual([
      ['Analytical engines', true],
      ['Engines for all', false],
      ['Steam engines', false],
    ])
  }
  expect(await rooms('grace')).toEqual([['grace', true]])
  // All at once its messages would be too many, so a room goes in steps.
  await sql`insert into messages (room_id, seq, rev, client_id, content) select ${others[1]!.id}, i, i, gen_random_uuid(), 'steam' from generate_series(1, 2) i`
  const [gone] = await sql`select parley.delete_room(${others[1]!.id}, ${people.linus}, 1) as answer`
  expect(gone!['answer']).toMatchObject({ outcome: 'more' })
  expect(await rooms('steam')).toEqual([])
  await sql`update room_participants set left_at = now() where room_id = ${mine} and user_id = ${people.ada}`
  expect(await rooms('analytical')).toEqual([])
})
