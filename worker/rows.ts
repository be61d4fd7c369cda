import * as z from 'zod/mini'
import { EarlierText, Metadata } from '../protocol/events.ts'
import { messageOf, SystemFact, type Message } from '../protocol/message.ts'
import { emptied, type MessageRow } from '../protocol/row.ts'

/** A time as the Data API writes it: ISO 8601 from hosted Supabase, Postgres' own text locally. */
export function timeMs(text: string): number {
  const iso = text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')
  return Date.parse(iso)
}

/** The columns of `messages`, with the reactions, that make a message. */
export const messageColumns =
  'seq,rev,client_id,created_at,sender_id,type,content,reply_to_seq,thread_seq,mentions,metadata,edited_at,deleted_at,deleted_by,pinned_at,expires_at,message_reactions(user_id,emoji,created_at)'

const time = z.nullable(z.string())
const seq = z.nullable(z.coerce.number())

const Row = z.object({
  seq: z.coerce.number(),
  rev: z.coerce.number(),
  client_id: z.string(),
  created_at: z.string(),
  sender_id: z.nullable(z.string()),
  type: z.string(),
  content: z.string(),
  reply_to_seq: seq,
  thread_seq: seq,
  mentions: z.array(z.string()),
  metadata: z.union([z.object({ system: SystemFact }), Metadata]),
  edits: z.optional(z.array(EarlierText)),
  edited_at: time,
  deleted_at: time,
  deleted_by: z.nullable(z.string()),
  pinned_at: time,
  expires_at: time,
  message_reactions: z.array(z.object({ user_id: z.string(), emoji: z.string(), created_at: z.string() })),
})

/** A row of `messages` as it goes over the wire. What was to disappear by now has, whether or not it was taken out yet. */
export function messageOfRow(value: unknown, now: number): Message {
  const row = Row.parse(value)
  const kept: MessageRow = {
    ...{ seq: row.seq, rev: row.rev, id: row.client_id, at: timeMs(row.created_at), by: row.sender_id },
    ...{ type: row.type === 'system' ? 'system' : 'text', text: row.content, mentions: row.mentions },
    ...{ replyTo: row.reply_to_seq, thread: row.thread_seq, metadata: row.metadata, edits: row.edits ?? [] },
    ...{ editedAt: timeOf(row.edited_at), deletedAt: timeOf(row.deleted_at), deletedBy: row.deleted_by },
    ...{ pinnedAt: timeOf(row.pinned_at), expiresAt: timeOf(row.expires_at) },
    reactions: row.message_reactions.map(({ user_id: person, emoji, created_at: at }) => {
      return { person, emoji, at: timeMs(at) }
    }),
  }
  const { expiresAt } = kept
  const over = expiresAt !== null && expiresAt <= now && kept.deletedAt === null
  return messageOf(over ? emptied(kept, expiresAt, null) : kept)
}

function timeOf(text: string | null): number | null {
  return text === null ? null : timeMs(text)
}
