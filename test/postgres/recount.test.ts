import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { previewOf } from '../../durable-objects/room/preview.ts'
import type { RoomEvent } from '../../protocol/events.ts'
import { storable } from '../../protocol/text.ts'
import { freshDatabase, type Sql } from './support/database.ts'
import { as, people, type Person, startOver } from './support/people.ts'
import { fill, joined, makeRoom, nineOClock, posted } from './support/rooms.ts'
import { type Answer, call } from './support/service.ts'
import { stored } from './support/stored.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
})
beforeEach(() => startOver(sql))
afterAll(() => sql.end())

type Message = {
  by: Person | null
  system: boolean
  deleted: boolean
  lapses: 'never' | 'later' | 'before'
  mentions: (Person | 'everyone')[]
  /** Events without a message that came before it. */
  after: number
}

/** What decides about one person's count in a room, beside its messages. */
type Reader = { read: number; unreadFrom: number | null; historyFrom: number; blocks: Person[] }

const person = fc.constantFrom<Person>('ada', 'grace', 'linus')
const message: fc.Arbitrary<Message> = fc.record({
  by: fc.option(person, { freq: 6 }),
  system: fc.nat(5).map((n) => n === 0),
  deleted: fc.nat(5).map((n) => n === 0),
  lapses: fc.constantFrom('never', 'never', 'never', 'later', 'before'),
  mentions: fc.uniqueArray(fc.oneof(person, fc.constant('everyone' as const)), { maxLength: 2 }),
  after: fc.nat(2),
})
const place = fc.nat(40)
const reader: fc.Arbitrary<Reader> = fc.record({
  read: place,
  unreadFrom: fc.option(place.map((seq) => seq + 1)),
  historyFrom: fc.oneof(fc.constant(0), place),
  blocks: fc.uniqueArray(fc.constantFrom<Person>('ada', 'linus'), { maxLength: 2 }),
})

type Placed = Message & { seq: number }

function placed(log: Message[]): Placed[] {
  let seq = 0
  return log.map((message) => ({ ...message, seq: (seq += message.after + 1) }))
}

/** The rule in words, message by message, for grace. */
function recount(log: Placed[], { read, unreadFrom, historyFrom, blocks }: Reader, cap: number): Answer {
  const counted: Placed[] = []
  for (const message of log.toReversed()) {
    if (message.seq <= historyFrom) continue
    const marked = unreadFrom !== null && message.seq >= unreadFrom
    if (message.seq <= read && !marked) continue
    if (message.by === 'grace' || message.system || message.deleted || message.lapses === 'before') continue
    if (counted.length < cap) counted.push(message)
  }
  const toMe = counted.filter(
    ({ by, mentions }) =>
      mentions.some((who) => who === 'grace' || who === 'everyone') && !(by !== null && blocks.includes(by)),
  )
  return { unread: counted.length, mentions: toMe.length }
}

async function write(room: string, log: Placed[], { read, unreadFrom, historyFrom, blocks }: Reader): Promise<void> {
  await sql`delete from messages where room_id = ${room}`
  const now = Date.now()
  const rows = log.map(({ seq, by, system, deleted, lapses, mentions }) => ({
    ...{ room_id: room, seq, rev: seq, client_id: `01900000-0000-7000-8000-${`${seq}`.padStart(12, '0')}` },
    ...{ sender_id: by && people[by], type: system ? 'system' : 'text', content: `message ${seq}` },
    mentions: mentions.map((who) => (who === 'everyone' ? room : people[who])),
    created_at: new Date(nineOClock),
    deleted_at: deleted ? new Date(nineOClock) : null,
    expires_at: lapses === 'never' ? null : new Date(lapses === 'later' ? now + 3_600_000 : now - 1),
  }))
  if (rows.length > 0) await sql`insert into messages ${sql(rows)}`
  await sql`update rooms set last_seq = ${log.at(-1)?.seq ?? 0} where id = ${room}`
  await sql`
    update room_participants
    set last_read_seq = ${read}, unread_from_seq = ${unreadFrom}, history_from_seq = ${historyFrom}
    where room_id = ${room} and user_id = ${people.grace}`
  await sql`
    update user_profiles set blocked_user_ids = ${blocks.map((who) => people[who])} where id = ${people.grace}`
}

