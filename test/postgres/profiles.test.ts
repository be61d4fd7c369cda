import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, type Sql } from './support/database.ts'
import { as, attempt, people, signUp } from './support/people.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
})
afterAll(() => sql.end())

async function nameAfterSignUp(email: string | null, metadata: unknown): Promise<unknown> {
  const id = randomUUID()
  await sql`insert into auth.users (id, email, raw_user_meta_data) values (${id}, ${email}, ${sql.json(metadata as never)})`
  const [profile] = await sql`select display_name from user_profiles where id = ${id}`
  return profile!['display_name']
}

test('whoever signs up has a profile under the name they gave', async () => {
  expect(await nameAfterSignUp('hopper@example.org', { display_name: 'Grace Hopper' })).toBe('Grace Hopper')
})

test('the name is found in metadata that were encoded twice', async () => {
  expect(await nameAfterSignUp('twice@example.org', JSON.stringify({ display_name: 'Ada Байрон' }))).toBe('Ada Байрон')
})

test.for([
  ['an array', [1, 2]],
  ['a number', 7],
  ['null', null],
  ['a string that is no JSON', '{oops'],
  ['a string that is JSON and no object', '"name"'],
  ['a name that is no string', { display_name: { first: 'A' } }],
  ['a blank name', { display_name: ' \n\t ' }],
] as const)('%s in the metadata does not stop a sign-up: the address gives the name', async ([what, metadata]) => {
  const local = what.replaceAll(/\W/g, '')
  expect(await nameAfterSignUp(`${local}@example.org`, metadata)).toBe(local)
})

test('a long name is cut, a name of two lines becomes one, and no address is needed', async () => {
  expect(await nameAfterSignUp('long@example.org', { display_name: '木'.repeat(70) })).toBe('木'.repeat(64))
  expect(await nameAfterSignUp('lines@example.org', { display_name: ' Linus\n Torvalds\u0007 ' })).toBe(
    'Linus Torvalds',
  )
  expect(await nameAfterSignUp(null, {})).toBe('Someone')
})

test('people read and change their own profile and nobody else’s', async () => {
  const read = await as(sql, 'ada', (tx) => tx`select display_name from user_profiles`)
  expect(read.map((row) => row['display_name'])).toEqual(['ada'])
  expect(
    await attempt(sql, 'ada', (tx) => tx`update user_profiles set about = 'engines' where id = ${people.ada}`),
  ).toBe('1 rows')
  expect(await attempt(sql, 'ada', (tx) => tx`update user_profiles set about = '' where id = ${people.grace}`)).toBe(
    '0 rows',
  )
  expect(await attempt(sql, 'ada', (tx) => tx`update user_profiles set id = ${randomUUID()}`)).toBe('refused 42501')
})

test('a picture is one’s own', async () => {
  const set = (path: string) => attempt(sql, 'ada', (tx) => tx`update user_profiles set avatar_path = ${path}`)
  expect(await set(`${people.ada}/face.png`)).toBe('1 rows')
  expect(await set(`${people.grace}/face.png`)).toBe('refused 23514')
})

test('a card shows what its owner shows: about to contacts alone hides it from a stranger', async () => {
  await sql`update user_profiles set about = 'I write compilers', privacy_about = 'contacts' where id = ${people.grace}`
  const about = async () => {
    const cards = await as(sql, 'ada', (tx) => tx`select display_name, about from get_user_cards(${[people.grace]})`)
    return cards[0]
  }
  expect(await about()).toEqual({ display_name: 'grace', about: null })
  // Ada opens a room with grace: ada's contact now, not yet grace's.
  await sql`
    insert into rooms (type, direct_key) values ('direct', ${`${people.ada}:${people.grace}`})`
  await sql`
    insert into room_participants (room_id, user_id, accepted_at)
    select id, person, case when person = ${people.ada} then now() end
    from rooms, unnest(${[people.ada, people.grace]}::uuid[]) person where type = 'direct'`
  expect(await about()).toEqual({ display_name: 'grace', about: null })
  await sql`update room_participants set accepted_at = now() where user_id = ${people.grace}`
  expect(await about()).toEqual({ display_name: 'grace', about: 'I write compilers' })
  await sql`update user_profiles set blocked_user_ids = ${[people.ada]} where id = ${people.grace}`
  expect(await about()).toEqual({ display_name: 'grace', about: null })
})

test('last seen is reciprocal: whoever hides their own sees nobody’s', async () => {
  await sql`update user_profiles set privacy_last_seen = 'everyone' where id = ${people.linus}`
  await sql`update user_profiles set privacy_last_seen = 'everyone' where id = ${people.ada}`
  await sql`insert into user_presence (user_id, is_online) values (${people.linus}, true)`
  const seen = async () =>
    (await as(sql, 'ada', (tx) => tx`select is_online from get_user_cards(${[people.linus]})`))[0]
  expect(await seen()).toEqual({ is_online: true })
  await sql`update user_profiles set privacy_last_seen = 'nobody' where id = ${people.ada}`
  expect(await seen()).toEqual({ is_online: false })
})

test('presence is a lease of ten minutes at most', async () => {
  const lease = (person: 'ada' | 'linus', until: string) =>
    attempt(
      sql,
      person,
      (tx) => tx`
        insert into user_presence (user_id, is_online, expires_at) values (${people[person]}, true, ${tx.unsafe(until)})
        on conflict (user_id) do update set expires_at = excluded.expires_at`,
    )
  expect([await lease('ada', `'infinity'`), await lease('linus', `'infinity'`)]).toEqual([
    'refused 42501',
    'refused 42501',
  ])
  const set = await as(
    sql,
    'ada',
    (tx) => tx`select extract(epoch from set_presence(true, null, 9999) - now())::int as seconds`,
  )
  expect([...set]).toEqual([{ seconds: 600 }])
})

test('a profile that holds memberships, a ban among them, is not deleted by its owner', async () => {
  const remove = (person: 'ada' | 'linus') =>
    attempt(sql, person, (tx) => tx`delete from user_profiles where id = ${people[person]}`)
  await sql`delete from rooms`
  expect(await remove('linus')).toBe('1 rows')
  const [room] =
    await sql`insert into rooms (type, name, created_by) values ('group', 'Kernels', ${people.linus}) returning id`
  expect(await remove('linus')).toBe('0 rows')
  await sql`update room_participants set left_at = now(), banned_until = 'infinity' where room_id = ${room!['id']}`
  expect(await remove('linus')).toBe('0 rows')
})
