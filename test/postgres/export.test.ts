import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { freshDatabase, type Sql } from './support/database.ts'
import { people, startOver } from './support/people.ts'
import { fill, ingest, makeRoom, posted, run } from './support/rooms.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
})
beforeEach(() => startOver(sql))
afterAll(() => sql.end())

const { ada, grace, linus } = people

async function plan(person: string): Promise<Record<string, unknown>> {
  const [row] = await sql`select parley.erasure_plan(${person}) as answer`
  return row!['answer'] as never
}

interface Page {
  rooms: { room: string; messages: { seq: number; text: string; edits?: unknown }[] }[]
  next: { room: string; after: number } | null
}

/** Grace's pages of these rooms. */
async function pages(rooms: string[], limit: number, scan: number): Promise<Page[]> {
  const all: Page[] = []
  for (let next: Page['next'] = { room: rooms[0]!, after: 0 }; next !== null; next = all.at(-1)!.next) {
    const some = rooms.slice(rooms.indexOf(next.room))
    const [row] = await sql`
      select parley.export_messages(${grace}, ${some}::uuid[], ${next.after}, ${limit}, ${scan}) as answer`
    all.push(row!['answer'] as Page)
  }
  return all
}

test('[ERA13] the heir of a group is who has been its admin longest, else whoever else has been in it longest', async () => {
  const room = await makeRoom(sql, ['grace', 'linus'])
  const heir = async () => ((await plan(ada))['owned'] as { heir: string | null }[])[0]!.heir
  const joinedAt = async (person: string, at: string) =>
    await sql`update room_participants set joined_at = ${at} where room_id = ${room} and user_id = ${person}`
  await joinedAt(grace, '2026-01-01')
  await joinedAt(linus, '2026-02-01')
  expect(await heir()).toBe(grace)
  await sql`update room_participants set role = 'moderator' where user_id = ${linus}`
  expect(await heir()).toBe(grace)
  await sql`update room_participants set role = 'admin' where user_id = ${linus}`
  expect(await heir()).toBe(linus)
  await sql`update room_participants set banned_until = 'infinity' where user_id = ${linus}`
  expect(await heir()).toBe(grace)
  await sql`update room_participants set left_at = now() where user_id = ${grace}`
  expect(await heir()).toBeNull()
})

test('[ERA13] the plan names every room that ever had the person, until Postgres has its event', async () => {
  const [now, before, others] = [await makeRoom(sql), await makeRoom(sql), await makeRoom(sql, ['linus'])]
  await makeRoom(sql, ['grace'], 'sql')
  await sql`update room_participants set left_at = now() where room_id = ${before} and user_id = ${grace}`
  expect(await plan(grace)).toEqual({ rooms: 2, logged: 0, waiting: [now, before].toSorted(), owned: [] })
  const erased = { kind: 'account_erased', seq: 1, at: 1, person: grace, mode: 'keep' } as const
  await ingest(sql, { room: before, from: 1, to: 1, events: [erased] })
  expect(await plan(grace)).toMatchObject({ rooms: 2, logged: 1, waiting: [now] })
  expect(JSON.stringify(await plan(grace))).not.toContain(others)
  await sql`delete from auth.users where id = ${grace}`
  expect(await plan(grace)).toBeNull()
})

