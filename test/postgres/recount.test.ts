import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { freshDatabase, type Sql } from './support/database.ts'
import { as, people, type Person, startOver } from './support/people.ts'
import { makeRoom, nineOClock } from './support/rooms.ts'
import { type Answer, call } from './support/service.ts'

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
    { seed: 17, numRuns: 250 },
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
