import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freshDatabase, type Sql } from './support/database.ts'
import { people, type Person, startOver } from './support/people.ts'
import { fill, ingest, joined, makeRoom, nineOClock, posted, run } from './support/rooms.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
})
beforeEach(() => startOver(sql))
afterAll(() => sql.end())

const mark = (person: Person, delivered: number, read: number) => ({ person: people[person], delivered, read })

/** A room whose members were all there before anything was said. */
async function oldRoom(): Promise<string> {
  const room = await makeRoom(sql, ['grace', 'linus'])
  await sql`update room_participants set joined_at = ${new Date(nineOClock - 1_000)} where room_id = ${room}`
  return room
}

async function fillStatuses(room: string, limit: number): Promise<{ outcome: string; rows: number }> {
  return (await sql`select parley.fill_statuses(${room}, ${limit}) as answer`)[0]!['answer'] as never
}

async function statuses(room: string): Promise<unknown[]> {
  const rows = await sql`select seq, user_id, status from message_status where room_id = ${room} order by seq, user_id`
  return rows.map((row) => Object.values(row))
}

async function receipts(room: string, seq: number): Promise<unknown> {
  return (await sql`select parley.message_receipts(${room}, ${seq}) as answer`)[0]!['answer']
}

describe('the receipts that a room left out while it caught up', () => {
  const events = [joined(1), ...run(2, 300), ...run(301, 500, { by: people.grace })]
  const marks = [mark('grace', 400, 250), mark('linus', 0, 499)]

  test('are filled batch by batch, and then are what a room that kept up has', async () => {
    const [late, prompt] = [await oldRoom(), await oldRoom()]
    const answer = await ingest(sql, { room: late, from: 1, to: 500, events, marks })
    expect(answer).toMatchObject({ outcome: 'applied', unfinished: ['statuses'] })
    for (let from = 0; from < 500; from += 100) {
      await ingest(sql, { room: prompt, from: from + 1, to: from + 100, events: events.slice(from, from + 100), marks })
    }
    const batches = []
    for (let answer = await fillStatuses(late, 600); ; answer = await fillStatuses(late, 600)) {
      batches.push(answer)
      if (answer.outcome === 'done') break
    }
    const full = { outcome: 'more', rows: 400 }
    expect(batches).toEqual([{ outcome: 'more', rows: 398 }, full, { outcome: 'done', rows: 200 }])
    expect(await statuses(late)).toEqual(await statuses(prompt))
    expect(await fillStatuses(late, 600)).toEqual({ outcome: 'done', rows: 0 })
  })

  test('are filled once, however often and beside rows that came since', async () => {
    const room = await oldRoom()
    await ingest(sql, { room, from: 1, to: 500, events, marks })
    await fillStatuses(room, 300)
    await ingest(sql, { room, from: 501, to: 502, events: run(501, 502), marks: [mark('grace', 502, 501)] })
    const [job] = await sql`select done_to from parley.jobs where room_id = ${room}`
    // As after a crash between the rows and the note of how far they are.
    await sql`update parley.jobs set done_to = 0 where room_id = ${room}`
    expect(job).toEqual({ done_to: 100 })
    expect(await fillStatuses(room, 5_000)).toEqual({ outcome: 'done', rows: 800 })
    const [counted] = await sql`
      select count(*) as rows, count(*) filter (where user_id = ${people.grace} and status = 'read') as read
      from message_status where room_id = ${room}`
    expect(counted).toEqual({ rows: 1_002, read: 300 })
  })

  test('are none of those who joined since, and none in a room that has grown', async () => {
    const room = await oldRoom()
    await ingest(sql, { room, from: 1, to: 500, events, marks })
    await sql`update room_participants set joined_at = ${new Date(nineOClock + 400_000)} where user_id = ${people.linus}`
    await fillStatuses(room, 5_000)
    const [first] = await sql`select min(seq) as seq from message_status where user_id = ${people.linus}`
    expect(first).toEqual({ seq: 400 })

    const grown = await oldRoom()
    await ingest(sql, { room: grown, from: 1, to: 500, events, marks })
    await sql`update rooms set member_count = 17 where id = ${grown}`
    expect(await fillStatuses(grown, 5_000)).toEqual({ outcome: 'done', rows: 0 })
    expect(await statuses(grown)).toEqual([])
  })

  test('are the same to whoever asks, before the rows and after them', async () => {
    const room = await oldRoom()
    await ingest(sql, { room, from: 1, to: 500, events, marks })
    const asked = () => Promise.all([1, 2, 260, 450, 500].map((seq) => receipts(room, seq)))
    const before = await asked()
    const of = (person: Person, delivered: boolean, read: boolean) => ({ person: people[person], delivered, read })
    expect(before).toEqual([
      [],
      [of('grace', true, true), of('linus', true, true)],
      [of('grace', true, false), of('linus', true, true)],
      [of('ada', false, false), of('linus', true, true)],
      [of('ada', false, false), of('linus', false, false)],
    ])
    await fillStatuses(room, 5_000)
    expect(await asked()).toEqual(before)
    // A mark alone moves what rows do not say yet, and rows stay what marks have passed.
    await sql`delete from message_status where room_id = ${room} and seq = 450`
    expect(await receipts(room, 450)).toEqual(before[3])
  })
})

test('a message that arrives behind a mark is delivered and read at once, and only delivered where reading is hidden', async () => {
  const room = await oldRoom()
  await sql`update room_participants set receipts_hidden = true where room_id = ${room} and user_id = ${people.linus}`
  // A backlog sends its marks with the first batch.
  const marks = [mark('grace', 2, 2), mark('linus', 2, 2)]
  await ingest(sql, { room, from: 1, to: 1, events: [posted(1)], marks })
  await fill(sql, room, [posted(2)])
  expect((await statuses(room)).slice(2)).toEqual([
    [2, people.grace, 'read'],
    [2, people.linus, 'delivered'],
  ])
  expect(await receipts(room, 2)).toEqual([
    { person: people.grace, delivered: true, read: true },
    { person: people.linus, delivered: true, read: false },
  ])
})
