import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RoomEvent } from '../../protocol/events.ts'
import { freshDatabase, type Sql } from './support/database.ts'
import { keepAs, people, startOver } from './support/people.ts'
import { fill, ingest, joined, makeRoom, nineOClock, posted, run } from './support/rooms.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
})
beforeEach(() => startOver(sql))
afterAll(() => sql.end())

async function erase(mode: 'keep' | 'erase', limit = 2): Promise<{ outcome: string; rows?: number; rooms?: string[] }> {
  const [row] = await sql`select parley.erase_account(${people.grace}, ${mode}, ${limit}) as answer`
  return row!['answer'] as never
}

async function eraseAll(mode: 'keep' | 'erase'): Promise<number[]> {
  const batches: number[] = []
  for (;;) {
    const { outcome, rows } = await erase(mode)
    if (outcome === 'erased') return batches
    batches.push(rows!)
  }
}

const erased = (seq: number, mode: 'keep' | 'erase'): RoomEvent => {
  return { kind: 'account_erased', seq, at: nineOClock, person: people.grace, mode }
}

describe('erasing an account', () => {
  test('waits for the event of every room, and for another owner of each of her groups', async () => {
    const room = await makeRoom(sql)
    const [own] = await sql`
      insert into rooms (type, name, created_by) values ('group', 'Compilers', ${people.grace}) returning id`
    expect(await erase('erase')).toEqual({ outcome: 'owns', rooms: [own!['id']] })
    await sql`delete from rooms where id = ${own!['id']}`
    expect(await erase('erase')).toEqual({ outcome: 'waiting', rooms: [room] })
    expect(await sql`select from user_profiles`).toHaveLength(3)
  })

  test.for(['keep', 'erase'] as const)(
    '%s: batch by batch, with the rev of the event, and last the account',
    async (mode) => {
      const room = await makeRoom(sql)
      await fill(sql, room, [joined(1), ...run(2, 7, { by: people.grace }), posted(8)])
      await sql`insert into message_reactions (room_id, seq, user_id, emoji) values (${room}, 8, ${people.grace}, '👍')`
      await ingest(sql, { room, from: 9, to: 9, events: [erased(9, mode)] })

      const batches = await eraseAll(mode)
      expect(Math.max(...batches)).toBeLessThanOrEqual(4)
      expect(batches.length).toBeGreaterThan(4)
      const rows = await sql`
      select seq, rev, sender_id as by, content as text, metadata #>> '{system,name}' as name, deleted_at is not null as gone
      from messages where room_id = ${room} order by seq`
      const hers = [2, 3, 4, 5, 6, 7].map((seq) => {
        const gone = mode === 'erase'
        return { seq, rev: 9, by: null, text: gone ? '' : `message ${seq}`, name: null, gone }
      })
      expect([...rows]).toEqual([
        { seq: 1, rev: 9, by: null, text: '', name: '', gone: false },
        ...hers,
        { seq: 8, rev: 9, by: people.ada, text: 'message 8', name: null, gone: false },
      ])
      expect(await sql`select from message_reactions`).toHaveLength(0)
      expect(await sql`select from auth.users where id = ${people.grace}`).toHaveLength(0)
      expect((await sql`select member_count from rooms where id = ${room}`)[0]).toEqual({ member_count: 1 })
      expect(await erase(mode)).toEqual({ outcome: 'erased' })
    },
  )

  test('a change that comes before its batch does not bring the text into a later rev', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, run(1, 3, { by: people.grace }))
    const pin = {
      kind: 'reacted',
      seq: 5,
      at: nineOClock,
      id: posted(5).id,
      by: people.ada,
      hash: '',
      target: 1,
      emoji: '👍',
    } as const
    await ingest(sql, { room, from: 4, to: 4, events: [erased(4, 'erase')] })
    await ingest(sql, { room, from: 5, to: 5, events: [pin] })
    expect((await sql`select content, sender_id from messages where seq = 1`)[0]).toEqual({
      content: '',
      sender_id: null,
    })
  })

  test('messages in rooms that the database numbers go as well', async () => {
    const room = await makeRoom(sql, ['grace'], 'sql')
    await sql`insert into messages (room_id, seq, rev, client_id, sender_id, content)
      values (${room}, 1, 1, ${randomUUID()}, ${people.grace}, 'secret')`
    await sql`update rooms set last_seq = 1 where id = ${room}`
    await eraseAll('erase')
    expect((await sql`select content, sender_id, rev from messages`)[0]).toEqual({
      content: '',
      sender_id: null,
      rev: 2,
    })
  })
})

