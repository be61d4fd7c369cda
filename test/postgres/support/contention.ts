import { randomUUID } from 'node:crypto'
import type { RoomEvent } from '../../../protocol/events.ts'
import { secondConnection, type Sql } from './database.ts'
import { actAs } from './people.ts'
import { ingest, posted } from './rooms.ts'

/** How many members the contended room has, beside its owner. */
export const contenders = 50

/** What became of a time in which everybody wants the same room at once. */
export type Contention = {
  room: string
  /** What the room's object sent, all of it. */
  log: RoomEvent[]
  answers: unknown[]
  membersChanged: number
  reads: number
  failures: unknown[]
}

/** The people of the contention; the first one owns the room. */
export function contender(i: number): string {
  return `a0000000-0000-4000-8000-${i.toString(16).padStart(12, '0')}`
}

/** Sign the people of the contention up. */
export async function signUpContenders(sql: Sql): Promise<void> {
  for (let i = 0; i <= contenders; i++) {
    await sql`insert into auth.users (id, email) values (${contender(i)}, ${`contender-${i}@example.org`})`
  }
}

/**
 * One room: its object writes batches with marks for as long as `goesOn` says, two admins remove and add members, two
 * members read. Ends early at the first failure.
 */
export async function contend(sql: Sql, goesOn: (batches: number) => boolean): Promise<Contention> {
  const room = randomUUID()
  await sql`insert into rooms (id, type, name, created_by) values (${room}, 'group', 'Engines', ${contender(0)})`
  const everyone = Array.from({ length: contenders }, (_, i) => contender(i + 1))
  await sql`
    insert into room_participants (room_id, user_id) select ${room}, person from unnest(${everyone}::uuid[]) person order by 2`

  const log: RoomEvent[] = []
  const found: Contention = { room, log, answers: [], membersChanged: 0, reads: 0, failures: [] }
  const work = { done: false }

  async function write(connection: Sql): Promise<void> {
    for (let batch = 1; goesOn(batch) && !work.done; batch++) {
      const from = log.length + 1
      const events = Array.from({ length: 20 }, (_, i) => eventAt(from + i))
      log.push(...events)
      // In no order of their own: the function orders them.
      const marks = everyone.toReversed().map((person) => ({ person, delivered: from, read: from }))
      found.answers.push(await ingest(connection, { room, from, to: from + 19, events, marks }))
    }
    work.done = true
  }
  async function change(connection: Sql, from: number): Promise<void> {
    const named = (kind: string) => [from, from + 3, from + 1].map((i) => ({ kind, person: contender(i) }))
    for (let kind = 'remove'; !work.done; kind = kind === 'remove' ? 'add' : 'remove') {
      await connection`select parley.change_members(${randomUUID()}, ${room}, ${contender(0)}, ${connection.json(named(kind))})`
      found.membersChanged++
    }
  }
  async function read(connection: Sql, i: number): Promise<void> {
    while (!work.done) {
      await connection.begin(async (tx) => {
        await actAs(tx, 'authenticated', contender(i))
        await tx`select * from get_unread_counts()`
        await tx`select * from messages where room_id = ${room} order by seq desc limit 50`
      })
      found.reads++
    }
  }
  const guarded = (part: Promise<void>) =>
    part.catch((error: unknown) => {
      work.done = true
      found.failures.push(error)
    })
  const connections = await Promise.all(Array.from({ length: 5 }, () => secondConnection(sql)))
  await Promise.all([
    guarded(write(connections[0]!)),
    guarded(change(connections[1]!, 10)),
    guarded(change(connections[2]!, 11)),
    guarded(read(connections[3]!, 1)),
    guarded(read(connections[4]!, 12)),
  ])
  return found
}

/** Of twenty events fourteen are posts; the others change what was posted a while before. */
function eventAt(seq: number): RoomEvent {
  const post = posted(seq, { by: contender(seq % contenders) })
  const { at, id, hash, by } = post
  const change = { seq, at, id, hash, by: by!, target: Math.max(1, seq - 11) }
  switch (seq % 20) {
    case 3:
    case 9:
      return { kind: 'edited', ...change, text: `${post.text}, better said`, mentions: [] }
    case 5:
    case 11:
      return { kind: 'reacted', ...change, emoji: '👍' }
    case 13:
      return { kind: 'pinned', ...change }
    case 17:
      return { kind: 'deleted', ...change }
    default:
      return post
  }
}
