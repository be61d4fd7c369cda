import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseSearch } from '../../protocol/search-query.ts'
import { freshDatabase, type Sql } from './support/database.ts'
import { as, people, type Person, signUp } from './support/people.ts'
import { fill, ingest, makeRoom, nineOClock, posted } from './support/rooms.ts'

let sql: Sql
let room: string
const texts = [
  '我家在上海东边。',
  'Привет из Москвы',
  'the analytical engine weaves algebraic patterns',
  'an engine of another kind https://example.org/loom',
  'ยินดีต้อนรับ',
  '東京タワー',
  'مرحبا بالعالم 🎉',
  'the engine is an engine is an engine',
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
  await sql`update user_profiles set username = id::text::char(3) where id = ${people.grace}`
})
afterAll(() => sql.end())

interface Found {
  items: {
    room: string
    roomName: string | null
    message: { seq: number; text: string }
    name: string
    blocked: boolean
  }[]
  next: unknown
  unknown: number[]
  empty: boolean
}

async function search(person: Person, q: string, more: object = {}): Promise<Found> {
  const { terms, filters } = parseSearch(q)
  const ask = { terms, filters, sort: 'newest', timeZone: 'UTC', limit: 20, cursor: null, ...more }
  const [row] = await as(
    sql,
    'service',
    (tx) => tx`select parley.search_messages(${people[person]}, ${sql.json(ask as never)}) as found`,
  )
  return row!['found'] as Found
}

async function found(person: Person, q: string, more: object = {}): Promise<number[]> {
  return (await search(person, q, more)).items.map(({ message }) => message.seq)
}

