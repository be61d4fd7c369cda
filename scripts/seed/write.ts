import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type postgres from 'postgres'
import { members, messages, type SeedPerson, type SeedRoom, type Size, type Town } from './town.ts'

type Value = string | number | boolean | null | readonly string[]

// Large enough that a statement's triggers cost nothing per row, small enough for a bar that moves.
const rowsPerCopy = 10_000

/**
 * Write a town in one transaction, so that a run that breaks off leaves nothing. Everything goes through the tables'
 * own triggers and checks: profiles, owners, member counts and the words for search come from there. Answers how many
 * memberships there are; `onMessages` hears how many messages are written.
 */
export async function writeTown(
  sql: postgres.Sql,
  size: Size,
  { people, rooms }: Town,
  onMessages: (done: number) => void,
): Promise<number> {
  let memberships = 0
  await sql.begin(async (tx) => {
    // The whole run is a room that catches up: readers take receipts from the marks, not from a row per recipient.
    await tx`select set_config('parley.catching_up', 'on', true)`
    // The full-text index takes its words in large portions.
    await tx.unsafe(`set local gin_pending_list_limit = '64MB'; set local work_mem = '128MB'`)
    await writePeople(
      tx,
      people.filter(({ id }) => id !== size.guest),
    )
    await writeRooms(tx, rooms)
    memberships = await writeMembers(tx, size, rooms)
    await writeMessages(tx, size, rooms, onMessages)
    // A hash that no command has: nobody repeats what a seed has said.
    await tx`
      insert into parley.commands (room_id, id, seq, hash)
      select m.room_id, m.client_id, m.seq, md5(${size.seed} || m.client_id)
      from seed_rooms s join public.messages m on m.room_id = s.id`
  })
  return memberships
}

async function writePeople(tx: postgres.TransactionSql, people: SeedPerson[]): Promise<void> {
  await copy(
    tx,
    'auth.users (id, email, raw_user_meta_data, created_at)',
    people.map(({ id, email, name, createdAt }) => [id, email, JSON.stringify({ display_name: name }), iso(createdAt)]),
  )
  await tx`create temporary table seed_people (id uuid primary key, locale text, read_receipts boolean) on commit drop`
  await copy(
    tx,
    'seed_people',
    people.map(({ id, locale, readReceipts }) => [id, locale, readReceipts]),
  )
  // The trigger on auth.users has made the profiles.
  await tx`
    update public.user_profiles u
    set locale = s.locale, read_receipts = s.read_receipts, created_at = a.created_at
    from seed_people s join auth.users a on a.id = s.id
    where u.id = s.id`
}

async function writeRooms(tx: postgres.TransactionSql, rooms: SeedRoom[]): Promise<void> {
  await tx`create temporary table seed_rooms (id uuid primary key) on commit drop`
  await copy(
    tx,
    'seed_rooms',
    rooms.map(({ id }) => [id]),
  )
  await copy(
    tx,
    'public.rooms (id, type, direct_key, name, created_by, last_seq, last_message_at, created_at)',
    rooms.map((room) => [
      room.id,
      room.directKey === null ? 'group' : 'direct',
      room.directKey,
      room.name,
      room.members[0]!.id,
      room.messages,
      iso(room.messages > 0 ? room.lastMessageAt : room.createdAt),
      iso(room.createdAt),
    ]),
  )
}

async function writeMembers(tx: postgres.TransactionSql, size: Size, rooms: SeedRoom[]): Promise<number> {
  const columns =
    'room_id, user_id, role, last_delivered_seq, last_read_seq, last_read_at, receipts_hidden, accepted_at, joined_at'
  await tx.unsafe(
    `create temporary table seed_members on commit drop as select ${columns} from public.room_participants with no data`,
  )
  let count = 0
  await copy(tx, `seed_members (${columns})`, memberRows())
  // A trigger has made each group's owner already.
  await tx.unsafe(`
    insert into public.room_participants (${columns})
    select ${columns} from seed_members where role <> 'owner' order by room_id, user_id`)
  await tx`
    update public.room_participants p
    set last_delivered_seq = s.last_delivered_seq, last_read_seq = s.last_read_seq, last_read_at = s.last_read_at,
        joined_at = s.joined_at
    from seed_members s
    where s.role = 'owner' and p.room_id = s.room_id and p.user_id = s.user_id`
  return count

  function* memberRows(): Generator<Value[]> {
    for (const room of rooms) {
      const hidden = room.directKey !== null && room.members.some(({ readReceipts }) => !readReceipts)
      for (const { person, role, delivered, read, accepted } of members(size, room)) {
        count++
        const readAt = read > 0 ? iso(room.lastMessageAt) : null
        const acceptedAt = accepted ? iso(room.createdAt) : null
        yield [room.id, person.id, role, delivered, read, readAt, hidden, acceptedAt, iso(room.createdAt)]
      }
    }
  }
}

async function writeMessages(
  tx: postgres.TransactionSql,
  size: Size,
  rooms: SeedRoom[],
  onMessages: (done: number) => void,
): Promise<void> {
  const into = 'public.messages (room_id, seq, rev, client_id, sender_id, content, reply_to_seq, mentions, created_at)'
  let done = 0
  let batch: Value[][] = []
  const flush = async () => {
    await copy(tx, into, batch)
    done += batch.length
    batch = []
    onMessages(done)
  }
  onMessages(0)
  // By id, so that the indexes that begin with the room grow at one end.
  for (const room of rooms.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    for (const { seq, id, by, at, text, replyTo, mentions } of messages(size, room)) {
      batch.push([room.id, seq, seq, id, by, text, replyTo, mentions, iso(at)])
      if (batch.length === rowsPerCopy) await flush()
    }
  }
  if (batch.length > 0) await flush()
}

async function copy(tx: postgres.TransactionSql, into: string, rows: Iterable<Value[]>): Promise<void> {
  const sink = await tx.unsafe(`copy ${into} from stdin`).writable()
  await pipeline(Readable.from(lines(rows)), sink)
}

// In portions of about 64 kB: a write per row costs more than the row.
function* lines(rows: Iterable<Value[]>): Generator<Buffer> {
  let portion = ''
  for (const row of rows) {
    portion += `${row.map(field).join('\t')}\n`
    if (portion.length < 65_536) continue
    yield Buffer.from(portion)
    portion = ''
  }
  if (portion !== '') yield Buffer.from(portion)
}

function field(value: Value): string {
  if (value === null) return '\\N'
  if (typeof value === 'object') return `{${value.join(',')}}`
  return typeof value === 'string' ? value.replace(/[\\\t\n\r]/g, escape) : `${value}`
}

function escape(character: string): string {
  return { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }[character]!
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
