import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freshDatabase, secondConnection, type Sql, waitingFor } from './support/database.ts'
import { type Person, people, startOver } from './support/people.ts'
import { makeRoom } from './support/rooms.ts'
import { call, memberFacts, pagesOf, recordOf } from './support/service.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
})
beforeEach(() => startOver(sql))
afterAll(() => sql.end())

async function publicRoom(others: Person[] = []): Promise<string> {
  const room = await makeRoom(sql, others)
  await sql`update rooms set visibility = 'public' where id = ${room}`
  return room
}

const ask = (room: string, person: Person, note = '', codeHash: string | null = null) =>
  call(sql, 'ask_to_join', room, people[person], note, codeHash)
const withdraw = (room: string, person: Person) => call(sql, 'withdraw_join_request', room, people[person])
const waiting = (room: string, by: Person = 'ada') => call(sql, 'join_requests_of', room, people[by])
const approve = (room: string, person: Person, by: Person = 'ada', command = randomUUID()) =>
  call(sql, 'approve_join_request', command, room, people[by], people[person], 7)
const decline = (room: string, person: Person, by: Person = 'ada') =>
  call(sql, 'decline_join_request', room, people[by], people[person])

async function ban(room: string, person: Person): Promise<void> {
  const changes = sql.json([{ kind: 'ban', person: people[person] }])
  await sql`select parley.change_members(${randomUUID()}, ${room}, ${people.ada}, ${changes})`
}

const weekMs = 7 * 86_400_000
const noRequests = { items: [], next: null }

describe('asking to join', () => {
  test('is kept once per person and room, with its note and time, for owner and admins to see', async () => {
    const room = await publicRoom(['grace'])
    const first = await ask(room, 'linus', 'Hello, I make kernels.')
    expect(first).toEqual({ outcome: 'waiting', askedAt: expect.any(Number) })
    expect(await ask(room, 'linus', 'Hello again.')).toEqual(first)
    const linus = { person: people.linus, name: 'linus', note: 'Hello, I make kernels.', askedAt: first['askedAt'] }
    expect(await waiting(room)).toEqual({ items: [linus], next: null })
    expect(await waiting(room, 'grace')).toBe(null)
    expect(await waiting(room, 'linus')).toBe(null)
  })

  test('by a member says that they are in already', async () => {
    expect(await ask(await publicRoom(['grace']), 'grace')).toEqual({ outcome: 'already' })
  })

  test('does not tell a private, direct or missing room from one that banned them', async () => {
    const room = await publicRoom(['grace'])
    await ban(room, 'grace')
    const hidden = await makeRoom(sql, [])
    const [direct] = await sql`
      insert into rooms (type, direct_key, visibility) values ('direct', 'a:b', 'public') returning id`
    for (const [where, who] of [
      [room, 'grace'],
      [hidden, 'linus'],
      [direct!['id'] as string, 'linus'],
      [randomUUID(), 'linus'],
    ] as const) {
      expect(await ask(where, who)).toEqual({ outcome: 'unknown' })
    }
    await sql`update room_participants set banned_until = now() where room_id = ${room} and user_id = ${people.grace}`
    expect(await ask(room, 'grace')).toMatchObject({ outcome: 'waiting' })
  })

  test('at a private room takes a link to it, even one that is over, but not one that was revoked or leads elsewhere', async () => {
    const [room, other] = [await makeRoom(sql, []), await makeRoom(sql, [])]
    const hash = createHash('sha256').update(room).digest('hex')
    await sql`insert into parley.join_links (room_id, code_hash, expires_at) values (${room}, ${hash}, now())`
    expect(await ask(other, 'linus', '', hash)).toEqual({ outcome: 'unknown' })
    expect(await ask(room, 'linus', '', hash)).toMatchObject({ outcome: 'waiting' })
    await withdraw(room, 'linus')
    await sql`update parley.join_links set revoked_at = now() where code_hash = ${hash}`
    expect(await ask(room, 'linus', '', hash)).toEqual({ outcome: 'unknown' })
  })

  test('may be taken back, and asked anew', async () => {
    const room = await publicRoom()
    expect(await withdraw(room, 'linus')).toEqual({ outcome: 'none' })
    await ask(room, 'linus', 'first')
    expect([await withdraw(room, 'linus'), await withdraw(room, 'linus')]).toEqual([
      { outcome: 'withdrawn' },
      { outcome: 'none' },
    ])
    expect(await waiting(room)).toEqual(noRequests)
    await ask(room, 'linus', 'second')
    expect(await waiting(room)).toMatchObject({ items: [{ note: 'second' }] })
  })

  test('goes on at 20 rooms at once and no more, also when two are asked in the same moment', async () => {
    const rooms = await Promise.all(Array.from({ length: 21 }, () => publicRoom()))
    for (const room of rooms.slice(0, 19)) await ask(room, 'grace')
    const other = await secondConnection(sql)
    const theirs = await sql.begin(async (tx) => {
      expect(await call(tx, 'ask_to_join', rooms[19]!, people.grace)).toMatchObject({ outcome: 'waiting' })
      const theirs = call(other, 'ask_to_join', rooms[20]!, people.grace)
      await waitingFor(sql, tx)
      return { theirs }
    })
    expect(await theirs.theirs).toEqual({ outcome: 'too_many' })
    expect(await ask(rooms[0]!, 'grace')).toMatchObject({ outcome: 'waiting' })
    await withdraw(rooms[0]!, 'grace')
    expect(await ask(rooms[20]!, 'grace')).toMatchObject({ outcome: 'waiting' })
  })

  test('is listed page by page, the longest waiting first', async () => {
    const room = await publicRoom()
    await sql`
      insert into auth.users (id, email)
      select ('c0000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid, i || '@example.org' from generate_series(1, 130) i`
    await sql`
      insert into parley.join_requests (room_id, person, asked_at)
      select ${room}, ('c0000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid, '2026-01-01'::timestamptz + (i / 3) * interval '1 s'
      from generate_series(1, 130) i`
    const pages = await pagesOf(sql, 'join_requests_of', [room, people.ada], 100)
    expect(pages.map((page) => page.length)).toEqual([100, 30])
    const order = pages.flat().map(({ person }) => Number(String(person).slice(-12)))
    expect(order).toEqual(Array.from({ length: 130 }, (_, i) => i + 1))
  })
})

