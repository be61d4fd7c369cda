import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Sql } from '../postgres/support/database.ts'
import { type Explainer, explainer } from './support/plans.ts'
import { grace, putGraceIn } from './support/reader.ts'
import { longRoom, openTown } from './support/town.ts'

let sql: Sql
let as: Explainer
let room: { id: string; head: number }
let rareWord: string
beforeAll(async () => {
  sql = await openTown()
  ;({ room, rareWord } = await putGraceIn(sql))
  as = await explainer(sql, grace)
})
afterAll(async () => {
  await as.end()
  await sql.end()
})

const withoutKey = 'alter table messages drop constraint messages_pkey cascade'

/** What a device asks, the index that serves it and nothing else does, and what takes that index away. */
type Question = { name: string; query(): string; scans: [index: string, condition: RegExp][]; without: string }

const questions: Question[] = [
  {
    name: 'unread of 200 rooms: a walk along the key above each mark',
    query: () => 'select * from get_unread_counts()',
    scans: [['messages_pkey', /^\(\(room_id = .*seq > /]],
    without: withoutKey,
  },
  {
    name: 'a page of history: a walk along the key',
    query: () =>
      `select * from messages where room_id = '${room.id}' and seq < ${Math.floor(room.head / 2)} order by seq desc limit 50`,
    scans: [['messages_pkey', /^\(\(room_id = .*seq < /]],
    without: withoutKey,
  },
  {
    name: 'what changed since: the new ones by the key, the touched ones by their rev',
    query: () => `
      select * from messages where room_id = '${room.id}' and seq > ${room.head - 100}
      union all
      select * from messages
      where room_id = '${room.id}' and rev <> seq and rev > ${room.head - 100} and seq <= ${room.head - 100}`,
    scans: [
      ['messages_pkey', /^\(\(room_id = .*seq > /],
      ['messages_rev_idx', /^\(\(room_id = .*rev > /],
    ],
    without: 'drop index messages_rev_idx',
  },
]

// Of the 60,000 messages of the longest room a number is in one, "thanks" in one of a hundred, "danke" in three of ten, and
// "спасибо", which is common in other rooms, in none. The newest hits of a common word would come sooner by walking back along the room (1 ms against
// 20 ms); but whoever walks for a word that is common elsewhere and not here reads the whole room (227 ms against 1 ms).
const words: Record<string, () => string> = {
  'a rare word': () => rareWord,
  'an uncommon word': () => 'thanks',
  'a common word': () => 'danke',
  'a word of other rooms': () => 'спасибо',
  'a Chinese word': () => '会议',
  'a word that nobody said': () => 'xylophone',
}
for (const [name, word] of Object.entries(words)) {
  for (const [place, scope] of [
    ['in one room', `, '${longRoom.id}'`],
    ['in all her rooms', ''],
  ] as const) {
    questions.push({
      name: `${name} ${place}: room and word in the full-text index`,
      query: () => `select * from search_messages('${word()}'${scope})`,
      scans: [['messages_search_idx', /^\(\(room_id = .*search @@/]],
      without: 'drop index messages_search_idx',
    })
  }
}

describe('among a million messages', () => {
  test('there is what the questions are about: the rooms, and the words as often as said above', async () => {
    expect(room.id).toBe(longRoom.id)
    const [there] = await sql`
      select (select count(*) from messages) as messages,
        (select count(*) from room_participants where user_id = ${grace}) as rooms`
    expect(there).toEqual({ messages: expect.closeTo(1_000_000, -3), rooms: 200 })
    const shares = await Promise.all(
      ['thanks', 'danke', 'спасибо'].map(async (word) => {
        const [found] = await sql`
          select count(*) / ${longRoom.messages}::float8 as share from messages
          where room_id = ${room.id} and search @@ private.search_query(${word}) and deleted_at is null`
        return found!['share'] as number
      }),
    )
    expect(shares.map((share) => share.toFixed(2))).toEqual(['0.01', '0.30', '0.00'])
  })

  test.for(questions)('$name', async ({ query, scans }) => {
    // The tenth time as the first: a session keeps plans.
    for (let time = 1; time <= 10; time++) {
      const found = await as.scans(query())
      expect(found.map(({ index, condition }) => [index, condition])).toEqual(
        scans.map(([index, condition]) => [index, expect.stringMatching(condition)]),
      )
    }
  })

  test.for(questions)('not so without that index: $name', async ({ query, scans, without }) => {
    const found = await as.scans(query(), without)
    const gone = scans.map(([index]) => index).at(-1)
    expect(found).not.toEqual([])
    expect(found.map(({ index }) => index)).not.toContain(gone)
  })

  test('all that she may see: the rooms are the condition of an index, and the policy sifts nothing', async () => {
    const perRow = `
      drop policy "Members read messages in their rooms" on messages;
      create policy "Members read messages in their rooms" on messages
        for select to authenticated using (room_id in (select private.my_room_ids()))`
    const ask = 'select count(*) from messages'
    // Both indexes begin with the room and are as good here.
    const index = expect.stringMatching(/^messages_(pkey|room_created_idx)$/)
    expect(await as.scans(ask)).toMatchObject([
      { index, condition: expect.stringMatching(/^\(room_id = ANY/), filter: expect.not.stringMatching(/room_id/) },
    ])
    // With the rooms in a subquery instead it would read all messages.
    expect(await as.scans(ask, perRow)).toMatchObject([{ filter: expect.stringMatching(/SubPlan/) }])
  })
})

describe('the list of 200 rooms, among a million messages', () => {
  let service: Explainer
  beforeAll(async () => {
    service = await explainer(sql, 'service')
  })
  afterAll(() => service.end())
  const list = `select parley.inbox_state('${grace}')`
  const counting = /^\(\(room_id = .*seq > GREATEST/
  const newest = /^\(room_id = m\.room_id\)$/

  test('[INB8] is one statement, which reads what is above each mark, and one row at the end of each room', async () => {
    const [above] = await sql`
      select count(*) as rows from room_participants p
      join messages m on m.room_id = p.room_id and m.seq > p.last_read_seq
      where p.user_id = ${grace}`
    // The tenth time as the first: a session keeps plans.
    for (let time = 1; time <= 10; time++) {
      expect(await service.scans(list)).toMatchObject([
        {
          node: 'Index Scan',
          index: 'messages_pkey',
          condition: expect.stringMatching(counting),
          rows: expect.closeTo(above!['rows'] as number, -2),
        },
        { node: 'Index Scan', index: 'messages_pkey', condition: expect.stringMatching(newest), rows: 200 },
      ])
    }
    // Its row twice, its newest message, the author; the rest is what is above the marks.
    expect((await service.pages(list)) / 200).toBeLessThan(20)
  })

  test('[INB8] not so without the key', async () => {
    const scans = await service.scans(list, withoutKey)
    expect(scans).not.toEqual([])
    expect(scans.map(({ index }) => index)).not.toContain('messages_pkey')
  })
})
