import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, secondConnection, type Sql, waitingFor } from './support/database.ts'
import { type Person, people, signUp, startOver } from './support/people.ts'
import { call } from './support/service.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
})
afterAll(() => sql.end())

const register = (device: string, person: Person = 'ada', name = 'Firefox on Linux') =>
  call(sql, 'register_device', device, people[person], name)
const seen = (device: string, person: Person = 'ada') => call(sql, 'device_seen', device, people[person])
const rename = (device: string, name: string, person: Person = 'ada') =>
  call(sql, 'rename_device', device, people[person], name)
const revoke = (device: string, person: Person = 'ada') => call(sql, 'revoke_device', device, people[person])
const devices = (person: Person = 'ada') => call(sql, 'devices_of', people[person])

/** A sign-in at Auth, held by a device. */
async function signedIn(device: string, person: Person): Promise<string> {
  const [login, id] = [randomUUID(), people[person]]
  await sql`insert into auth.sessions (id, user_id) values (${login}, ${id})`
  await sql`insert into auth.refresh_tokens (token, user_id, session_id) values (${login}, ${id}, ${login})`
  await call(sql, 'register_device', device, id, '', login)
  return login
}

/** The sign-ins that Auth knows. */
async function logins(person: Person): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`select id from auth.sessions where user_id = ${people[person]} order by id`
  return rows.map(({ id }) => id)
}

test('a device is registered once, listed, and named by its person', async () => {
  const device = randomUUID()
  expect([await register(device), await register(device, 'ada', 'another name')]).toEqual([
    { outcome: 'registered' },
    { outcome: 'known' },
  ])
  const listed = { device, name: 'Firefox on Linux', firstSeenAt: expect.any(Number), lastSeenAt: expect.any(Number) }
  expect(await devices()).toEqual([listed])
  expect(await rename(device, 'Kitchen')).toEqual({ outcome: 'renamed' })
  expect(await devices()).toEqual([{ ...listed, name: 'Kitchen' }])
  expect(await devices('grace')).toEqual([])
})

test('another person’s device is unknown to rename, revoke and use, and its id is taken', async () => {
  const device = randomUUID()
  await register(device, 'ada')
  expect([await rename(device, 'mine', 'grace'), await revoke(device, 'grace'), await seen(device, 'grace')]).toEqual(
    Array.from({ length: 3 }, () => ({ outcome: 'unknown' })),
  )
  expect(await register(device, 'grace')).toEqual({ outcome: 'taken' })
})

test('a revoked device is known as such for good, is listed no more, and does not come back', async () => {
  const device = randomUUID()
  await register(device, 'grace')
  expect([await revoke(device, 'grace'), await revoke(device, 'grace')]).toEqual([
    { outcome: 'revoked', login: null },
    { outcome: 'revoked', login: null },
  ])
  expect([await seen(device, 'grace'), await register(device, 'grace'), await rename(device, 'mine', 'grace')]).toEqual(
    Array.from({ length: 3 }, () => ({ outcome: 'revoked' })),
  )
  expect(await devices('grace')).toEqual([])
  expect([...(await sql`select action, actor, person, details from parley.audit_log`)]).toEqual([
    { action: 'device_revoked', actor: people.grace, person: people.grace, details: { device } },
  ])
})

test('its last use is written every five minutes at most', async () => {
  const device = randomUUID()
  await register(device)
  // Where a row stands changes with every write.
  const at = async () => (await sql`select ctid::text, last_seen_at from parley.devices where id = ${device}`)[0]
  const before = await at()
  expect(await seen(device)).toEqual({ outcome: 'known' })
  expect(await at()).toEqual(before)
  await sql`update parley.devices set last_seen_at = now() - interval '5 minutes' where id = ${device}`
  await seen(device)
  expect((await at())!['last_seen_at'].getTime()).toBeGreaterThanOrEqual(before!['last_seen_at'].getTime())
})

test('[DEV4] a person has 50 devices and no more, also when two sign in at once: the one longest unused goes', async () => {
  await startOver(sql)
  const all = Array.from({ length: 49 }, () => randomUUID())
  for (const device of all) await register(device)
  const [oldest] = all
  await signedIn(oldest!, 'ada')
  await sql`update parley.devices set last_seen_at = now() - interval '1 day' where id = ${oldest!}`
  const other = await secondConnection(sql)
  const both = await sql.begin(async (tx) => {
    expect(await call(tx, 'register_device', randomUUID(), people.ada)).toEqual({ outcome: 'registered' })
    const theirs = call(other, 'register_device', randomUUID(), people.ada)
    await waitingFor(sql, tx)
    return { theirs }
  })
  expect(await both.theirs).toEqual({ outcome: 'registered' })
  const listed = (await devices()) as unknown as { device: string }[]
  expect(listed).toHaveLength(50)
  expect(listed.map(({ device }) => device)).not.toContain(oldest)
  expect(await logins('ada')).toEqual([])
  expect(await call(sql, 'register_device', randomUUID(), randomUUID())).toEqual({ outcome: 'unknown' })
})

test('[DEV2] a device that is revoked, or signed in to anew, leaves no session at Auth, and nobody else loses theirs', async () => {
  const [phone, laptop, theirs] = [randomUUID(), randomUUID(), randomUUID()]
  await startOver(sql)
  const [first, kept, other] = [
    await signedIn(phone, 'ada'),
    await signedIn(laptop, 'ada'),
    await signedIn(theirs, 'grace'),
  ]
  const again = await signedIn(phone, 'ada')
  expect(await logins('ada')).toEqual([kept, again].sort())

  expect(await revoke(phone)).toEqual({ outcome: 'revoked', login: again })

  expect(await logins('ada')).toEqual([kept])
  expect(await logins('grace')).toEqual([other])
  expect([...(await sql`select token from auth.refresh_tokens order by token`)].map(({ token }) => token)).toEqual(
    [kept, other].sort(),
  )
  expect([first, again]).not.toContain(kept)
})

test('[ACC6] all sessions but one end at once, and their devices are listed no more', async () => {
  await startOver(sql)
  const [phone, laptop] = [randomUUID(), randomUUID()]
  const [ended, kept] = [await signedIn(phone, 'ada'), await signedIn(laptop, 'ada')]

  expect(await call(sql, 'end_sessions', people.ada, kept)).toEqual([ended])

  expect(await logins('ada')).toEqual([kept])
  expect(await devices()).toEqual([expect.objectContaining({ device: laptop })])
  expect(await call(sql, 'end_sessions', people.ada)).toEqual([kept])
  expect(await devices()).toEqual([])
})
