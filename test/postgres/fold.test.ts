import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RoomEvent } from '../../protocol/events.ts'
import { fold } from '../../protocol/fold.ts'
import { uuidV7, uuidV8 } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import { utf8Bytes } from '../../protocol/text.ts'
import { freshDatabase, type Sql } from './support/database.ts'
import { people, signUp } from './support/people.ts'
import { ingest, makeRoom, nineOClock } from './support/rooms.ts'
import { stored } from './support/stored.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
  // So that short logs have expiries that take several batches.
  await sql.unsafe(
    `create or replace function private.expired_at_once() returns int language sql immutable set search_path = '' return 1`,
  )
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
const someone = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...Object.values(people)) },
  { weight: 1, arbitrary: fc.uuid() },
)
const source = fc.record({
  name: storable(20)
    .map((name) => name.slice(0, 200))
    .filter((name) => name.isWellFormed()),
  source: fc.constantFrom('whatsapp' as const, 'demo' as const),
})

const hash = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 })
const accounts = new Set(Object.values(people))

// Many events have little to touch: mostly posts, and targets among the last few messages.
const weights = {
  ...{ posted: 12, edited: 4, deleted: 2, undeleted: 2, reacted: 9, unreacted: 3, pinned: 1, unpinned: 1, expired: 4 },
  ...{ account_erased: 3, member_joined: 1, member_left: 1, role_changed: 1, member_banned: 1, member_unbanned: 1 },
  ...{ member_muted: 1, renamed: 1, room_changed: 1, call_started: 1, call_ended: 1 },
} as const satisfies Record<RoomEvent['kind'], number>

const kind = fc.oneof(
  ...Object.entries(weights).map(([name, weight]) => ({ weight, arbitrary: fc.constant(name as RoomEvent['kind']) })),
)

/** All that any event could be made of; `back` counts back along the messages before it. */
const move = fc.record({
  kind,
  ...{
    clientId,
    derivedId,
    at: time,
    by: someone,
    person: someone,
    text,
    hash,
    source: fc.option(source, { freq: 5 }),
  },
  anonymous: fc.boolean(),
  back: fc.nat({ max: 4 }),
  reply: fc.boolean(),
  mentions: fc.array(someone, { maxLength: limits.mentions }),
  emoji: fc.constantFrom('👍', '❤️', '👩‍🚀'),
  edits: fc.array(fc.record({ text, until: time }), { maxLength: limits.earlierTexts }),
  lasts: fc.option(fc.nat({ max: 3_000 }), { freq: 2 }),
  mode: fc.constantFrom('keep' as const, 'erase' as const),
  name: storable(10).map((name) => name.slice(0, 100)),
  repeatsId: fc.integer({ min: 0, max: 15 }),
  skip: fc.nat({ max: 8 }),
  cut: fc.boolean(),
  parked: fc.nat({ max: 20 }),
})
type Move = typeof move extends fc.Arbitrary<infer T> ? T : never

function eventOf(move: Move, seq: number, before: RoomEvent[]): unknown {
  const rows = before.filter(
    (event) => !('target' in event) && event.kind !== 'expired' && event.kind !== 'account_erased',
  )
  const target = rows.at(-1 - move.back)?.seq ?? 0
  const posts = before.filter((event) => event.kind === 'posted')
  const id = move.repeatsId === 0 && posts.length > 0 ? posts.at(-1)!.id : move.clientId
  const { kind, hash, mentions, text, person, mode, name, emoji, source, edits } = move
  // Expiries are near each other, everything else may be at any time.
  const at = kind === 'expired' || move.lasts !== null ? nineOClock + seq * 100 : move.at
  const by = move.anonymous && kind !== 'reacted' && kind !== 'unreacted' ? null : move.by
  const change = { kind, seq, at, id: move.clientId, by, hash, target }
  const fact = { kind, seq, at, id: move.derivedId }
  switch (kind) {
    case 'posted': {
      const expiresAt = move.lasts === null ? {} : { expiresAt: at + move.lasts }
      return {
        kind,
        seq,
        at,
        id,
        by,
        text,
        replyTo: move.reply && target > 0 ? target : null,
        mentions,
        source,
        hash,
        ...expiresAt,
        ...(move.anonymous && target > 0 && { thread: target }),
        ...(move.cut && { forwarded: true }),
        ...(move.anonymous && move.skip === 0 && { guest: { id: person, name: 'Mallory' } }),
        ...(move.skip === 1 && {
          attachments: [{ id: person, name: 'loom.png', mime: 'image/png', bytes: move.back }],
        }),
      }
    }
    case 'edited':
      return { ...change, text, mentions }
    case 'undeleted':
      return { ...change, text, mentions, edits, metadata: source === null ? {} : { import: source } }
    case 'reacted':
    case 'unreacted':
      return { ...change, emoji }
    case 'deleted':
    case 'pinned':
    case 'unpinned':
      return change
    case 'expired':
      return { kind, seq, at }
    case 'account_erased':
      return { kind, seq, at, person, mode }
    case 'member_joined':
      return { ...fact, person, name }
    case 'member_left':
    case 'member_unbanned':
      return { ...fact, person, name, by }
    case 'role_changed':
      return { ...fact, person, name, by, role: 'moderator' }
    case 'member_banned':
    case 'member_muted':
      return { ...fact, person, name, by, until: move.lasts }
    case 'renamed':
      return { ...fact, by, name }
    case 'room_changed':
      return {
        ...fact,
        by,
        description: name,
        ...(move.reply ? { slowModeSeconds: move.back } : { disappearingMs: move.cut ? 86_400_000 : null }),
      }
    case 'call_started':
      return { ...fact, by, meeting: person, ...(move.reply && { media: move.cut ? 'video' : 'audio' }) }
    case 'call_ended': {
      const outcomes = ['missed', 'declined', 'cancelled'] as const
      return { ...fact, meeting: person, durationMs: 60_000, ...(move.reply && { outcome: outcomes[move.back % 3] }) }
    }
  }
}

