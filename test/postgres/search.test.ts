import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, type Sql } from './support/database.ts'
import { as, people, type Person, signUp } from './support/people.ts'
import { fill, ingest, makeRoom, posted, run } from './support/rooms.ts'

let sql: Sql
let room: string
const texts = [
  '我家在上海东边。',
  'Привет из Москвы',
  'the analytical engine weaves algebraic patterns',
  'an engine of another kind https://example.org/loom',
  'ยินดีต้อนรับ',
  '東京タワー',
]
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
  room = await makeRoom(sql)
  await fill(
    sql,
    room,
    texts.map((text, i) => posted(i + 1, { text, by: i === 3 ? people.grace : people.ada })),
  )
})
afterAll(() => sql.end())

function search(person: Person, options: Record<string, string | number | Date>) {
  const named = Object.keys(options).map((name, i) => `${name} => $${i + 1}`)
  return as(sql, person, (tx) =>
    tx.unsafe(`select * from search_messages(${named.join(', ')})`, Object.values(options)),
  )
}

async function found(person: Person, query: string, options: Record<string, string | Date> = {}): Promise<unknown[]> {
  return (await search(person, { p_query: query, ...options })).map((row) => row['seq'])
}

describe('search', () => {
  test('[AC-21] finds 上海 in 我家在上海东边。 and Привет by привет', async () => {
    expect(await found('grace', '上海')).toEqual([1])
    expect(await found('grace', 'привет')).toEqual([2])
  })

  test('takes neighbouring characters as a phrase, in Thai and Japanese too', async () => {
    expect(await found('grace', '海上')).toEqual([])
    expect(await found('grace', 'ต้อน')).toEqual([5])
    expect(await found('grace', 'タワー')).toEqual([6])
  })

  test('takes operators as people type them, and never fails on what they type', async () => {
    expect(await found('grace', 'engine -another')).toEqual([3])
    expect(await found('grace', '"another kind" or algebraic')).toEqual([4, 3])
    for (const odd of ['%', '"', "'", '&|!()', ':*', '', '\\']) {
      expect(await found('grace', odd)).toEqual([])
    }
  })

  test('narrows by person, kind, time and room', async () => {
    expect(await found('grace', 'engine')).toEqual([4, 3])
    expect(await found('grace', 'engine', { p_sender: people.grace })).toEqual([4])
    expect(await found('grace', 'engine', { p_has: 'link' })).toEqual([4])
    expect(await found('grace', 'engine', { p_sort: 'oldest' })).toEqual([3, 4])
    const [fourth] = await sql`select created_at from messages where room_id = ${room} and seq = 4`
    expect(await found('grace', 'engine', { p_before: fourth!['created_at'] })).toEqual([3])
    expect(await found('grace', 'engine', { p_after: fourth!['created_at'] })).toEqual([4])
    expect(await found('grace', 'engine', { p_room_id: await makeRoom(sql) })).toEqual([])
  })

  test('goes on where the last page ended', async () => {
    const [first] = await search('grace', { p_query: 'engine', p_limit: 1 })
    const [second] = await search('grace', {
      ...{ p_query: 'engine', p_limit: 1 },
      ...{ p_from: first!['created_at'], p_from_room: first!['room_id'], p_from_seq: first!['seq'] },
    })
    expect([first!['seq'], second!['seq']]).toEqual([4, 3])
  })

  test('finds nothing in rooms of others, in what is deleted, or before one’s history', async () => {
    expect(await found('linus', 'engine')).toEqual([])
    expect(await found('linus', 'engine', { p_room_id: room })).toEqual([])
    await sql`update room_participants set history_from_seq = 3 where room_id = ${room} and user_id = ${people.grace}`
    expect(await found('grace', 'engine')).toEqual([4])
    await sql`update messages set deleted_at = now() where room_id = ${room} and seq = 4`
    expect(await found('grace', 'engine')).toEqual([])
    expect(await found('ada', 'engine')).toEqual([3])
  })

  test('shows where the word stands, without HTML of its own', async () => {
    const [row] = await search('ada', { p_query: 'algebraic' })
    expect(row!['headline']).toBe('the analytical engine weaves ⟦algebraic⟧ patterns')
  })
})

test('[AC-22] hardly any words wait outside of the index, which each room of a search would read again', async () => {
  const room = await makeRoom(sql)
  for (let from = 1; from <= 3_000; from += 500) {
    await ingest(sql, { room, from, to: from + 499, events: run(from, from + 499) })
  }
  const [waiting] = await sql`select gin_clean_pending_list('messages_search_idx'::regclass)::int as pages`
  // 64 kB are 8 pages; the last batch may have gone past it.
  expect(waiting!['pages']).toBeLessThanOrEqual(16)
})
