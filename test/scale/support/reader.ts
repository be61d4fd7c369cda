import { idOf } from '../../../scripts/seed/random.ts'
import type { Sql } from '../../postgres/support/database.ts'

/** Someone in 200 rooms: the longest group and others as they come; a third of them she has not read to the end. */
export const grace = idOf('grace of the metropolis')

/** Puts grace in. Answers the longest of her rooms, and a number that was named in it: a rare word. */
export async function putGraceIn(sql: Sql): Promise<{ room: { id: string; head: number }; rareWord: string }> {
  await sql`insert into auth.users (id, email) values (${grace}, 'grace@metropolis.example.org')`
  await sql`
    insert into room_participants (room_id, user_id, last_delivered_seq, last_read_seq)
    select id, ${grace}, last_seq, case when place % 3 = 0 then greatest(last_seq - 40, 0) else last_seq end
    from (
      select id, last_seq, row_number() over (order by last_seq desc) as place, md5(id::text) as chance
      from rooms where type = 'group' and last_seq > 100 and member_count between 3 and 999) r
    order by place > 1, chance
    limit 200`
  const [room] = await sql<{ id: string; head: number }[]>`
    select r.id, r.last_seq as head from rooms r join room_participants p on p.room_id = r.id and p.user_id = ${grace}
    order by r.last_seq desc limit 1`
  const [ticket] = await sql<{ word: string }[]>`
    select substring(content from '[0-9]{5}') as word from messages
    where room_id = ${room!.id} and content ~ '[0-9]{5}' order by seq limit 1`
  await sql`vacuum analyze room_participants`
  return { room: room!, rareWord: ticket!.word }
}
