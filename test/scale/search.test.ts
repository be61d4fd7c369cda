import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { held, planPage } from '../../protocol/history.ts'
import { limits } from '../../protocol/limits.ts'
import { parseSearch } from '../../protocol/search-query.ts'
import type { Sql } from '../postgres/support/database.ts'
import { type Explainer, explainer, type Scan } from './support/plans.ts'
import { grace, putGraceIn } from './support/reader.ts'
import { longRoom, openTown, prolific, size } from './support/town.ts'
import { town } from '../../scripts/seed/town.ts'

// Among a million messages. What a search reads decides how long it takes: its time is printed by the bench.
const writer = prolific(town({ ...size, rooms: 1, messages: 0 })).keep.id

let sql: Sql
let service: Explainer
let rareWord: string
beforeAll(async () => {
  sql = await openTown()
  ;({ rareWord } = await putGraceIn(sql))
  service = await explainer(sql, 'service')
})
afterAll(async () => {
  await service.end()
  await sql.end()
})

function query(q: string, { person = grace, sort = 'newest' } = {}): string {
  const { terms, filters } = parseSearch(q)
  const ask = JSON.stringify({ terms, filters, sort, timeZone: 'UTC', limit: limits.searchPage, cursor: null })
  return `select parley.search_messages('${person}', '${ask.replaceAll("'", "''")}')`
}

/** How the results are found; each is then read once by its key, to be shown. */
async function finding(q: string, options = {}, change?: string): Promise<Scan[]> {
  return (await service.scans(query(q, options), change)).filter(({ condition }) => !/seq = f\.seq/.test(condition))
}

/** The messages in grace's rooms in which a word stands, deleted ones left out. */
async function matches(word: string): Promise<number> {
  const [row] = await sql`
    select count(*) as count from messages m join room_participants p on p.room_id = m.room_id and p.user_id = ${grace}
    where m.search @@ private.search_query(${word}) and m.type <> 'system' and m.deleted_at is null`
  return row!['count'] as number
}

/** A plan says how many rows a scan of each of 200 rooms gave on average, rounded. */
const rounding = -Math.log10(2 * 200)

const byRoomAndWord = { index: 'messages_search_idx', condition: expect.stringMatching(/^\(\(room_id = .*search @@/) }

const words: Record<string, () => string> = {
  'a rare word': () => rareWord,
  'an uncommon word': () => 'thanks',
  'a common word': () => 'danke',
  'a word of other rooms': () => 'спасибо',
  'a Chinese word': () => '会议',
  'a word that nobody said': () => 'xylophone',
}

describe('[AC-22] among a million messages', () => {
  for (const [name, word] of Object.entries(words)) {
    for (const sort of ['newest', 'ranked']) {
      test(`[SRC3] [AC-22] ${name}, ${sort}: what has the word in one’s own rooms is read, by room and word, and nothing else`, async () => {
        expect(await matches('danke')).toBeGreaterThan(10_000)
        const rows = await matches(word())
        // The tenth time as the first: a session keeps plans.
        for (let time = 1; time <= 10; time++) {
          const scans = await finding(word(), { sort })
          expect(scans).toMatchObject([byRoomAndWord])
          expect(scans[0]!.rows).toBeCloseTo(rows, rounding)
        }
      })
    }
  }

  test('[AC-22] the same by the index or not at all: without it, whole rooms are read', async () => {
    const scans = await finding('danke', {}, 'drop index messages_search_idx')
    expect(scans).not.toEqual([])
    expect(scans.map(({ index }) => index)).not.toContain('messages_search_idx')
    expect(scans.reduce((sum, { rows }) => sum + rows, 0)).toBeGreaterThan(50_000)
  })

  test('[AC-22] the beginning of a word, and what is excluded, are looked for in what a whole word finds', async () => {
    for (const q of ['danke th*', 'danke -thanks']) {
      const scans = await finding(q)
      expect(scans).toMatchObject([byRoomAndWord])
      expect(scans[0]!.rows).toBeCloseTo(await matches('danke'), rounding)
    }
  })

  test('[AC-22] without a word each room is walked back no further than a page needs', async () => {
    const page = limits.searchPage + 1
    const scans = await finding('from:me', { person: writer })
    expect(scans).toMatchObject([{ index: 'messages_room_created_idx' }])
    const [rooms] = await sql`select count(*) as count from room_participants where user_id = ${writer}`
    // Some more that are system rows or deleted; all there are would be 200,000.
    expect(scans[0]!.rows).toBeLessThan((rooms!['count'] as number) * page * 3)
    const unspoken = await finding('-danke')
    expect(unspoken).toMatchObject([{ index: 'messages_room_created_idx' }])
    expect(unspoken[0]!.rows).toBeLessThan(200 * page * 3)
  })

  test('[HIS6] [AC-22] what is shared is found by an index of its own', async () => {
    await sql`update messages set content = content || ' https://example.org' where room_id = ${longRoom.id} and seq % 5000 = 7`
    await sql`analyze messages`
    const [shared] =
      await sql`select count(*) as count from messages where room_id = ${longRoom.id} and shared is not null`
    expect(shared!['count']).toBeGreaterThan(5)
    expect(await finding(`has:link in:${longRoom.id}`)).toMatchObject([
      { index: 'messages_media_idx', rows: shared!['count'] },
    ])
  })

  test('[SRC1] [AC-21] 上海 and привет are found in the midst of them', async () => {
    const texts = ['我家在上海东边。', 'Привет из Москвы']
    const messages = await sql`
      select seq from messages where room_id = ${longRoom.id} and type <> 'system' and deleted_at is null order by seq offset 30000 limit 2`
    for (const [i, text] of texts.entries()) {
      await sql`update messages set content = ${text} where room_id = ${longRoom.id} and seq = ${messages[i]!['seq']}`
    }
    const found = async (q: string) => {
      const [row] = await sql.unsafe(query(`${q} in:${longRoom.id}`))
      return (row!['search_messages'] as { items: { message: { text: string } }[] }).items.map(
        ({ message }) => message.text,
      )
    }
    expect(await found('上海东边')).toEqual([texts[0]])
    expect(await found('привет москвы')).toEqual([texts[1]])
  })
})

test('[HIS3] [AC-24] a page around a message 10,000 back reads as many rows as it shows, as do those that follow', async () => {
  const as = await explainer(sql, grace)
  const [room] = await sql`select last_seq as head from rooms where id = ${longRoom.id}`
  const head = room!['head'] as number
  const bounds = { bottom: 1, head }
  for (const place of [{ around: head - 10_000 }, { before: head - 10_025 }, { after: head - 9_976 }]) {
    const plan = planPage(place, limits.page, bounds)
    expect(held(plan, bounds, head - limits.logEvents)).toBe(false)
    const sides = [
      [plan.below, `seq < ${plan.edge} and seq >= 1 order by seq desc`],
      [plan.above, `seq >= ${plan.edge} and seq <= ${head} order by seq`],
    ] as const
    for (const [limit, where] of sides.filter(([limit]) => limit > 0)) {
      const scans = await as.scans(
        `select * from messages where room_id = '${longRoom.id}' and ${where} limit ${limit}`,
      )
      expect(scans).toMatchObject([{ index: 'messages_pkey', rows: limit }])
    }
  }
  await as.end()
})