describe('what is found', () => {
  test('[SRC1] [AC-21] 上海 in 我家在上海东边。, Привет by привет, and words of Thai, Japanese and Arabic', async () => {
    expect(await found('grace', '上海')).toEqual([1])
    expect(await found('grace', '海上')).toEqual([])
    expect(await found('grace', 'привет')).toEqual([2])
    expect(await found('grace', 'ต้อน')).toEqual([5])
    expect(await found('grace', 'タワー')).toEqual([6])
    expect(await found('grace', 'مرحبا')).toEqual([7])
  })

  test('[SRC1] all words, phrases as they stand, the beginnings of words, and nothing that is excluded', async () => {
    expect(await found('grace', 'engine')).toEqual([8, 4, 3])
    expect(await found('grace', 'engine patterns')).toEqual([3])
    expect(await found('grace', '"another kind"')).toEqual([4])
    expect(await found('grace', '"kind another"')).toEqual([])
    expect(await found('grace', 'alge')).toEqual([])
    expect(await found('grace', 'alge*')).toEqual([3])
    expect(await found('grace', 'engine patt*')).toEqual([3])
    expect(await found('grace', 'engine -algebraic -kind')).toEqual([8])
    expect(await found('grace', 'engin* -alge* -"another kind"')).toEqual([8])
  })

  test('[SRC1] operators narrow, also without a word', async () => {
    expect(await found('grace', 'from:me')).toEqual([4])
    expect(await found('grace', 'from:"ADA" engine')).toEqual([8, 3])
    expect(await found('ada', 'from:@a1c engine')).toEqual([4])
    expect(await found('ada', '-from:me')).toEqual([4])
    expect(await found('grace', 'has:link')).toEqual([4])
    expect(await found('grace', 'engine -has:link')).toEqual([8, 3])
    expect(await found('grace', 'in:"analytical ENGINES" kind')).toEqual([4])
    expect(await found('grace', `-in:${room} kind`)).toEqual([])
    expect(await found('grace', '-engine -has:link from:ada')).toEqual([7, 6, 5, 2, 1])
    await sql`insert into message_reactions (room_id, seq, user_id, emoji) values (${room}, 3, ${people.grace}, '👍')`
    expect(await found('grace', 'has:reaction')).toEqual([3])
    expect(await found('grace', 'engine -has:reaction')).toEqual([8, 4])
  })

  test('[SRC1] days are those of the time zone, and times are exact', async () => {
    expect(await found('grace', 'on:2026-11-23 engine')).toEqual([8, 4, 3])
    expect(await found('grace', 'before:2026-11-23 engine')).toEqual([])
    expect(await found('grace', 'after:2026-11-23 engine')).toEqual([])
    // Nine in the morning in London is the evening in Auckland, and before midnight in Honolulu.
    expect(await found('grace', 'on:2026-11-22 engine', { timeZone: 'Pacific/Honolulu' })).toEqual([8, 4, 3])
    expect(await found('grace', 'on:2026-11-23 engine', { timeZone: '+14:00' })).toEqual([8, 4, 3])
    expect(await found('grace', 'on:2026-11-22 engine', { timeZone: '-10:00' })).toEqual([8, 4, 3])
    expect(await found('grace', 'engine', { before: nineOClock + 4_000 })).toEqual([3])
    expect(await found('grace', 'engine', { after: nineOClock + 4_000 })).toEqual([8, 4])
    expect(await found('grace', 'engine', { room, from: people.grace })).toEqual([4])
  })

  test('[SRC1] what is no word finds nothing and does no harm; filters that name nobody say so', async () => {
    for (const odd of ['🎉', '%', "'", '&|!()', ':*', '\\', '_']) {
      expect(await search('grace', odd)).toMatchObject({ items: [], empty: true })
    }
    expect(await found('grace', '🎉 engine')).toEqual([8, 4, 3])
    expect(await search('grace', 'from:@nobody in:"no such room" engine')).toMatchObject({ items: [], unknown: [0, 1] })
    expect(await search('linus', 'from:ada engine')).toMatchObject({ items: [], unknown: [0] })
  })

  test('[SRC3] ranked puts first where the words stand most', async () => {
    expect(await found('grace', 'engine', { sort: 'ranked' })).toEqual([8, 4, 3])
    const other = await makeRoom(sql)
    await fill(sql, other, [
      posted(1, { text: 'gears gears gears gears' }),
      posted(2, { text: 'a long text in which gears come up once, and then no more' }),
    ])
    expect(await found('grace', 'gears')).toEqual([2, 1])
    expect(await found('grace', 'gears', { sort: 'ranked' })).toEqual([1, 2])
  })

  test('[SRC4] each result names its room and its author, and whether the person blocks them', async () => {
    await sql`update user_profiles set blocked_user_ids = ${[people.ada]} where id = ${people.grace}`
    const { items } = await search('grace', 'engine kind or')
    expect(items).toEqual([])
    expect((await search('grace', 'engine')).items).toMatchObject([
      { room, roomName: 'Analytical engines', roomType: 'group', name: 'ada', blocked: true, message: { seq: 8 } },
      { name: 'grace', blocked: false },
      { name: 'ada', blocked: true },
    ])
    await sql`update user_profiles set blocked_user_ids = '{}' where id = ${people.grace}`
  })
})

describe('[SRC2] what is not found', () => {
  /** Does something to the database for as long as `look` takes. */
  async function meanwhile(change: string, look: () => Promise<void>, back: string): Promise<void> {
    await sql.unsafe(change)
    try {
      await look()
    } finally {
      await sql.unsafe(back)
    }
  }
  const grace = () => `room_id = '${room}' and user_id = '${people.grace}'`

  test('[SRC2] rooms of others, whoever asks for them by name or id', async () => {
    expect(await found('linus', 'engine')).toEqual([])
    expect(await found('linus', 'engine', { room })).toEqual([])
    expect(await found('linus', `in:${room}`)).toEqual([])
    expect(await found('linus', `from:${people.ada}`)).toEqual([])
  })

  test('[SRC2] [HIS4] what was said before one’s history begins, with words and without', async () => {
    await meanwhile(
      `update room_participants set history_from_seq = 4 where ${grace()}`,
      async () => {
        expect(await found('grace', 'engine')).toEqual([8])
        expect(await found('grace', 'has:link')).toEqual([])
        expect(await found('grace', 'from:ada', { room })).toEqual([8, 7, 6, 5])
        expect(await found('ada', 'engine')).toEqual([8, 4, 3])
      },
      `update room_participants set history_from_seq = 0 where ${grace()}`,
    )
  })

  test('[SRC2] anything for whoever has left or is banned', async () => {
    for (const gone of ['left_at = now()', `banned_until = now() + interval '1 hour'`]) {
      await meanwhile(
        `update room_participants set ${gone} where ${grace()}`,
        async () =>
          expect([...(await found('grace', 'engine')), ...(await found('grace', 'from:ada', { room }))]).toEqual([]),
        `update room_participants set left_at = null, banned_until = null where ${grace()}`,
      )
    }
  })

  test('[SRC2] what is deleted or has lapsed, with words and without', async () => {
    const other = await makeRoom(sql)
    await fill(sql, other, [
      posted(1, { text: 'looms are loud' }),
      posted(2, { text: 'looms are here', expiresAt: Date.now() - 1_000 }),
      posted(3, { text: 'looms are forever' }),
    ])
    const both = async () => [await found('grace', 'looms'), await found('grace', 'from:ada', { room: other })]
    expect(await both()).toEqual([
      [3, 1],
      [3, 1],
    ])
    await ingest(sql, {
      ...{ room: other, from: 4, to: 4 },
      events: [{ ...posted(4), kind: 'deleted', target: 1 } as never],
    })
    expect(await both()).toEqual([[3], [3]])
  })
})

