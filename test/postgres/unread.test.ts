import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, secondConnection, type Sql } from './support/database.ts'
import { as, attempt, keepAs, people, type Person, signUp } from './support/people.ts'
import { fill, ingest, joined, makeRoom, nineOClock, posted, run } from './support/rooms.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
})
afterAll(() => sql.end())

async function unread(person: Person, room: string, cap = 1000): Promise<unknown> {
  const [row] = await as(
    sql,
    person,
    (tx) => tx`select unread, mentions, last_seq, last_read_seq from get_unread_counts(${cap}) where room_id = ${room}`,
  )
  return row && { ...row }
}

describe('unread', () => {
  test('[UNR2] counts what others wrote above the read mark, and neither system rows nor what is gone', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, [
      posted(1),
      joined(2),
      posted(3, { by: people.grace }),
      posted(4),
      posted(5),
      posted(6, { by: null }),
      posted(7),
    ])
    await sql`update messages set deleted_at = now() where room_id = ${room} and seq = 5`
    await sql`update messages set expires_at = now() - interval '1 s' where room_id = ${room} and seq = 7`
    // 1, 4 and 6: an author who is gone is somebody else.
    expect(await unread('grace', room)).toEqual({ unread: 3, mentions: 0, last_seq: 7, last_read_seq: 0 })
    await ingest(sql, { room, from: 8, to: 7, events: [], marks: [{ person: people.grace, delivered: 4, read: 4 }] })
    expect(await unread('grace', room)).toEqual({ unread: 1, mentions: 0, last_seq: 7, last_read_seq: 4 })
    await ingest(sql, { room, from: 8, to: 7, events: [], marks: [{ person: people.grace, delivered: 7, read: 7 }] })
    expect(await unread('grace', room)).toEqual({ unread: 0, mentions: 0, last_seq: 7, last_read_seq: 7 })
  })

  test('[UNR3] counts mentions of me and of everyone, but none from whom I block', async () => {
    const room = await makeRoom(sql, ['grace', 'linus'])
    await fill(sql, room, [
      posted(1, { mentions: [people.grace] }),
      posted(2, { mentions: [room] }),
      posted(3, { mentions: [people.ada] }),
      posted(4, { by: people.linus, mentions: [people.grace] }),
      posted(5, { by: null, mentions: [people.grace] }),
    ])
    expect(await unread('grace', room)).toMatchObject({ unread: 5, mentions: 4 })
    await sql`update user_profiles set blocked_user_ids = ${[people.linus]} where id = ${people.grace}`
    expect(await unread('grace', room)).toMatchObject({ unread: 5, mentions: 3 })
    await sql`update user_profiles set blocked_user_ids = '{}' where id = ${people.grace}`
  })

  test('[UNR2] marking as unread brings messages back and lowers no mark; earlier history stays out', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, run(1, 6))
    const set = (column: string, value: number) =>
      sql`update room_participants set ${sql(column)} = ${value} where room_id = ${room} and user_id = ${people.grace}`
    await set('last_read_seq', 6)
    await set('unread_from_seq', 3)
    expect(await unread('grace', room)).toEqual({ unread: 4, mentions: 0, last_seq: 6, last_read_seq: 6 })
    await set('history_from_seq', 4)
    expect(await unread('grace', room)).toMatchObject({ unread: 2 })
  })

  test('[UNR2] is capped where asked, and at 1,000', async () => {
    const room = await makeRoom(sql)
    for (let from = 1; from <= 1_001; from += 500) await fill(sql, room, run(from, Math.min(from + 499, 1_001)))
    expect([await unread('grace', room, 3), await unread('grace', room, 9_999)]).toMatchObject([
      { unread: 3 },
      { unread: 1_000 },
    ])
  })

  test('[UNR2] [AC-19] deleting an unread message lowers it, down to none and no further', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, run(1, 3))
    const remove = (seq: number, target: number) => {
      const event = {
        kind: 'deleted',
        seq,
        at: nineOClock,
        id: randomUUID(),
        hash: `${seq}`,
        by: people.ada,
        target,
      } as const
      return fill(sql, room, [event])
    }
    const counts = [await unread('grace', room)]
    for (const target of [2, 1, 3]) {
      await remove(3 + counts.length, target)
      counts.push(await unread('grace', room))
    }
    expect(counts).toMatchObject([{ unread: 3 }, { unread: 2 }, { unread: 1 }, { unread: 0 }])
    // A mark above all there is, and one below it.
    await sql`update room_participants set last_read_seq = 99, unread_from_seq = 1 where room_id = ${room}`
    expect(await unread('grace', room)).toMatchObject({ unread: 0 })
    await sql`update room_participants set unread_from_seq = null where room_id = ${room}`
    expect(await unread('grace', room)).toMatchObject({ unread: 0 })
  })

  test('lists my rooms alone, and none that I left', async () => {
    const room = await makeRoom(sql)
    expect(await unread('linus', room)).toBeUndefined()
    expect(await unread('grace', room)).toBeDefined()
    await sql`update room_participants set left_at = now() where room_id = ${room} and user_id = ${people.grace}`
    expect(await unread('grace', room)).toBeUndefined()
  })
})

