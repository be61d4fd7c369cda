import type { Rows } from '../../../protocol/fold.ts'
import type { Sql } from './database.ts'

/** What Postgres holds of a room, in the shape to which its log folds. */
export async function stored(sql: Sql, room: string): Promise<Rows> {
  const messages = await sql`
    select m.seq, m.rev, client_id as id, private.to_ms(created_at) as at, sender_id as by, type, content as text,
      reply_to_seq as "replyTo", thread_seq as thread, mentions, metadata, edits, private.to_ms(edited_at) as "editedAt",
      private.to_ms(deleted_at) as "deletedAt", deleted_by as "deletedBy", private.to_ms(pinned_at) as "pinnedAt",
      private.to_ms(expires_at) as "expiresAt", (
        select coalesce(jsonb_agg(jsonb_build_object(
          'person', r.user_id, 'emoji', r.emoji, 'at', private.to_ms(r.created_at)) order by r.user_id, r.emoji), '[]')
        from message_reactions r where r.room_id = m.room_id and r.seq = m.seq) as reactions
    from messages m where room_id = ${room} order by seq`
  const commands = await sql`select id, seq, hash from parley.commands where room_id = ${room} order by seq`
  const [facts] = await sql`select name, description, slow_mode_seconds as "slowModeSeconds",
      (extract(epoch from disappearing_ttl) * 1000)::bigint as "disappearingMs" from rooms where id = ${room}`
  const rows = { messages: messages.map((row) => ({ ...row })), commands: commands.map((row) => ({ ...row })) }
  return { ...rows, room: { ...facts } } as Rows
}
