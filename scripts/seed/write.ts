import type postgres from 'postgres'
import { fold } from '../../protocol/fold.ts'
import { copy, iso, type Value } from './copy.ts'
import { takeDown } from './late-indexes.ts'
import { stretches } from './log.ts'
import { members, type SeedPerson, type SeedRoom, type Size, type Town } from './town.ts'

// Large enough that a statement's triggers cost nothing per row, small enough for a bar that moves.
const rowsPerCopy = 40_000

// What a town has many rows of.
const tables = [
  'public.room_participants',
  'public.messages',
  'public.message_status',
  'public.message_reactions',
  'parley.commands',
]

/** What hears how far it is: how many messages are written, and what comes after them. */
export type Listener = { messages(done: number): void; next(what: string): void }

/** How many rows there are of what the size does not say. */
export type Written = { memberships: number; statuses: number; reactions: number; edited: number; deleted: number }

/**
 * Write a town in one transaction, so that a run that breaks off leaves nothing. Everything goes through the tables'
 * own triggers and checks: profiles, owners, member counts and the words for search come from there. Where there are no
 * messages yet, indexes and references are made at the end, from all rows at once.
 */
export async function writeTown(
  sql: postgres.Sql,
  size: Size,
  { people, rooms }: Town,
  listener: Listener,
): Promise<Written> {
  return sql.begin(async (tx): Promise<Written> => {
    // The whole run is a room that catches up: the rows per recipient come after the messages.
    await tx`select set_config('parley.catching_up', 'on', true)`
    // The full-text index takes its words in large portions.
    await tx.unsafe(`
      set local gin_pending_list_limit = '64MB';
      set local work_mem = '128MB';
      set local maintenance_work_mem = '256MB'`)
    const [found] = await tx<{ empty: boolean }[]>`select not exists (select from public.messages) as empty`
    // Beside messages of others the indexes stay: nobody there should wait until they are built again.
    const putBack = found!.empty ? await takeDown(tx, tables) : null
    await writePeople(
      tx,
      people.filter(({ id }) => id !== size.guest),
    )
    await writeRooms(tx, rooms)
    const memberships = await writeMembers(tx, size, rooms)
    const accounts = new Set(people.map(({ id }) => id))
    const changes = await writeLogs(tx, size, rooms, accounts, (done) => listener.messages(done))
    listener.next('receipts in small rooms')
    const statuses = await writeStatuses(tx, size)
    if (putBack) {
      listener.next('indexes')
      await putBack()
    }
    return { memberships, statuses, ...changes }
  })
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
      room.head,
      iso(room.messages > 0 ? room.lastMessageAt : room.createdAt),
      iso(room.createdAt),
    ]),
  )
}

async function writeMembers(tx: postgres.TransactionSql, size: Size, rooms: SeedRoom[]): Promise<number> {
  const own =
    'last_delivered_seq, last_read_seq, last_read_at, unread_from_seq, receipts_hidden, accepted_at, muted_until, pinned_at, joined_at, left_at'
  const columns = `room_id, user_id, role, ${own}`
  await tx.unsafe(
    `create temporary table seed_members on commit drop as select ${columns} from public.room_participants with no data`,
  )
  let count = 0
  await copy(tx, `seed_members (${columns})`, memberRows())
  // A trigger has made each group's owner already.
  await tx.unsafe(`
    insert into public.room_participants (${columns})
    select ${columns} from seed_members where role <> 'owner' order by room_id, user_id`)
  await tx.unsafe(`
    update public.room_participants p set (${own}) = (select ${own.replaceAll(/\w+/g, 's.$&')})
    from seed_members s
    where s.role = 'owner' and p.room_id = s.room_id and p.user_id = s.user_id`)
  return count

  function* memberRows(): Generator<Value[]> {
    for (const room of rooms) {
      const hidden = room.directKey !== null && room.members.some(({ readReceipts }) => !readReceipts)
      const made = iso(room.createdAt)
      for (const { person, role, delivered, read, unreadFrom, accepted, ...own } of members(size, room)) {
        count++
        const readAt = read > 0 ? iso(room.lastMessageAt) : null
        const [muted, pinned, left] = [maybe(own.mutedUntil), maybe(own.pinnedAt), maybe(own.leftAt)]
        const marks = [delivered, read, readAt, unreadFrom, hidden]
        yield [room.id, person.id, role, ...marks, accepted ? made : null, muted, pinned, made, left]
      }
    }
  }
}