describe('direct rooms', () => {
  const open = (db: Sql, person: Person, other: string) =>
    keepAs(db, person, (tx) => tx`select get_or_create_direct_room(${other}) as id`).then((rows) => rows[0]!['id'])

  test('there is one per pair, opened from both sides at once', async () => {
    const other = await secondConnection(sql)
    const ids = await Promise.all([
      open(sql, 'ada', people.grace),
      open(other, 'grace', people.ada),
      open(sql, 'ada', people.grace),
      open(other, 'grace', people.ada),
    ])
    expect(new Set(ids).size).toBe(1)
    const members = await sql`
      select user_id, role, accepted_at is not null as accepted from room_participants where room_id = ${ids[0]} order by user_id`
    expect([...members]).toEqual([
      { user_id: people.ada, role: 'member', accepted: true },
      { user_id: people.grace, role: 'member', accepted: true },
    ])
  })

  test('whoever is only written to has not accepted', async () => {
    const id = await open(sql, 'ada', people.linus)
    const accepted = async () =>
      (
        await sql`select user_id from room_participants where room_id = ${id} and accepted_at is not null order by user_id`
      ).map((row) => row['user_id'])
    expect(await accepted()).toEqual([people.ada])
    await open(sql, 'linus', people.ada)
    expect(await accepted()).toEqual([people.ada, people.linus])
  })

  test('nobody opens one with themself, with nobody, or with someone who blocks them; blocked and unknown look alike', async () => {
    const tryWith = (id: string) => attempt(sql, 'grace', (tx) => tx`select get_or_create_direct_room(${id})`)
    await sql`update user_profiles set blocked_user_ids = ${[people.grace]} where id = ${people.linus}`
    expect([await tryWith(people.grace), await tryWith(randomUUID()), await tryWith(people.linus)]).toEqual([
      'refused 22023',
      'refused P0002',
      'refused P0002',
    ])
    await sql`update user_profiles set blocked_user_ids = '{}' where id = ${people.linus}`
    expect(await tryWith(people.linus)).toBe('1 rows')
  })

  test('read receipts off hide how far the other has read, both ways; groups go on', async () => {
    const direct = await open(sql, 'ada', people.grace)
    const group = await makeRoom(sql)
    const others = (person: Person, room: string) =>
      as(
        sql,
        person,
        (tx) => tx`select from room_participants where room_id = ${room} and user_id <> ${people[person]}`,
      )
    expect(await others('ada', direct)).toHaveLength(1)
    await sql`update user_profiles set read_receipts = false where id = ${people.grace}`
    expect([(await others('ada', direct)).length, (await others('grace', direct)).length]).toEqual([0, 0])
    expect(await others('ada', group)).toHaveLength(1)
    await sql`update user_profiles set read_receipts = true where id = ${people.grace}`
    expect(await others('ada', direct)).toHaveLength(1)
  })
})
