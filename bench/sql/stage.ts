import type postgres from 'postgres'
import { idOf } from '../../scripts/seed/random.ts'
import { seed } from '../../scripts/seed/run.ts'

/** Where the contests take place: a reader in 200 rooms of a seeded town, and what there is to find. */
export type Stage = {
  reader: string
  rooms: { id: string; read: number }[]
  /** The longest of them: its head, and the last change that the reader has. */
  long: { id: string; head: number; since: number; sinceTime: string }
  words: { rare: string; common: string; chinese: string }
}

const readerRooms = 200
// What happened while the reader was away, in the longest room.
const missedPosts = 100
const missedEdits = 40

/** Fill an empty database and put the reader in. */
export async function stage(
  sql: postgres.Sql,
  messages: number,
  screen: { write(text: string): unknown },
): Promise<Stage> {
  // At least 1,200 people, for a room of 1,000.
  const size = { people: Math.max(1_200, Math.round(messages / 50)), rooms: Math.max(600, Math.round(messages / 33)) }
  const until = Date.parse('2026-11-01')
  await seed(sql, { ...size, seed: 'bench', messages, until, changes: true }, false, screen)
  const reader = idOf('bench reader')
  await sql`insert into auth.users (id, email) values (${reader}, 'reader@bench.example.org')`
  // The longest group, and others as they come. Like everyone else the reader has read some to the end and some not.
  await sql`
    insert into public.room_participants (room_id, user_id, last_delivered_seq, last_read_seq)
    select id, ${reader}, last_seq, case when place % 3 = 0 then greatest(last_seq - 20, 0) else last_seq end
    from (
      select id, last_seq, row_number() over (order by last_seq desc) as place, md5(id::text) as chance
      from public.rooms where type = 'group' and member_count < 1000) r
    order by place > 1, chance
    limit ${readerRooms}`
  const [long] = await sql<{ id: string; head: number }[]>`
    select r.id, r.last_seq::int as head from public.rooms r join public.room_participants p on p.room_id = r.id
    where p.user_id = ${reader} order by r.last_seq desc limit 1`
  const since = long!.head - missedPosts
  await sql`
    update public.messages m set content = content || ' …', rev = ${long!.head} + place, edited_at = now()
    from (
      select seq, row_number() over (order by md5(seq::text)) as place from public.messages
      where room_id = ${long!.id} and seq < ${since}) e
    where m.room_id = ${long!.id} and m.seq = e.seq and e.place <= ${missedEdits}`
  await sql`update public.rooms set last_seq = last_seq + ${missedEdits} where id = ${long!.id}`
  const rooms = await sql<{ id: string; read: number }[]>`
    select room_id as id, last_read_seq::int as read from public.room_participants where user_id = ${reader} order by 1`
  const [at] = await sql<{ time: string }[]>`
    select created_at::text as time from public.messages
    where room_id = ${long!.id} and seq <= ${since} order by seq desc limit 1`
  // A ticket that was named once, in a room of the reader's.
  const [rare] = await sql<{ word: string }[]>`
    select substring(content from '[0-9]{5}') as word from public.messages
    where room_id = ${long!.id} and content ~ '[0-9]{5}' order by seq limit 1`
  await sql`vacuum analyze public.messages, public.room_participants, public.rooms`
  return {
    reader,
    rooms: [...rooms],
    long: { ...long!, since, sinceTime: at!.time },
    words: { rare: rare?.word ?? '12345', common: 'thanks', chinese: '会议' },
  }
}

/** A group of so many members, in which an object has written `head` messages. */
export async function groupOf(sql: postgres.Sql, members: number): Promise<{ id: string; people: string[] }> {
  const id = idOf(`bench group of ${members}`)
  const people = await sql<{ id: string }[]>`
    select id from public.user_profiles where id <> ${idOf('bench reader')} order by id limit ${members}`
  await sql`
    insert into public.rooms (id, type, name, created_by)
    values (${id}, 'group', ${`Group of ${members}`}, ${people[0]!.id})`
  await sql`
    insert into public.room_participants (room_id, user_id)
    select ${id}, person from unnest(${people.slice(1).map(({ id }) => id)}::uuid[]) person`
  return { id, people: people.map(({ id }) => id) }
}