async function writeLogs(
  tx: postgres.TransactionSql,
  size: Size,
  rooms: SeedRoom[],
  accounts: ReadonlySet<string>,
  onMessages: (done: number) => void,
): Promise<Pick<Written, 'reactions' | 'edited' | 'deleted'>> {
  const wrote = { reactions: 0, edited: 0, deleted: 0 }
  let done = 0
  let batch = { messages: [] as Value[][], reactions: [] as Value[][], commands: [] as Value[][] }
  const flush = async () => {
    await copy(
      tx,
      'public.messages (room_id, seq, rev, client_id, sender_id, content, reply_to_seq, mentions, edits, created_at, edited_at, deleted_at, deleted_by, pinned_at)',
      batch.messages,
    )
    await copy(tx, 'public.message_reactions (room_id, seq, user_id, emoji, created_at)', batch.reactions)
    await copy(tx, 'parley.commands (room_id, id, seq, hash)', batch.commands)
    done += batch.messages.length
    batch = { messages: [], reactions: [], commands: [] }
    onMessages(done)
  }
  onMessages(0)
  // By id, so that the indexes that begin with the room grow at one end.
  for (const room of rooms.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    for (const events of stretches(size, room)) {
      const rows = fold(events, accounts)
      for (const row of rows.messages) {
        const { seq, rev, id, by, text, replyTo, mentions, edits, at, editedAt, deletedAt, deletedBy, pinnedAt } = row
        const times = [iso(at), maybe(editedAt), maybe(deletedAt), deletedBy, maybe(pinnedAt)]
        batch.messages.push([room.id, seq, rev, id, by, text, replyTo, mentions, JSON.stringify(edits), ...times])
        for (const { person, emoji, at } of row.reactions) batch.reactions.push([room.id, seq, person, emoji, iso(at)])
        wrote.reactions += row.reactions.length
        if (editedAt !== null) wrote.edited++
        if (deletedAt !== null) wrote.deleted++
      }
      for (const { id, seq, hash } of rows.commands) batch.commands.push([room.id, id, seq, hash])
      if (batch.messages.length >= rowsPerCopy) await flush()
    }
  }
  if (batch.messages.length > 0) await flush()
  return wrote
}

// As the triggers and the marks of a room make them, for whoever was there; minutes after the message, never later than
// the last moment of it all.
async function writeStatuses(tx: postgres.TransactionSql, size: Size): Promise<number> {
  const until = iso(size.until)
  const { count } = await tx`
    insert into public.message_status (room_id, seq, user_id, delivered_at, read_at)
    select m.room_id, m.seq, p.user_id,
      case when m.seq <= p.last_delivered_seq then
        least(m.created_at + make_interval(secs => 1 + m.seq * 7 % 40), ${until}::timestamptz) end,
      case when m.seq <= p.last_read_seq and not p.receipts_hidden then
        least(m.created_at + make_interval(secs => 60 + m.seq * 31 % 3000), ${until}::timestamptz) end
    from seed_rooms s
    join public.rooms r on r.id = s.id and r.member_count <= private.status_fanout_limit()
    join public.messages m on m.room_id = r.id and m.type <> 'system'
    join public.room_participants p on p.room_id = r.id and p.user_id is distinct from m.sender_id
      and (p.left_at is null or m.created_at < p.left_at)
    order by m.room_id, m.seq, p.user_id`
  return count
}

function maybe(at: number | null): string | null {
  return at === null ? null : iso(at)
}
