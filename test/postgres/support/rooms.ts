import { randomUUID } from 'node:crypto'
import type { Marks } from '../../../protocol/downstream.ts'
import type { MemberJoined, Posted, RoomEvent } from '../../../protocol/events.ts'
import type { Sql, Tx } from './database.ts'
import { type Person, people } from './people.ts'

/** A group that ada owns, with the others as members. */
export async function makeRoom(sql: Sql, others: Person[] = ['grace'], writer: 'do' | 'sql' = 'do'): Promise<string> {
  const id = randomUUID()
  await sql`
    insert into rooms (id, type, name, created_by, writer) values (${id}, 'group', 'Analytical engines', ${people.ada}, ${writer})`
  for (const person of others) {
    await sql`insert into room_participants (room_id, user_id) values (${id}, ${people[person]})`
  }
  return id
}

/** 2026-11-23T09:00:00Z, from which the tests' events count on in seconds. */
export const nineOClock = 1_795_424_400_000

/** Someone's message as the room's log holds it. */
export function posted(seq: number, change: Partial<Posted> = {}): Posted {
  return {
    kind: 'posted',
    seq,
    at: nineOClock + seq * 1_000,
    id: `01900000-0000-7000-8000-${seq.toString(16).padStart(12, '0')}`,
    by: people.ada,
    text: `message ${seq}`,
    replyTo: null,
    mentions: [],
    source: null,
    hash: seq.toString(16).padStart(64, '0'),
    ...change,
  }
}

/** The system row of someone's joining. */
export function joined(seq: number, person: Person = 'grace'): MemberJoined {
  return {
    kind: 'member_joined',
    seq,
    at: nineOClock + seq * 1_000,
    id: `01900000-0000-8000-8000-${seq.toString(16).padStart(12, '0')}`,
    person: people[person],
    name: person,
  }
}

/** A run of messages. */
export function run(from: number, to: number, change: Partial<Posted> = {}): Posted[] {
  return Array.from({ length: to - from + 1 }, (_, i) => posted(from + i, change))
}

/** What a room sends when it flushes. */
export type Batch = {
  room: string
  epoch?: number
  from: number
  to: number
  events: RoomEvent[]
  marks?: Marks[]
  parked?: boolean
}

/** Call ingest_batch with a batch; as whoever the connection is. */
export async function ingest(sql: Sql | Tx, batch: Batch): Promise<unknown> {
  const { room, epoch = 1, from, to, events, marks = [], parked = false } = batch
  const [row] = await sql`
    select ingest_batch(${room}, ${epoch}, ${from}, ${to}, ${sql.json(events)}, ${sql.json(marks)}, ${parked}) as answer`
  return row!['answer']
}

/** Write messages 1..n as the room would. */
export async function fill(sql: Sql, room: string, events: RoomEvent[]): Promise<void> {
  await ingest(sql, { room, from: events[0]!.seq, to: events.at(-1)!.seq, events })
}