/** A log with rising, not always dense, seqs, the places at which it is cut into batches, and what Postgres refuses at first. */
const log = fc.array(move, { minLength: 1, maxLength: 40, size: 'max' }).map((moves) => {
  const events: RoomEvent[] = []
  const cuts: number[] = []
  const parked = new Set<number>()
  const erased = new Set<string>()
  let seq = 0
  for (const move of moves) {
    seq += move.skip === 0 ? 4 : 1
    const made = RoomEvent.safeParse(eventOf(move, seq, events))
    // Whoever was erased does nothing any more.
    const actor = made.success && 'by' in made.data ? (made.data.by ?? null) : null
    if (!made.success || (actor !== null && erased.has(actor))) continue
    if (made.data.kind === 'account_erased') erased.add(made.data.person)
    events.push(made.data)
    if (move.cut) cuts.push(seq)
    if (move.parked === 0 && (made.data.kind === 'posted' || 'target' in made.data)) parked.add(seq)
  }
  const head = events.at(-1)?.seq ?? 1
  return { events, cuts: [...cuts.filter((cut) => cut < head), head], parked: withWaiting(events, parked) }
})

// What touches a parked message waits behind it.
function withWaiting(events: RoomEvent[], refused: ReadonlySet<number>): Set<number> {
  const parked = new Set<number>()
  const touched = new Set<number | string>()
  let everything = false
  for (const event of events) {
    const touches = touchedBy(event)
    const sweeps = event.kind === 'expired' || event.kind === 'account_erased'
    const waits = touches.some((it) => touched.has(it)) || (sweeps ? touched.size > 0 : everything && 'target' in event)
    if (!refused.has(event.seq) && !waits) continue
    parked.add(event.seq)
    for (const it of touches) touched.add(it)
    everything ||= sweeps
  }
  return parked
}

function touchedBy(event: RoomEvent): (number | string)[] {
  if ('target' in event) return [event.target, event.id]
  if (event.kind === 'posted') return [event.seq, event.id, ...(event.replyTo === null ? [] : [event.replyTo])]
  return []
}

test('[FLU1] folding any log gives exactly the rows, after retries, late repeats, gaps and parked events', async () => {
  await fc.assert(
    fc.asyncProperty(log, async ({ events, cuts, parked }) => {
      const room = await makeRoom(sql)
      const range = (from: number, to: number) => {
        const inside = events.filter(({ seq }) => seq >= from && seq <= to && !parked.has(seq))
        return { room, from, to, events: inside }
      }
      const head = cuts.at(-1)!
      // An expiry that is not done yet is named beside what was applied.
      const applied = { outcome: 'applied', duplicates: [] }
      let from = 1
      for (const to of cuts) {
        expect(await ingest(sql, range(to + 1, to + 1))).toEqual({ outcome: 'gap', lastSeq: from - 1 })
        expect(await ingest(sql, range(from, to))).toMatchObject({ outcome: 'applied', appliedTo: to })
        expect(await ingest(sql, range(from, to))).toMatchObject({ ...applied, appliedTo: to })
        expect(await ingest(sql, range(1, to))).toMatchObject({ ...applied, appliedTo: to })
        from = to + 1
      }
      for (const event of events.filter(({ seq }) => parked.has(seq))) {
        const alone = { room, from: event.seq, to: event.seq, events: [event], parked: true }
        expect(await ingest(sql, alone)).toMatchObject({ outcome: 'applied', appliedTo: head })
        expect(await ingest(sql, alone)).toMatchObject({ outcome: 'applied', appliedTo: head })
      }
      await finish(room)
      const { room: facts, ...rows } = fold(events, accounts)
      expect(await stored(sql, room)).toEqual({ ...rows, room: { ...asMade, ...facts } })
    }),
    { numRuns: 40, seed: 20250907, interruptAfterTimeLimit: 20_000 },
  )
})

const asMade = { name: 'Analytical engines', description: '', slowModeSeconds: 0, disappearingMs: null }

// In no order of theirs: whoever is asked first is done first.
async function finish(room: string): Promise<void> {
  for (;;) {
    const [job] = await sql`
      select kind, person from parley.jobs where room_id = ${room} and done_at is null order by md5(id::text) limit 1`
    if (!job) return
    if (job['kind'] === 'expire') await sql`select parley.expire_in_room(${room}, 2)`
    else await sql`select parley.erase_in_room(${room}, ${job['person']}, 3)`
  }
}
