import type { Message, SystemFact } from '../../../protocol/events.ts'
import type { MessageRow } from '../../../protocol/fold.ts'

/** A row of Postgres as it goes over the wire. */
export function messageOfFolded(row: MessageRow): Message {
  const { seq, rev, id, at, by, text, replyTo, mentions, metadata } = row
  const source = ('import' in metadata && metadata.import) || null
  const system = 'system' in metadata ? (metadata.system as SystemFact) : null
  return { seq, rev, id, at, by, text, replyTo, mentions, source, system }
}
