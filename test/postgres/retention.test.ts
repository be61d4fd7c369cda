import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, type Sql } from './support/database.ts'
import { as, people, startOver } from './support/people.ts'
import { makeRoom } from './support/rooms.ts'
import { recordOf } from './support/service.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
})
afterAll(() => sql.end())

const swept = async () => (await sql`select sweep_ephemeral() as answer`)[0]!['answer'] as Record<string, number>

describe('how long things are kept', () => {
  test('links a month after their end, guesses a day, knocks a month once answered, the record a year', async () => {
    await startOver(sql)
    const room = await makeRoom(sql)
    const ago = (text: string) => sql`now() - ${text}::interval`
    const link = (name: string, expires: string, revoked: string | null) => sql`
      insert into parley.join_links (room_id, code_hash, expires_at, revoked_at) values
        (${room}, ${createHash('sha256').update(name).digest('hex')}, ${ago(expires)}, now() - ${revoked}::interval)`
    await link('over for long', '31 days', null)
    await link('over', '29 days', null)
    await link('revoked long ago', '-30 days', '31 days')
    const knock = (person: string, asked: string, decided: string | null) => sql`
      insert into parley.join_requests (room_id, person, state, asked_at, decided_at) values
        (${room}, ${person}, ${decided === null ? 'waiting' : 'declined'}, ${ago(asked)}, now() - ${decided}::interval)`
    await knock(people.ada, '91 days', null)
    await knock(people.grace, '89 days', null)
    await knock(people.linus, '40 days', '31 days')
    for (const [person, last] of [
      [people.ada, '25 hours'],
      [people.grace, '23 hours'],
    ] as const)
      await sql`insert into parley.passcode_attempts (room_id, person, last_at) values (${room}, ${person}, ${ago(last)})`
    for (const age of ['366 days', '364 days'])
      await sql`insert into parley.audit_log (action, room_id, at) values (${age}, ${room}, ${ago(age)})`

    expect(await swept()).toMatchObject({ links: 2, requests: 2, attempts: 1, records: 1 })
    expect(await swept()).toMatchObject({ links: 0, requests: 0, attempts: 0, records: 0 })
    expect(await sql`select from parley.join_links`).toHaveLength(1)
    expect([...(await sql`select person from parley.join_requests`)]).toEqual([{ person: people.grace }])
    expect([...(await sql`select person from parley.passcode_attempts`)]).toEqual([{ person: people.grace }])
    expect([...(await sql`select action from parley.audit_log`)]).toEqual([{ action: '364 days' }])
  })

  test('the service sweeps by its own rights', async () => {
    const answer = await as(sql, 'service', (tx) => tx`select sweep_ephemeral() as answer`)
    expect(answer[0]!['answer']).toMatchObject({ typing: 0, records: 0 })
  })
})

describe('the record of who did what to whom', () => {
  test('has every member of a new group, every change of members, and the hand-over', async () => {
    await startOver(sql)
    const room = randomUUID()
    await sql`select parley.create_group(${room}, 'Kernels', ${people.linus}, ${[people.ada, people.grace]})`
    const changes = [
      { kind: 'role', person: people.ada, role: 'admin' },
      { kind: 'mute', person: people.grace, until: 1_900_000_000_000 },
      { kind: 'leave', person: people.grace },
    ]
    await sql`select parley.change_members(${randomUUID()}, ${room}, ${people.linus}, ${sql.json(changes)})`
    await sql`select parley.hand_over(${randomUUID()}, ${room}, ${people.linus}, ${people.ada})`
    const linus = { actor: people.linus }
    const record = await recordOf(sql, room)
    expect(record[0]).toEqual({ ...linus, action: 'group_created', person: null })
    expect(record.slice(1, 3).toSorted((a, b) => (String(a['person']) < String(b['person']) ? -1 : 1))).toEqual([
      { ...linus, action: 'member_add', person: people.ada },
      { ...linus, action: 'member_add', person: people.grace },
    ])
    expect(record.slice(3)).toEqual([
      { ...linus, action: 'member_role', person: people.ada },
      { ...linus, action: 'member_mute', person: people.grace },
      { ...linus, action: 'member_leave', person: people.grace },
      { ...linus, action: 'handed_over', person: people.ada },
    ])
    const details =
      await sql`select details from parley.audit_log where action in ('member_role', 'member_leave') order by id`
    expect([...details]).toEqual([{ details: { role: 'admin' } }, { details: {} }])
  })
})
