import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, type Sql } from './support/database.ts'
import { as, type Person, people, signUp } from './support/people.ts'
import { fill, makeRoom, run } from './support/rooms.ts'
import { memberFacts } from './support/service.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
})
afterAll(() => sql.end())

type Change = { kind: string; person: Person; role?: string; until?: number }
type Answer = { outcome: string; membersVersion: number; changes: unknown[]; refused: unknown[] }

async function change(room: string, changes: Change[], command = randomUUID()): Promise<Answer> {
  const named = changes.map((one) => ({ ...one, person: people[one.person] }))
  return answerOf(
    sql`select parley.change_members(${command}, ${room}, ${people.ada}, ${sql.json(named)}) as answer`,
  ) as Promise<Answer>
}

async function answerOf(query: PromiseLike<readonly Record<string, unknown>[]>): Promise<unknown> {
  return (await query)[0]!['answer']
}

async function version(room: string): Promise<number> {
  return (await sql`select members_version from rooms where id = ${room}`)[0]!['members_version'] as number
}

describe('changing members', () => {
  test('answers the difference and the new version, and the same command the same again', async () => {
    const room = await makeRoom(sql, ['grace'])
    await fill(sql, room, run(1, 3))
    const before = await version(room)
    const command = randomUUID()
    const changes: Change[] = [
      { kind: 'add', person: 'linus' },
      { kind: 'role', person: 'grace', role: 'moderator' },
    ]
    const answer = await change(room, changes, command)
    const linus = memberFacts('linus', { delivered: 3, read: 3 })
    const grace = memberFacts('grace', { role: 'moderator' })
    expect(answer).toEqual({
      outcome: 'changed',
      membersVersion: before + 2,
      changes: [
        { kind: 'add', person: people.linus, member: linus },
        { kind: 'role', person: people.grace, member: grace },
      ],
      refused: [],
    })
    expect(await change(room, changes, command)).toEqual(answer)
    expect(await version(room)).toBe(before + 2)
  })

  test('whoever leaves, is removed or banned is no member any more, and a banned one is not added', async () => {
    const room = await makeRoom(sql, ['grace', 'linus'])
    const gone = { kind: 'ban', person: people.grace, member: null }
    expect((await change(room, [{ kind: 'ban', person: 'grace' }])).changes).toEqual([gone])
    expect((await change(room, [{ kind: 'add', person: 'grace' }])).refused).toEqual([
      { kind: 'add', person: people.grace, reason: 'banned' },
    ])
    expect(await as(sql, 'grace', (tx) => tx`select from rooms where id = ${room}`)).toHaveLength(0)
    await change(room, [
      { kind: 'unban', person: 'grace' },
      { kind: 'leave', person: 'linus' },
    ])
    const back = await change(room, [{ kind: 'add', person: 'grace' }])
    expect(back.changes).toMatchObject([{ member: { person: people.grace, role: 'member' } }])
    expect((await sql`select member_count from rooms where id = ${room}`)[0]).toEqual({ member_count: 2 })
  })

  test('a mute has its end, a ban its own, and neither is the member’s muted_until', async () => {
    const room = await makeRoom(sql, ['grace', 'linus'])
    const until = 1_900_000_000_000
    await change(room, [
      { kind: 'mute', person: 'grace', until },
      { kind: 'ban', person: 'linus', until },
    ])
    const rows = await sql`
      select private.to_ms(silenced_until) as silenced, private.to_ms(banned_until) as banned, muted_until, left_at is null as active
      from room_participants where room_id = ${room} and role = 'member' order by user_id`
    expect([...rows]).toEqual([
      { silenced: until, banned: null, muted_until: null, active: true },
      { silenced: null, banned: until, muted_until: null, active: false },
    ])
    await change(room, [{ kind: 'mute', person: 'grace' }])
    expect(await sql`select from room_participants where silenced_until is not null`).toHaveLength(0)
  })

  test('what cannot be done is said for each person, and the rest is done', async () => {
    const room = await makeRoom(sql, ['grace'])
    await sql`update user_profiles set privacy_group_add = 'nobody' where id = ${people.linus}`
    const answer = await change(room, [
      { kind: 'add', person: 'linus' },
      { kind: 'remove', person: 'ada' },
      { kind: 'add', person: 'grace' },
      { kind: 'role', person: 'grace', role: 'owner' },
      { kind: 'role', person: 'grace', role: 'admin' },
    ])
    await sql`update user_profiles set privacy_group_add = 'everyone' where id = ${people.linus}`
    expect(answer).toMatchObject({
      changes: [{ kind: 'role', person: people.grace }],
      refused: [
        { kind: 'add', person: people.linus, reason: 'privacy' },
        { kind: 'remove', person: people.ada, reason: 'owner' },
        { kind: 'add', person: people.grace, reason: 'already' },
        { kind: 'role', person: people.grace, reason: 'role' },
      ],
    })
  })

  test('a full room takes nobody, changes nothing, and forgets the command', async () => {
    const room = await makeRoom(sql, ['grace'])
    await sql`update rooms set member_count = 1000 where id = ${room}`
    const command = randomUUID()
    const both: Change[] = [
      { kind: 'role', person: 'grace', role: 'admin' },
      { kind: 'add', person: 'linus' },
    ]
    expect(await change(room, both, command)).toEqual({ outcome: 'full' })
    expect(await sql`select from room_participants where room_id = ${room} and role = 'admin'`).toHaveLength(0)
    await sql`update rooms set member_count = 2 where id = ${room}`
    expect(await change(room, both, command)).toMatchObject({ outcome: 'changed' })
  })

  test('a room that is gone and changes that are none', async () => {
    expect(await change(randomUUID(), [{ kind: 'add', person: 'grace' }])).toEqual({ outcome: 'gone' })
    await expect(change(await makeRoom(sql), [{ kind: 'crown', person: 'grace' }])).rejects.toThrow(/no changes/)
  })
})

describe('making a group and handing it over', () => {
  test('a group is there with its members at once, and a repeat makes no second one', async () => {
    const id = randomUUID()
    const make = () =>
      answerOf(sql`
        select parley.create_group(${id}, 'Kernels', ${people.linus}, ${[people.ada, people.grace, randomUUID()]}) as answer`)
    expect(await make()).toMatchObject({ outcome: 'created', roomId: id, refused: [{ reason: 'unknown' }] })
    expect(await make()).toMatchObject({ outcome: 'already', roomId: id })
    const members = await sql`select user_id, role from room_participants where room_id = ${id} order by user_id`
    expect([...members]).toEqual([
      { user_id: people.ada, role: 'member' },
      { user_id: people.grace, role: 'member' },
      { user_id: people.linus, role: 'owner' },
    ])
  })

  test('the owner hands over once, to a member only, and stays as an admin', async () => {
    const room = await makeRoom(sql, ['grace'])
    const hand = (to: Person, command = randomUUID()) =>
      answerOf(sql`select parley.hand_over(${command}, ${room}, ${people.ada}, ${people[to]}) as answer`)
    expect(await hand('linus')).toEqual({ outcome: 'forbidden' })
    const command = randomUUID()
    const answer = await hand('grace', command)
    expect(answer).toMatchObject({
      outcome: 'changed',
      changes: [{ member: { role: 'admin' } }, { member: { role: 'owner' } }],
    })
    expect(await hand('grace', command)).toEqual(answer)
    expect(await hand('grace')).toEqual({ outcome: 'forbidden' })
  })
})
