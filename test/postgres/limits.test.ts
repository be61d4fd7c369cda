import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import { freshDatabase, type Sql } from './support/database.ts'
import { people, signUp } from './support/people.ts'
import { ingest, makeRoom, posted, run } from './support/rooms.ts'

// Each limit is met exactly and passed by one, so that neither side can move alone.
let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
})
afterAll(() => sql.end())

async function refusedBy(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'nothing',
    (error) => error.constraint_name ?? error.code,
  )
}

test('a text has limits.textBytes bytes of UTF-8', async () => {
  const room = await makeRoom(sql)
  const text = 'é'.repeat(limits.textBytes / 2)
  expect(await ingest(sql, { room, from: 1, to: 1, events: [posted(1, { text })] })).toMatchObject({
    outcome: 'applied',
  })
  expect(await refusedBy(ingest(sql, { room, from: 2, to: 2, events: [posted(2, { text: `${text}!` })] }))).toBe(
    'messages_content_check',
  )
})

test('a message mentions limits.mentions people', async () => {
  const room = await makeRoom(sql)
  const mentions = Array.from({ length: limits.mentions }, () => people.grace)
  expect(await ingest(sql, { room, from: 1, to: 1, events: [posted(1, { mentions })] })).toMatchObject({
    outcome: 'applied',
  })
  const more = posted(2, { mentions: [...mentions, people.ada] })
  expect(await refusedBy(ingest(sql, { room, from: 2, to: 2, events: [more] }))).toBe('messages_mentions_check')
})

test('a room is called by limits.roomName characters', async () => {
  const room = await makeRoom(sql)
  const name = 'é'.repeat(limits.roomName)
  expect(await refusedBy(sql`update rooms set name = ${name} where id = ${room}`)).toBe('nothing')
  expect(await refusedBy(sql`update rooms set name = ${`${name}!`} where id = ${room}`)).toBe('rooms_name_check')
})

test('a person is called by limits.personName characters', async () => {
  const name = 'é'.repeat(limits.personName)
  const rename = (to: string) => sql`update user_profiles set display_name = ${to} where id = ${people.linus}`
  expect(await refusedBy(rename(name))).toBe('nothing')
  expect(await refusedBy(rename(`${name}!`))).toBe('user_profiles_display_name_check')
})

test('a room has limits.roomMembers members', async () => {
  const room = await makeRoom(sql)
  const count = (to: number) => sql`update rooms set member_count = ${to} where id = ${room}`
  expect(await refusedBy(count(limits.roomMembers))).toBe('nothing')
  expect(await refusedBy(count(limits.roomMembers + 1))).toBe('rooms_member_count_check')
})

test('a batch holds limits.ingestEvents events and limits.ingestMarks marks', async () => {
  const room = await makeRoom(sql)
  const events = run(1, limits.ingestEvents)
  const marks = Array.from({ length: limits.ingestMarks }, () => ({ person: people.ada, delivered: 1, read: 1 }))
  const full = { room, from: 1, to: events.length, events, marks }
  expect(await ingest(sql, full)).toMatchObject({ outcome: 'applied' })
  expect(await refusedBy(ingest(sql, { ...full, to: 501, events: [...events, posted(501)] }))).toBe('22023')
  expect(await refusedBy(ingest(sql, { ...full, marks: [...marks, marks[0]!] }))).toBe('22023')
})

test('a new epoch lifts the head by limits.epochLift at least, which is above limits.backlogEvents', async () => {
  const room = await makeRoom(sql)
  const claim = async () => (await sql`select parley.claim_epoch(${room}) as answer`)[0]!['answer'].lastSeq as number
  const [first, second, third] = [await claim(), await claim(), await claim()]
  expect(first).toBe(0)
  expect(third - second).toBe(limits.epochLift)
  expect(limits.epochLift).toBeGreaterThan(limits.backlogEvents)
})

test('a reaction has limits.emojiBytes bytes, a room’s description and slow mode their own limits', async () => {
  const definitions = await sql`
    select conname as name, pg_get_constraintdef(oid) as rule from pg_constraint
    where conname in ('message_reactions_emoji_check', 'rooms_description_check', 'rooms_slow_mode_seconds_check') order by 1`
  const numbers = definitions.map(({ rule }) => Number(/(\d+)\)*$/.exec(rule)?.[1]))
  expect(numbers).toEqual([limits.emojiBytes, limits.roomDescription, limits.slowModeSeconds])
})

test('asking to join takes limits.joinNote characters, a device’s name limits.deviceName', async () => {
  const room = await makeRoom(sql, [])
  await sql`update rooms set visibility = 'public' where id = ${room}`
  const ask = (note: string) => sql`select parley.ask_to_join(${room}, ${people.grace}, ${note})`
  expect(await refusedBy(ask(`${'é'.repeat(limits.joinNote)}!`))).toBe('join_requests_note_check')
  expect(await refusedBy(ask('é'.repeat(limits.joinNote)))).toBe('nothing')
  const register = (name: string) => sql`select parley.register_device(${randomUUID()}, ${people.grace}, ${name})`
  expect(await refusedBy(register(`${'é'.repeat(limits.deviceName)}!`))).toBe('devices_name_check')
  expect(await refusedBy(register('é'.repeat(limits.deviceName)))).toBe('nothing')
})

test('a link lets in limits.roomMembers people at most', async () => {
  const room = await makeRoom(sql)
  const make = (uses: number) =>
    sql`select parley.create_join_link(${randomUUID()}, ${room}, ${people.ada}, ${randomUUID().replaceAll('-', '').repeat(2)}, 0, ${uses})`
  expect(await refusedBy(make(limits.roomMembers))).toBe('nothing')
  expect(await refusedBy(make(limits.roomMembers + 1))).toBe('join_links_max_uses_check')
})