test('a room is deleted in batches: first nobody reads or writes it, last its row goes', async () => {
  const room = await makeRoom(sql)
  await fill(sql, room, [posted(1), ...run(2, 7, { replyTo: 1 })])
  const step = async () => (await sql`select parley.delete_room(${room}, ${people.ada}, 2) as answer`)[0]!['answer']
  expect(await step()).toEqual({ outcome: 'more', rows: 2 })
  expect(await sql`select from room_participants where room_id = ${room}`).toHaveLength(0)
  expect(await sql`select parley.claim_epoch(${room}) as claim`).toEqual([{ claim: null }])
  expect(await ingest(sql, { room, from: 8, to: 8, events: [posted(8)] })).toEqual({ outcome: 'stale_epoch', epoch: 2 })
  const rest = []
  for (let answer = await step(); rest.push(answer.outcome) && answer.outcome === 'more'; answer = await step());
  expect(rest).toEqual(['more', 'more', 'more', 'more', 'deleted'])
  expect(await step()).toEqual({ outcome: 'deleted' })
  expect(await sql`select from parley.commands where room_id = ${room}`).toHaveLength(0)
  expect([...(await sql`select action, actor, room_id from parley.audit_log`)]).toEqual([
    { action: 'room_deleted', actor: people.ada, room_id: room },
  ])
})

describe('[MTG82] the files of recordings', () => {
  const record = async (room: string, by: string, completed = true) => {
    const [meeting] = await sql`insert into meetings (host_id, room_id) values (${by}, ${room}) returning id`
    const id = meeting!['id'] as string
    await sql`insert into meeting_recordings (meeting_id, livekit_egress_id, storage_path, completed_at)
      values (${id}, ${randomUUID()}, ${`${id}/1.mp4`}, ${completed ? new Date() : null})`
    await sql`insert into meeting_invitations (meeting_id, inviter_id, invitee_email) values (${id}, ${by}, 'bob@example.org')`
    return { id, file: `${id}/1.mp4` }
  }
  const take = async () => (await sql`select parley.take_doomed_files(10) as answer`)[0]!['answer'] as string[]

  test('[MTG82] go with their room, and with the account of their host; what was invited and who came goes as well', async () => {
    const room = await makeRoom(sql)
    const [hers, theirs] = [await record(room, people.grace), await record(room, people.ada)]
    await sql`delete from auth.users where id = ${people.grace}`
    expect(await take()).toEqual([hers.file])
    expect(await take()).toEqual([])
    for (let more = true; more;) {
      const [row] = await sql`select parley.delete_room(${room}, ${people.ada}) as answer`
      more = (row!['answer'] as { outcome: string }).outcome === 'more'
    }
    expect(await sql`select from meetings`).toHaveLength(0)
    expect(await sql`select from meeting_invitations`).toHaveLength(0)
    expect(await take()).toEqual([theirs.file])
    await sql`select parley.files_gone(${[hers.file, theirs.file]})`
    expect(await sql`select from parley.doomed_files`).toHaveLength(0)
  })

  test('[MTG82] go when their host deletes the row as a person, and one that is still written to a day later', async () => {
    const room = await makeRoom(sql)
    const [done, open] = [await record(room, people.ada), await record(room, people.ada, false)]
    const deleted = await keepAs(sql, 'ada', (tx) => tx`delete from meeting_recordings`)
    expect(deleted.count).toBe(2)
    expect(await take()).toEqual([done.file])
    await sql`update parley.doomed_files set due_at = due_at - interval '1 day'`
    expect(await take()).toContain(open.file)
  })
})

test('the states of old messages come whole, and no other room’s', async () => {
  const room = await makeRoom(sql)
  const other = await makeRoom(sql)
  await fill(sql, room, run(1, 3, { mentions: [people.grace] }))
  await fill(sql, other, run(1, 3))
  const at = nineOClock + 5_000
  const edit = {
    kind: 'edited',
    seq: 4,
    at,
    id: posted(4).id,
    by: people.ada,
    hash: 'a',
    target: 2,
    text: 'new',
    mentions: [] as string[],
  } as const
  const react = {
    kind: 'reacted',
    seq: 5,
    at,
    id: posted(5).id,
    by: people.grace,
    hash: 'b',
    target: 2,
    emoji: '👍',
  } as const
  await ingest(sql, { room, from: 4, to: 5, events: [edit, react] })
  const [row] = await sql`select parley.message_states(${room}, ${[2, 9]}) as answer`
  expect(row!['answer']).toEqual([
    {
      ...{
        seq: 2,
        rev: 5,
        id: posted(2).id,
        at: nineOClock + 2_000,
        by: people.ada,
        text: 'new',
        replyTo: null,
        thread: null,
      },
      ...{ mentions: [], metadata: {}, edits: [{ text: 'message 2', until: at }], editedAt: at, deletedAt: null },
      ...{ deletedBy: null, pinnedAt: null, expiresAt: null },
      ...{ type: 'text', reactions: [{ person: people.grace, emoji: '👍', at }] },
    },
  ])
})
