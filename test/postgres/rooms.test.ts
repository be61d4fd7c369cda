import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RoomFacts, asMade } from '../../protocol/downstream.ts'
import { freshDatabase, type Sql } from './support/database.ts'
import { people, signUp } from './support/people.ts'
import { fill, ingest, joined, makeRoom, posted } from './support/rooms.ts'
import { call, memberFacts } from './support/service.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
})
afterAll(() => sql.end())

describe('an object that wakes with nothing', () => {
  test('claims an epoch that was never claimed, even by a copy of this database; the head is lifted from the second claim on', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, [posted(1), posted(2)])
    const started = Math.floor(Date.now() / 1_000)
    const first = await call(sql, 'claim_epoch', room)
    expect(first).toEqual({ epoch: expect.any(Number), lastSeq: 2 })
    expect(first['epoch']).toBeGreaterThanOrEqual(started - 1)
    const second = await call(sql, 'claim_epoch', room)
    expect(second['epoch']).toBeGreaterThan(Number(first['epoch']))
    expect(second['lastSeq']).toBeGreaterThan(2 + 2_097_152)
    expect(await call(sql, 'claim_epoch', randomUUID())).toBe(null)
  })

  test('[EPO1] is given places that a copy of this database has not given', async () => {
    const room = await makeRoom(sql)
    await call(sql, 'claim_epoch', room)
    await sql`update rooms set epoch = epoch - 1_000 where id = ${room}`
    const copy = (await sql`select epoch, last_seq from rooms where id = ${room}`)[0]!
    const before = await call(sql, 'claim_epoch', room)
    await sql`update rooms set epoch = ${copy['epoch']}, last_seq = ${copy['last_seq']} where id = ${room}`
    // An epoch is a second.
    await sql`select pg_sleep_until(date_trunc('second', clock_timestamp()) + interval '1 second')`
    const after = await call(sql, 'claim_epoch', room)
    expect(after['epoch']).toBeGreaterThan(Number(before['epoch']))
    expect(after['lastSeq']).toBeGreaterThanOrEqual(Number(before['lastSeq']) + 2_097_152)
  })

  test('learns the room and its active members, with their marks', async () => {
    const room = await makeRoom(sql, ['grace', 'linus'])
    await ingest(sql, {
      ...{ room, from: 1, to: 1, events: [posted(1)] },
      marks: [{ person: people.grace, delivered: 1, read: 0 }],
    })
    await sql`update room_participants set left_at = now() where room_id = ${room} and user_id = ${people.linus}`
    const state = await call(sql, 'room_state', room)
    const facts = RoomFacts.parse(state['room'])
    expect(facts).toEqual({
      ...asMade,
      id: room,
      type: 'group',
      name: 'Analytical engines',
      createdBy: people.ada,
      createdAt: expect.any(Number),
      ...asMade,
    })
    expect(Math.abs(facts.createdAt - Date.now())).toBeLessThan(60_000)
    expect({ ...state, room: null }).toEqual({
      room: null,
      epoch: 1,
      lastSeq: 1,
      membersVersion: 4,
      members: [memberFacts('ada', { role: 'owner' }), memberFacts('grace', { delivered: 1 })],
      unfinished: [],
    })
    expect(await call(sql, 'room_state', randomUUID())).toBe(null)
  })

  test('rebuilds its spine page by page: posts with their hashes, no system rows', async () => {
    const room = await makeRoom(sql)
    const imported = posted(4, { by: null, source: { name: 'Ada', source: 'whatsapp' } })
    await fill(sql, room, [posted(1), joined(2), posted(3), imported])
    const [first, third] = [posted(1), posted(3)]
    const entry = ({ seq, id, by, hash, at }: typeof first, isImported = false) => ({
      ...{ seq, rev: seq, id, by, hash, at },
      imported: isImported,
    })
    expect(await call(sql, 'room_spine', room, 0, 2)).toEqual([entry(first), entry(third)])
    expect(await call(sql, 'room_spine', room, 3, 2)).toEqual([entry(imported, true)])
    expect(await call(sql, 'room_spine', room, 4, 2)).toEqual([])
  })
})
