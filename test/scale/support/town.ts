import postgres from 'postgres'
import { inject } from 'vitest'
import { idOf } from '../../../scripts/seed/random.ts'
import type { Locale } from '../../../scripts/seed/talk.ts'
import { type SeedPerson, type SeedRoom, type Town, town } from '../../../scripts/seed/town.ts'
import { countTurns } from '../../../scripts/seed/turns.ts'
import { writeTown } from '../../../scripts/seed/write.ts'
import { openDatabase, type Sql } from '../../postgres/support/database.ts'
import { database } from '../../postgres/support/server.ts'

const messages = 1_000_000

/** The town: 20,000 people in 30,000 rooms with a million messages, of which some are planned below. */
export const size = {
  ...{ seed: 'metropolis', people: 20_000, rooms: 30_000, messages },
  ...{ until: Date.parse('2026-11-01'), changes: true },
}

/** The messages of each of the two who never stop, and their rooms: the longest has 13,000, the shortest 600. */
export const prolificMessages = 200_000
const prolificRooms = 100

/** The room that everybody has been in for years. Its language is German: a few there say thanks, many danke. */
export const longRoom = { id: idOf('square of the metropolis'), messages: 60_000 }

/** A copy of the town for one file, as it was built: what another file did is not in it. The first to ask builds it. */
export async function openTown(): Promise<Sql> {
  const url = inject('postgresUrl')
  const owner = postgres(url, { max: 1 })
  const [built] = await owner`select from pg_database where datname = 'town'`
  if (!built) {
    await owner`create database town template migrated`
    const sql = postgres(database(url, 'town'), { max: 1, onnotice: () => {} })
    await writeTown(sql, size, plan(), { messages() {}, next() {} })
    // As autovacuum does: it also empties the pending list of the full-text index.
    await sql`vacuum analyze`
    await sql.end()
  }
  // Of the file before, which has ended.
  await owner`drop database if exists visited with (force)`
  await owner`create database visited template town strategy file_copy`
  await owner.end()
  return openDatabase('visited')
}

/** The two who never stop: who erases their account and lets the messages stay, and who takes them along. */
export function prolific({ people }: Pick<Town, 'people'>): { keep: SeedPerson; erase: SeedPerson } {
  return { keep: people.at(-1)!, erase: people.at(-2)! }
}

function plan(): Town {
  const planned = longRoom.messages + 2 * prolificMessages
  const { people, rooms } = town({ ...size, rooms: size.rooms - 2 * prolificRooms - 1, messages: messages - planned })
  const { keep, erase } = prolific({ people })
  const speaking = (language: Locale, count: number) =>
    people.filter(({ locale }) => locale === language).slice(0, count)
  return {
    people,
    rooms: [
      ...rooms,
      group(longRoom.id, [...speaking('de', 10), ...speaking('en', 14), ...speaking('zh', 6)], longRoom.messages),
      ...columns(keep),
      ...columns(erase),
    ],
  }
}

// Groups in which nobody else says anything: the longer ones few, the shorter ones many.
function columns(person: SeedPerson): SeedRoom[] {
  const weights = Array.from({ length: prolificRooms }, (_, i) => 1 / (i + 5))
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight, i) =>
    group(idOf(`column ${i} of ${person.id}`), [person], Math.ceil((weight / whole) * prolificMessages)),
  )
}

function group(id: string, members: SeedPerson[], posts: number): SeedRoom {
  const { locale } = members[0]!
  const [createdAt, lastMessageAt] = [Date.parse('2025-02-01'), size.until]
  const facts = {
    id,
    directKey: null,
    name: 'Metropolis',
    locale,
    members,
    leavers: new Map(),
    createdAt,
    lastMessageAt,
  }
  return { ...facts, messages: posts, head: countTurns(size, { id, messages: posts }) }
}
