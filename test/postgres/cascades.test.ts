import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freshDatabase, type Sql } from './support/database.ts'
import { as, people, startOver } from './support/people.ts'
import { fill, ingest, makeRoom, nineOClock, posted, run } from './support/rooms.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
})
beforeEach(() => startOver(sql))
afterAll(() => sql.end())

async function count(table: string): Promise<number> {
  return (await sql.unsafe(`select count(*) as n from ${table}`))[0]!['n'] as number
}

// A room of grace's messages and of everything that hangs on a person, a room or a message.
async function furnished(): Promise<string> {
  const room = await makeRoom(sql, ['grace', 'linus'])
  await fill(sql, room, [posted(1, { by: people.grace, text: 'the secret word' }), posted(2, { replyTo: 1 })])
  await sql`insert into message_reactions (room_id, seq, user_id, emoji) values (${room}, 2, ${people.grace}, '👍')`
  await sql`insert into typing_indicators (room_id, user_id) values (${room}, ${people.grace})`
  await sql`insert into user_presence (user_id) values (${people.grace})`
  const [meeting] = await sql`insert into meetings (room_id, host_id) values (${room}, ${people.ada}) returning id`
  const id = meeting!['id'] as string
  await sql`insert into meeting_invitations (meeting_id, inviter_id, invitee_id) values (${id}, ${people.ada}, ${people.grace})`
  await sql`insert into meeting_recordings (meeting_id, livekit_egress_id, started_by) values (${id}, 'e', ${people.grace})`
  const hash = '0'.repeat(64)
  await sql`insert into parley.join_links (code_hash, room_id, created_by, expires_at) values (${hash}, ${room}, ${people.grace}, now())`
  await sql`insert into parley.link_uses (code_hash, person) values (${hash}, ${people.grace})`
  await sql`insert into parley.join_requests (room_id, person) values (${room}, ${people.grace})`
  await sql`insert into parley.passcodes (room_id, salt, iterations, hash, set_by) values (${room}, ${hash}, 100000, ${hash}, ${people.grace})`
  await sql`insert into parley.passcode_attempts (room_id, person) values (${room}, ${people.grace})`
  await sql`insert into parley.devices (id, person) values (${randomUUID()}, ${people.grace})`
  return room
}

describe('what goes with what', () => {
  test('an account takes along what is its own; its messages stay, and nobody wrote them', async () => {
    const room = await furnished()
    await sql`delete from auth.users where id = ${people.grace}`
    const messages = await sql`select seq, sender_id, content from messages order by seq`
    expect([...messages]).toEqual([
      { seq: 1, sender_id: null, content: 'the secret word' },
      { seq: 2, sender_id: people.ada, content: 'message 2' },
    ])
    const own = ['message_reactions', 'typing_indicators', 'user_presence', 'meeting_invitations', 'parley.devices']
    const more = ['parley.link_uses', 'parley.join_requests', 'parley.passcode_attempts']
    expect(await Promise.all([...own, ...more].map(count))).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
    expect(await sql`select from message_status where user_id = ${people.grace}`).toHaveLength(0)
    expect((await sql`select started_by from meeting_recordings`)[0]).toEqual({ started_by: null })
    expect((await sql`select created_by from parley.join_links`)[0]).toEqual({ created_by: null })
    expect((await sql`select member_count from rooms where id = ${room}`)[0]).toEqual({ member_count: 2 })
  })

  test('a room takes along all but its meetings and the audit log', async () => {
    const room = await furnished()
    await sql`insert into parley.audit_log (action, room_id) values ('room_deleted', ${room})`
    await sql`delete from rooms where id = ${room}`
    const gone = ['messages', 'message_status', 'message_reactions', 'room_participants', 'typing_indicators']
    const codes = ['commands', 'join_links', 'link_uses', 'join_requests', 'passcodes', 'passcode_attempts']
    expect(await Promise.all([...gone, ...codes.map((name) => `parley.${name}`)].map(count))).toEqual(
      Array.from({ length: 11 }, () => 0),
    )
    expect((await sql`select room_id from meetings`)[0]).toEqual({ room_id: null })
    expect(await count('parley.audit_log')).toBe(1)
  })

  test('a meeting takes along who was in it, its invitations and recordings', async () => {
    await furnished()
    await sql`delete from meetings`
    const rows = ['meeting_participants', 'meeting_invitations', 'meeting_recordings']
    expect(await Promise.all(rows.map(count))).toEqual([0, 0, 0])
  })
})

describe('what a deletion leaves', () => {
  test('nothing of the text: not in the row, its earlier texts, its search words, or a search', async () => {
    const room = await furnished()
    const by = people.grace
    const edit = {
      kind: 'edited',
      seq: 3,
      at: nineOClock,
      id: posted(3).id,
      by,
      hash: '',
      target: 1,
      text: 'the hidden word',
      mentions: [by],
    } as const
    const gone = { kind: 'deleted', seq: 4, at: nineOClock, id: posted(4).id, by, hash: '', target: 1 } as const
    const found = (word: string) => as(sql, 'ada', (tx) => tx`select from search_messages(${word})`)
    await ingest(sql, { room, from: 3, to: 3, events: [{ ...edit, mentions: [by] }] })
    expect([(await found('hidden')).length, (await found('secret')).length]).toEqual([1, 0])
    await ingest(sql, { room, from: 4, to: 4, events: [gone] })
    expect(await found('hidden')).toHaveLength(0)
    const [row] = await sql`select messages.*::text as whole, deleted_by from messages where seq = 1`
    expect(row!['whole']).not.toMatch(/secret|hidden|word/)
    expect(row!['deleted_by']).toBe(by)
  })

  test('and whoever had it in view in SQL reads nothing of it either', async () => {
    const room = await makeRoom(sql, ['grace'], 'sql')
    await sql`insert into messages (room_id, seq, rev, client_id, sender_id, content)
      values (${room}, 1, 1, ${randomUUID()}, ${people.ada}, 'secret')`
    await sql`update messages set deleted_at = now()`
    expect([...(await as(sql, 'grace', (tx) => tx`select content, edits, metadata from messages`))]).toEqual([
      { content: '', edits: [], metadata: {} },
    ])
  })
})

describe('what triggers keep', () => {
  test('every updated_at moves with its row', async () => {
    const still = await sql`
      select c.table_name from information_schema.columns c
      where c.table_schema = 'public' and c.column_name = 'updated_at' and not exists (
        select from pg_trigger t
        join pg_proc p on p.oid = t.tgfoid and p.proname in ('touch', 'change_message')
        where t.tgrelid = format('public.%I', c.table_name)::regclass)`
    expect([...still]).toEqual([])
  })

  test('a small room has a status row per recipient, one member more and it has none', async () => {
    const room = await makeRoom(sql, ['grace', 'linus'])
    await sql`update rooms set member_count = 16 where id = ${room}`
    await fill(sql, room, run(1, 1))
    await sql`update rooms set member_count = 17 where id = ${room}`
    await ingest(sql, { room, from: 2, to: 2, events: [posted(2)] })
    expect([...(await sql`select seq, user_id from message_status order by user_id`)]).toEqual([
      { seq: 1, user_id: people.grace },
      { seq: 1, user_id: people.linus },
    ])
  })

  test('a room that catches up writes its messages first and no status rows', async () => {
    const room = await makeRoom(sql)
    await ingest(sql, { room, from: 1, to: 201, events: run(1, 201) })
    expect(await count('message_status')).toBe(0)
    await ingest(sql, { room, from: 202, to: 202, events: [posted(202)] })
    expect(await count('message_status')).toBe(1)
  })
})