test('[ERA19] a page of an export looks at so many rows and no more, and none of mine is left out or told twice', async () => {
  const rooms = [await makeRoom(sql), await makeRoom(sql), await makeRoom(sql), await makeRoom(sql)]
  const mine = [[2, 3, 4, 9], [1], [], [7, 8, 10]]
  for (const [i, room] of rooms.entries()) {
    const events = run(1, 10).map((event) => (mine[i]!.includes(event.seq) ? { ...event, by: grace } : event))
    await fill(sql, room, events)
  }
  for (const [limit, scan] of [
    [2, 5],
    [3, 4],
    [1, 1],
    [100, 10],
    [8, 40],
    [100, 1000],
  ] as const) {
    const all = await pages(rooms, limit, scan)
    const told = all.flatMap((page) => page.rooms)
    const seqs = rooms.map((room) => told.filter((each) => each.room === room).flatMap(({ messages }) => messages))
    expect(seqs.map((messages) => messages.map(({ seq }) => seq))).toEqual(mine)
    const order = told.map(({ room }) => rooms.indexOf(room))
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(new Set(told.map(({ room }) => room)).size).toBe(4)
    expect(Math.max(...all.map((page) => page.rooms.flatMap(({ messages }) => messages).length))).toBeLessThanOrEqual(
      limit,
    )
    expect(all.length).toBeGreaterThanOrEqual(Math.max(Math.ceil(40 / scan), Math.ceil(8 / limit)))
  }
  expect(await pages(rooms, 100, 1_000)).toHaveLength(1)
  const written = [rooms[0], rooms[1], rooms[3]] as string[]
  expect((await sql`select parley.export_written(${grace}) as rooms`)[0]!['rooms']).toEqual(written.toSorted())
})

test('[ERA18] my messages come with their earlier texts; what has disappeared or was deleted has none', async () => {
  const room = await makeRoom(sql)
  await fill(sql, room, run(1, 3, { by: grace }))
  const change = { at: 2, by: grace, hash: 'a', mentions: [] as string[] }
  const edited = { kind: 'edited', seq: 4, id: posted(4).id, target: 1, text: 'better', ...change } as const
  const deleted = { kind: 'deleted', seq: 5, id: posted(5).id, target: 2, at: 3, by: grace, hash: 'b' } as const
  await ingest(sql, { room, from: 4, to: 5, events: [edited, deleted] })
  await sql`update messages set expires_at = now() - interval '1 second' where room_id = ${room} and seq = 3`
  const [page] = await pages([room], 100, 100)
  expect(page!.rooms[0]!.messages).toMatchObject([
    { seq: 1, text: 'better', edits: [{ text: 'message 1' }] },
    { seq: 2, text: '', deletedAt: expect.any(String) },
    { seq: 3, text: '', disappearsAt: expect.any(String) },
  ])
})

test('[ERA19] reactions of one moment are paged without a gap', async () => {
  const room = await makeRoom(sql)
  await fill(sql, room, run(1, 9))
  await sql`insert into message_reactions (room_id, seq, user_id, emoji, created_at)
    select ${room}, s, p, e, '2026-01-01'
    from generate_series(1, 9) s, unnest(${[grace, linus]}::uuid[]) p, unnest(array['👍', '🎉']) e`
  const seen: string[] = []
  for (let from: unknown[] = [null, null, null, null]; ;) {
    const [row] = await sql`
      select parley.export_reactions(${grace}, 4, ${from[0] as null}::timestamptz, ${from[1] as null}::uuid,
        ${from[2] as null}::bigint, ${from[3] as null}) as answer`
    const rows = row!['answer'] as { at: string; room: string; seq: number; emoji: string }[]
    seen.push(...rows.map(({ seq, emoji }) => `${seq}${emoji}`))
    const last = rows.at(-1)
    if (!last || rows.length < 4) break
    from = [last.at, last.room, last.seq, last.emoji]
  }
  expect(seen).toHaveLength(18)
  expect(new Set(seen).size).toBe(18)
})

test('[ERA18] rooms and acts are mine alone', async () => {
  const [room, left] = [await makeRoom(sql, ['grace', 'linus']), await makeRoom(sql)]
  await sql`update room_participants set left_at = now() where room_id = ${left} and user_id = ${grace}`
  await sql`select private.record('banned', ${grace}, ${room}, ${linus})`
  await sql`select private.record('banned', ${ada}, ${room}, ${linus})`
  const [row] = await sql`
    select parley.export_rooms(${grace}, null, 10) as rooms, parley.export_acts(${grace}, 0, 10) as acts`
  expect((row!['rooms'] as { room: string }[]).map((each) => each.room)).toEqual([room, left].toSorted())
  expect(row!['acts']).toMatchObject([{ action: 'banned', room, person: linus }])
  const [none] =
    await sql`select parley.export_acts(${grace}, ${(row!['acts'] as { id: number }[])[0]!.id}, 10) as acts`
  expect(none!['acts']).toEqual([])
})