describe('[SRC3] pages', () => {
  test.for(['newest', 'ranked', 'without words'] as const)(
    '[SRC3] follow each other without a repeat or a gap while messages arrive: %s',
    async (sort) => {
      const rooms = [await makeRoom(sql), await makeRoom(sql), await makeRoom(sql)]
      // In pairs at the same time in two rooms, so that places differ by the room alone; some hold the word twice.
      const message = (seq: number) => posted(seq, { text: `bobbin ${'bobbin '.repeat(seq % 3)}${sort}` })
      for (const one of rooms) {
        await fill(
          sql,
          one,
          Array.from({ length: 12 }, (_, i) => message(i + 1)),
        )
      }
      const q = sort === 'without words' ? 'from:ada' : `bobbin "${sort}"`
      const more = sort === 'without words' ? {} : { sort }
      const before = new Set(rooms.flatMap((one) => Array.from({ length: 12 }, (_, i) => `${one} ${i + 1}`)))

      const seen: string[] = []
      let cursor: unknown = null
      for (let seq = 13; ; seq++) {
        const { items, next } = await search('grace', `${q} ${rooms.map((one) => `in:${one}`).join(' ')}`, {
          ...more,
          limit: 5,
          cursor,
        })
        seen.push(...items.map((item) => `${item.room} ${item.message.seq}`))
        if (next === null) break
        cursor = next
        // Someone writes while the reader pages.
        for (const one of rooms) await fill(sql, one, [message(seq)])
      }

      expect(new Set(seen).size).toBe(seen.length)
      expect(seen.filter((place) => before.has(place)).toSorted()).toEqual([...before].toSorted())
    },
  )
})

describe('what rooms share', () => {
  test('[HIS6] a message says which kinds of files and links it holds, through edits and deletions', async () => {
    const other = await makeRoom(sql)
    const file = (mime: string) => ({ id: people.linus, name: 'a', mime, bytes: 1 })
    await fill(sql, other, [
      posted(1, { text: 'see', attachments: [file('image/png'), file('application/pdf')] }),
      posted(2, { text: 'HTTPS://example.org and more' }),
      posted(3, { text: 'nothing' }),
      posted(4, { text: 'hear', attachments: [file('audio/ogg')] }),
    ])
    const shared = async () =>
      (await sql`select shared from messages where room_id = ${other} order by seq`).map(({ shared: kinds }) =>
        (kinds as string[] | null)?.toSorted(),
      )
    expect(await shared()).toEqual([['file', 'image'], ['link'], undefined, ['audio']])
    expect(await found('grace', 'has:image has:file', { room: other })).toEqual([1])
    await ingest(sql, {
      ...{ room: other, from: 5, to: 6 },
      events: [
        { ...posted(5), kind: 'edited', target: 2, text: 'no more' } as never,
        { ...posted(6), kind: 'deleted', target: 1 } as never,
      ],
    })
    expect(await shared()).toEqual([undefined, undefined, undefined, ['audio']])
  })
})
