import type postgres from 'postgres'
import { parseSearch } from '../../protocol/search-query.ts'
import type { Contest } from './contest.ts'
import type { Stage } from './stage.ts'

/** What a person's device asks of the record, each against what one would write first. */
export function reading({ reader, rooms, long, words }: Stage): Contest[] {
  return [
    {
      name: `unread of ${rooms.length} rooms`,
      as: 'reader',
      ours: { what: 'get_unread_counts()', run: (tx) => tx`select * from public.get_unread_counts()` },
      naive: {
        what: 'a count for each room',
        async run(tx) {
          for (const { id, read } of rooms) {
            await tx`
              select count(*) from public.messages
              where room_id = ${id} and seq > ${read} and sender_id is distinct from ${reader}
                and type <> 'system' and deleted_at is null`
          }
        },
      },
    },
    {
      name: `the list of ${rooms.length} rooms`,
      as: 'service',
      ours: { what: 'inbox_state()', run: (tx) => tx`select parley.inbox_state(${reader})` },
      naive: {
        what: 'the rooms, then two questions for each',
        async run(tx) {
          const mine = await tx`
            select p.*, r.* from public.room_participants p join public.rooms r on r.id = p.room_id
            where p.user_id = ${reader} and p.left_at is null order by r.last_message_at desc`
          for (const { id, last_read_seq: read } of mine) {
            await tx`
              select m.*, u.display_name from public.messages m left join public.user_profiles u on u.id = m.sender_id
              where m.room_id = ${id} and m.type <> 'system' order by m.seq desc limit 1`
            await tx`
              select count(*), count(*) filter (where mentions && ${[reader, id]}::uuid[]) from public.messages
              where room_id = ${id} and seq > ${read} and sender_id is distinct from ${reader}
                and type <> 'system' and deleted_at is null`
          }
        },
      },
    },
    {
      name: 'page of history, in the middle',
      as: 'reader',
      ours: {
        what: 'before a seq',
        run: (tx) => tx`
          select * from public.messages where room_id = ${long.id} and seq < ${Math.floor(long.head / 2)}
          order by seq desc limit 50`,
      },
      naive: {
        what: 'newest first, by offset',
        run: (tx) => tx`
          select * from public.messages where room_id = ${long.id}
          order by created_at desc offset ${Math.floor(long.head / 2)} limit 50`,
      },
    },
    {
      name: 'changes since a seq',
      as: 'reader',
      ours: {
        what: 'newer seq, or newer rev',
        run: (tx) => tx`
          select * from public.messages where room_id = ${long.id} and seq > ${long.since}
          union all
          select * from public.messages
          where room_id = ${long.id} and rev > ${long.since} and rev <> seq and seq <= ${long.since}`,
      },
      naive: {
        what: 'newer created_at or edited_at',
        run: (tx) => tx`
          select * from public.messages
          where room_id = ${long.id} and greatest(created_at, edited_at) > ${long.sinceTime}::timestamptz`,
      },
    },
    ...Object.entries(words).flatMap(([kind, word]) => [
      search(`search, ${kind} word, one room`, reader, word, long.id),
      search(`search, ${kind} word, ${rooms.length} rooms`, reader, word, null),
    ]),
    search(`search, common word, ranked`, reader, words.common, null, 'ranked'),
    search(`search, two letters of a word`, reader, `${words.common.slice(0, 2)}*`, null),
  ]
}

function search(name: string, reader: string, q: string, room: string | null, sort = 'newest'): Contest {
  const { terms, filters } = parseSearch(q)
  const ask = { terms, filters, sort, timeZone: 'UTC', limit: 20, cursor: null, ...(room && { room }) }
  const found = (tx: postgres.TransactionSql) => (room === null ? tx`` : tx`and room_id = ${room}`)
  return {
    name,
    as: 'reader',
    ours: {
      what: 'search_messages()',
      as: 'service',
      run: (tx) => tx`select parley.search_messages(${reader}, ${tx.json(ask as never)})`,
    },
    naive: {
      what: 'content ilike, under row level security',
      run: (tx) => tx`
        select room_id, seq, sender_id, type, created_at, content from public.messages
        where content ilike ${`%${q.replace('*', '')}%`} and type <> 'system' and deleted_at is null ${found(tx)}
        order by created_at desc limit 20`,
    },
  }
}