describe('deciding about who asked', () => {
  test('whoever is approved is a member by the same way as any other, once per command', async () => {
    const room = await publicRoom(['grace'])
    await ask(room, 'linus')
    const command = randomUUID()
    const answer = await approve(room, 'linus', 'ada', command)
    const member = memberFacts('linus', { delivered: 7, read: 7 })
    expect(answer).toEqual({
      outcome: 'changed',
      membersVersion: 3,
      changes: [{ kind: 'add', person: people.linus, member }],
      refused: [],
    })
    expect(await approve(room, 'linus', 'ada', command)).toEqual(answer)
    expect(await approve(room, 'linus')).toEqual({ outcome: 'none' })
    expect(await waiting(room)).toEqual(noRequests)
    expect([...(await sql`select state, decided_by from parley.join_requests where room_id = ${room}`)]).toEqual([
      { state: 'accepted', decided_by: people.ada },
    ])
    expect(await recordOf(sql, room)).toEqual([{ actor: people.ada, action: 'member_add', person: people.linus }])
  })

  test('one command at once from two places lets them in once, with one answer', async () => {
    const room = await publicRoom()
    await ask(room, 'linus')
    const command = randomUUID()
    const other = await secondConnection(sql)
    const args = ['approve_join_request', command, room, people.ada, people.linus, 7] as const
    const both = await sql.begin(async (tx) => {
      const mine = await call(tx, ...args)
      const theirs = call(other, ...args)
      await waitingFor(sql, tx)
      return { mine, theirs }
    })
    expect(await both.theirs).toEqual(both.mine)
    expect(both.mine).toMatchObject({ outcome: 'changed', membersVersion: 2 })
  })

  test('who takes the knock back while it is approved has come too late', async () => {
    const room = await publicRoom()
    await ask(room, 'linus')
    const other = await secondConnection(sql)
    const both = await sql.begin(async (tx) => {
      await call(tx, 'approve_join_request', randomUUID(), room, people.ada, people.linus, 7)
      const theirs = call(other, 'withdraw_join_request', room, people.linus)
      await waitingFor(sql, tx)
      return { theirs }
    })
    expect(await both.theirs).toEqual({ outcome: 'none' })
    expect(await ask(room, 'linus')).toEqual({ outcome: 'already' })
  })

  test('owner and admins decide, nobody else, and only about who waits', async () => {
    const room = await publicRoom(['grace'])
    await ask(room, 'linus')
    const both = (by: Person) => Promise.all([approve(room, 'linus', by), decline(room, 'linus', by)])
    expect(await both('grace')).toEqual([{ outcome: 'forbidden' }, { outcome: 'forbidden' }])
    expect(await both('linus')).toEqual([{ outcome: 'forbidden' }, { outcome: 'forbidden' }])
    await sql`update room_participants set role = 'admin' where room_id = ${room} and user_id = ${people.grace}`
    expect(await decline(room, 'linus', 'grace')).toMatchObject({ outcome: 'declined' })
    expect(await approve(room, 'linus', 'grace')).toEqual({ outcome: 'none' })
    expect(await decline(await publicRoom(), 'linus')).toEqual({ outcome: 'none' })
  })

  test('whoever was declined asks again after seven days, not before, and learns when', async () => {
    const room = await publicRoom()
    await ask(room, 'linus')
    const declined = await decline(room, 'linus')
    expect(declined).toEqual({ outcome: 'declined', askAgainAt: expect.any(Number) })
    expect(Math.abs((declined['askAgainAt'] as number) - Date.now() - weekMs)).toBeLessThan(60_000)
    expect(await decline(room, 'linus')).toEqual(declined)
    expect(await ask(room, 'linus')).toEqual(declined)
    // What was declined is not made undone by taking it back.
    expect(await withdraw(room, 'linus')).toEqual({ outcome: 'none' })
    expect(await ask(room, 'linus')).toEqual(declined)
    await sql`update parley.join_requests set decided_at = now() - interval '7 days' where room_id = ${room}`
    expect(await ask(room, 'linus')).toMatchObject({ outcome: 'waiting' })
    expect(await recordOf(sql, room)).toEqual([{ actor: people.ada, action: 'join_declined', person: people.linus }])
  })

  test('whoever knocks lets this room add them, though they let nobody else', async () => {
    const room = await publicRoom()
    await sql`update user_profiles set privacy_group_add = 'nobody' where id = ${people.linus}`
    const add = sql.json([{ kind: 'add', person: people.linus }])
    const [before] =
      await sql`select parley.change_members(${randomUUID()}, ${room}, ${people.ada}, ${add}) -> 'refused' as refused`
    expect(before).toEqual({ refused: [{ kind: 'add', person: people.linus, reason: 'privacy' }] })
    await ask(room, 'linus')
    expect(await approve(room, 'linus')).toMatchObject({ outcome: 'changed', refused: [] })
  })

  test('whoever was banned or came in another way since is not waiting any more', async () => {
    const room = await publicRoom()
    await ask(room, 'linus')
    await ask(room, 'grace')
    await ban(room, 'grace')
    const hash = createHash('sha256').update(room).digest('hex')
    await sql`insert into parley.join_links (room_id, code_hash, expires_at) values (${room}, ${hash}, now() + interval '1 h')`
    await call(sql, 'join_room', randomUUID(), hash, people.linus, 0)
    expect(await waiting(room)).toEqual(noRequests)
    expect(await approve(room, 'linus')).toEqual({ outcome: 'none' })
    expect(await approve(room, 'grace')).toMatchObject({
      changes: [],
      refused: [{ kind: 'add', person: people.grace, reason: 'banned' }],
    })
  })

  test('a full room takes nobody, and they go on waiting', async () => {
    const room = await publicRoom()
    await ask(room, 'linus')
    await sql`update rooms set member_count = 1000 where id = ${room}`
    expect(await approve(room, 'linus')).toEqual({ outcome: 'full' })
    expect(await waiting(room)).toMatchObject({ items: [{ person: people.linus }] })
  })
})
