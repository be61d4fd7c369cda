import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { messageOf, RoomEvent, type Message } from '../../protocol/events.ts'
import { uuidV7, uuidV8 } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import { utf8Bytes } from '../../protocol/text.ts'
import { freshDatabase, type Sql } from './support/database.ts'
import { people, signUp } from './support/people.ts'
import { ingest, makeRoom } from './support/rooms.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
})
afterAll(() => sql.end())

// Every character that Postgres can keep, the awkward ones often.
const character = fc.oneof(
  fc.constantFrom(
    '"',
    '\\',
    '\n',
    '\t',
    '\u0001',
    '\u007f',
    '\u2028',
    '\ufeff',
    '\uffff',
    '⟦',
    '木',
    'ไ',
    'İ',
    '👩‍🚀',
    '\u{10ffff}',
    '%',
    "'",
  ),
  fc
    .string({ unit: 'binary', minLength: 1, maxLength: 8 })
    .filter((text) => text.isWellFormed() && !text.includes('\u0000')),
)
const storable = (maxLength: number) => fc.array(character, { maxLength }).map((parts) => parts.join(''))
const long = fc.constantFrom('a', 'é', '木', '👍').map((unit) => unit.repeat(limits.textBytes / utf8Bytes(unit)))
const text = fc.oneof({ weight: 30, arbitrary: storable(40) }, { weight: 1, arbitrary: long })
const time = fc.oneof(
  fc.integer({ min: 0, max: 4_000_000_000_000 }),
  fc.constantFrom(0, 1, 951_825_600_001, 8_640_000_000_000_000, 8_639_999_999_999_999),
)
const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 })
const clientId = fc.tuple(fc.nat({ max: 2 ** 31 }), bytes).map(([at, random]) => uuidV7(at, random))
const derivedId = bytes.map(uuidV8)
const someone = fc.oneof(fc.constantFrom(...Object.values(people)), fc.uuid())
const source = fc.record({
  name: storable(20)
    .map((name) => name.slice(0, 200))
    .filter((name) => name.isWellFormed()),
  source: fc.constantFrom('whatsapp' as const, 'demo' as const),
})

/** An event but for its place: `replyTo` counts back along the messages before it. */
const shape = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('posted' as const),
      id: fc.oneof(clientId, derivedId),
      at: time,
      by: fc.option(someone),
      text,
      replyTo: fc.option(fc.nat({ max: 5 })),
      mentions: fc.array(someone, { maxLength: limits.mentions }),
      source: fc.option(source),
      hash: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('member_joined' as const),
      id: derivedId,
      at: time,
      person: someone,
      name: storable(10),
    }),
  },
)

/** A log: events with rising, not always dense, seqs, and the places at which it is cut into batches. */
const log = fc
  .array(fc.tuple(shape, fc.nat({ max: 2 }), fc.boolean()), { minLength: 1, maxLength: 40 })
  .map((entries) => {
    const events: RoomEvent[] = []
    const cuts: number[] = []
    let seq = 0
    for (const [{ ...event }, skip, cut] of entries) {
      seq += 1 + (skip === 2 ? 3 : 0)
      if (event.kind === 'posted') {
        const target = event.replyTo === null ? undefined : events.at(-1 - event.replyTo)
        events.push({ ...event, seq, replyTo: target?.seq ?? null })
      } else events.push({ ...event, seq })
      if (cut) cuts.push(seq)
    }
    return { events: events.filter((event) => RoomEvent.safeParse(event).success), cuts, head: seq }
  })

test('folding any log gives exactly the rows, however it is cut into batches and repeated', async () => {
  await fc.assert(
    fc.asyncProperty(log, async ({ events, cuts, head }) => {
      const room = await makeRoom(sql)
      let from = 1
      for (const to of [...cuts.filter((cut) => cut < head), head]) {
        const batch = { room, from, to, events: events.filter(({ seq }) => seq >= from && seq <= to) }
        const applied = { outcome: 'applied', appliedTo: to, duplicates: [] }
        expect(await ingest(sql, batch)).toEqual(applied)
        expect(await ingest(sql, batch)).toEqual(applied)
        from = to + 1
      }
      expect(await stored(room)).toEqual(fold(events))
    }),
    { numRuns: 60, seed: 20250907 },
  )
})

/** What the events make of the room. An author without an account here is nobody. */
function fold(events: RoomEvent[]): Message[] {
  const kept = new Set(events.map(({ seq }) => seq))
  return events.map(messageOf).map((message) => ({
    ...message,
    by: message.by && Object.values(people).includes(message.by) ? message.by : null,
    // Its target was no valid event.
    replyTo: message.replyTo !== null && kept.has(message.replyTo) ? message.replyTo : null,
  }))
}

async function stored(room: string): Promise<unknown[]> {
  const rows = await sql`
    select seq, rev, client_id as id, private.to_ms(created_at) as at, sender_id as by, content as text,
      reply_to_seq as "replyTo", mentions, metadata -> 'import' as source, metadata -> 'system' as system
    from messages where room_id = ${room} order by seq`
  return rows.map((row) => ({ ...row }))
}