const counts = (row: Answer) => ({ unread: row['unread'], mentions: row['mentions'] })

test('[UNR2] [UNR3] [AC-19] every answer of Postgres is what a plain recount of the rows says', async () => {
  const room = await makeRoom(sql, ['grace', 'linus'])
  const seen = new Set<number>()
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { maxLength: 30, size: 'max' }),
      reader,
      fc.integer({ min: 1, max: 12 }),
      async (messages, grace, cap) => {
        const log = placed(messages)
        await write(room, log, grace)
        const whole = recount(log, grace, 1_000)
        seen.add(whole['unread'] as number)
        const { rooms } = (await call(sql, 'inbox_state', people.grace)) as { rooms: Answer[] }
        const [line] = (await call(sql, 'room_lines', people.grace, `{${room}}`)) as never as Answer[]
        const [all] = await as(sql, 'grace', (tx) => tx`select * from get_unread_counts()`)
        const [capped] = await as(sql, 'grace', (tx) => tx`select * from get_unread_counts(${cap})`)
        expect([...rooms, line!, all!, capped!].map(counts)).toEqual([whole, whole, whole, recount(log, grace, cap)])
      },
    ),
    { seed: 17, numRuns: 120 },
  )
  // The runs were not all about nothing.
  expect(seen.size).toBeGreaterThan(10)
})

test('[UNR2] a list counts up to 1,000, whatever is behind it, and mentions among those alone: the newest', async () => {
  const room = await makeRoom(sql)
  await sql`
    insert into messages (room_id, seq, rev, client_id, sender_id, content, mentions)
    select ${room}, seq, seq, gen_random_uuid(), ${people.ada}, 'message', case when seq % 100 = 0 and seq > 900 then array[${people.grace}::uuid] else '{}' end
    from generate_series(1, 1500) seq`
  await sql`update rooms set last_seq = 1500 where id = ${room}`
  const { rooms } = (await call(sql, 'inbox_state', people.grace)) as { rooms: Answer[] }
  expect(rooms.map(counts)).toEqual([{ unread: 1_000, mentions: 6 }])
})

const spoken = fc.record({
  by: fc.option(person, { freq: 6 }),
  text: fc.string({ unit: 'grapheme', maxLength: 260, size: 'max' }).filter((text) => storable(text)),
  files: fc.nat(3),
  system: fc.boolean(),
  deleted: fc.nat(3).map((n) => n === 0),
  lapses: fc.constantFrom('never', 'later', 'before'),
})

test('[INB8] the newest message looks in the list as the room tells it', async () => {
  let seen = 0
  await fc.assert(
    fc.asyncProperty(fc.array(spoken, { maxLength: 4 }), async (messages) => {
      const room = await makeRoom(sql, ['grace'])
      const now = Date.now()
      const log: RoomEvent[] = messages.map(({ by, text, files, system, lapses }, i) => {
        if (system) return joined(i + 1)
        const attachments = Array.from({ length: files }, (_, n) => ({ name: `${n}` })) as never
        const expiresAt = { never: null, later: now + 3_600_000, before: now - 1 }[lapses]
        return posted(i + 1, { by: by && people[by], text, attachments, ...(expiresAt && { expiresAt }) })
      })
      if (log.length > 0) await fill(sql, room, log)
      for (const [i, { deleted, system }] of messages.entries()) {
        if (deleted && !system)
          await sql`update messages set deleted_at = now() where room_id = ${room} and seq = ${i + 1}`
      }
      const newest = (await stored(sql, room)).messages.findLast(({ type }) => type === 'text')
      const name = Object.entries(people).find(([, id]) => id === newest?.by)?.[0] ?? null
      const [made] = await sql`select private.to_ms(created_at) as at from rooms where id = ${room}`
      const [line] = (await call(sql, 'room_lines', people.grace, `{${room}}`)) as never as Answer[]
      const { last, lastAt } = line!
      const told = newest ? previewOf(newest, name, now) : null
      expect({ last, lastAt }).toEqual({ last: told, lastAt: newest?.at ?? made!['at'] })
      if (told?.text) seen++
    }),
    { seed: 23, numRuns: 60 },
  )
  expect(seen).toBeGreaterThan(20)
})
