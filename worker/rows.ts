import * as z from 'zod/mini'
import { Source, SystemFact, type Message } from '../protocol/events.ts'

/** A time as the Data API writes it: ISO 8601 from hosted Supabase, Postgres' own text locally. */
export function timeMs(text: string): number {
  const iso = text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')
  return Date.parse(iso)
}

/** The columns of `messages` that make a message. */
export const messageColumns = 'seq,rev,client_id,created_at,sender_id,content,reply_to_seq,mentions,metadata'

const Row = z.object({
  seq: z.coerce.number(),
  rev: z.coerce.number(),
  client_id: z.string(),
  created_at: z.string(),
  sender_id: z.nullable(z.string()),
  content: z.string(),
  reply_to_seq: z.nullable(z.coerce.number()),
  mentions: z.array(z.string()),
  metadata: z.object({ import: z.optional(Source), system: z.optional(SystemFact) }),
})

/** A row of `messages` as it goes over the wire. */
export function messageOfRow(value: unknown): Message {
  const row = Row.parse(value)
  return {
    ...{ seq: row.seq, rev: row.rev, id: row.client_id, at: timeMs(row.created_at), by: row.sender_id },
    ...{ text: row.content, replyTo: row.reply_to_seq, mentions: row.mentions },
    ...{ source: row.metadata.import ?? null, system: row.metadata.system ?? null },
  }
}
