import postgres from 'postgres'
import type { MessageRow } from '../../protocol/row.ts'
import type { Entry } from './history.ts'

/** How far Postgres is with one room. */
export async function lastSeqOf(url: string, room: string): Promise<number> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false })
  try {
    const [row] = await sql`select last_seq from rooms where id = ${room}`
    return Number(row!['last_seq'])
  } finally {
    await sql.end()
  }
}

/** What Postgres holds of one room. */
export async function keptOf(url: string, room: string): Promise<Extract<Entry, { t: 'kept' }>> {
  const sql = postgres(url, {
    ...{ max: 1, onnotice: () => {} },
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
  })
  try {
    return await sql.begin('isolation level repeatable read read only', async (tx) => {
      const [state] = await tx`select epoch, last_seq as "lastSeq" from rooms where id = ${room}`
      const messages = await tx<MessageRow[]>`
        select m.seq, m.rev, client_id as id, private.to_ms(created_at) as at, sender_id as by, type, content as text,
          reply_to_seq as "replyTo", thread_seq as thread, mentions, metadata, edits,
          private.to_ms(edited_at) as "editedAt", private.to_ms(deleted_at) as "deletedAt", deleted_by as "deletedBy",
          private.to_ms(pinned_at) as "pinnedAt", private.to_ms(expires_at) as "expiresAt", (
            select coalesce(jsonb_agg(jsonb_build_object(
              'person', r.user_id, 'emoji', r.emoji, 'at', private.to_ms(r.created_at)) order by r.user_id, r.emoji), '[]')
            from message_reactions r where r.room_id = m.room_id and r.seq = m.seq) as reactions
        from messages m where room_id = ${room} order by seq`
      const commands = await tx<{ id: string; seq: number }[]>`
        select id, seq from parley.commands where room_id = ${room} order by seq`
      const { epoch, lastSeq } = state as unknown as { epoch: number; lastSeq: number }
      return { t: 'kept', room, epoch, lastSeq, messages: [...messages], commands: [...commands] }
    })
  } finally {
    await sql.end()
  }
}
