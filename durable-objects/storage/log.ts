import { messageOf, type Message, type LogEvent } from '../../protocol/events.ts'
import { limits } from '../../protocol/limits.ts'
import type { Known } from '../room/decide.ts'

/** A run of changed messages and the seq up to which it is complete. */
export interface Chunk {
  to: number
  messages: Message[]
}

/** What the spine is rebuilt from when an object has lost its storage. */
export interface SpineRow {
  seq: number
  id: string
  by: string | null
  hash: string
  at: number
  imported: boolean
}

/**
 * The room's log, the states it leads to, and the spine. Every method is one synchronous step. What is read back was
 * written here from values that a schema had read, so it is not read through one again.
 */
export class Log {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  /** Writes one event with the state and the spine row that follow from it, and returns the state. */
  append(event: LogEvent): Message {
    const message = messageOf(event)
    this.sql.exec('insert into log (seq, event) values (?, ?)', event.seq, JSON.stringify(event))
    this.sql.exec(
      'insert into states (seq, rev, state) values (?, ?, ?)',
      message.seq,
      message.rev,
      JSON.stringify(message),
    )
    if (event.kind === 'posted') {
      const { seq, id, by, hash, at, source } = event
      this.remember({ seq, id, by, hash, at, imported: source !== null })
    }
    return message
  }

  /** Adds a spine row, of a new event or of one that only Postgres still has. */
  remember(row: SpineRow): void {
    this.sql.exec(
      'insert or ignore into spine (seq, id, author, hash, at, imported) values (?, ?, ?, ?, ?, ?)',
      ...[row.seq, row.id, row.by, row.hash, row.at, row.imported ? 1 : 0],
    )
  }

  /** What became of the command with this id, if it was ever accepted. */
  find(id: string): Known | null {
    const rows = this.sql.exec<{ seq: number; at: number; hash: string }>(
      'select seq, at, hash from spine where id = ?',
      id,
    )
    return rows.toArray()[0] ?? null
  }

  /** Whether this place holds a message that someone wrote. */
  hasMessage(seq: number): boolean {
    return this.sql.exec('select 1 from spine where seq = ?', seq).toArray().length > 0
  }

  /** Whether anyone has written here other than by an import. */
  hasOwnMessages(): boolean {
    return this.sql.exec('select 1 from spine where imported = 0 limit 1').toArray().length > 0
  }

  /** The seq of the last event, or null when the log is empty. */
  head(): number | null {
    return this.sql.exec<{ head: number | null }>('select max(seq) as head from log').one().head
  }

  /** Events from a seq on, at most 500 and about a megabyte, for one call of ingest_batch. */
  events(from: number): LogEvent[] {
    const events: LogEvent[] = []
    let size = 0
    const rows = this.sql.exec<{ event: string }>(
      'select event from log where seq >= ? order by seq limit ?',
      from,
      limits.ingestEvents,
    )
    for (const row of rows) {
      size += row.event.length
      if (events.length > 0 && size > 1_000_000) break
      events.push(JSON.parse(row.event) as LogEvent)
    }
    return events
  }

  /** Ends an epoch: keeps the events after a seq for the next one, and forgets the rest. */
  setAside(after: number): void {
    this.sql.exec('insert into carried (seq, event) select seq, event from log where seq > ?', after)
    this.sql.exec('delete from log')
    this.sql.exec('delete from states')
    this.sql.exec('delete from spine')
  }

  /** Gives what an ended epoch left behind the places after `head`; what Postgres has by now is skipped. */
  takeUp(head: number): void {
    const places = new Map<number, number>()
    let seq = head
    for (const row of this.sql.exec<{ event: string }>('select event from carried order by seq')) {
      const event = JSON.parse(row.event) as LogEvent
      const known = this.find(event.id)
      places.set(event.seq, known?.seq ?? seq + 1)
      if (known) continue
      seq += 1
      if (event.kind === 'posted' && event.replyTo !== null) {
        event.replyTo = places.get(event.replyTo) ?? event.replyTo
      }
      this.append({ ...event, seq })
    }
    this.sql.exec('delete from carried')
  }

  /**
   * The states that events after `after` have touched, of messages from `from` on, by rev: at most 500 and 256 kB.
   * The chunk is complete up to its `to`; when everything fits, that is the head.
   */
  changes(after: number, from: number, head: number): Chunk {
    const rows = this.sql.exec<{ rev: number; state: string }>(
      'select rev, state from states where rev > ? and seq >= ? order by rev limit ?',
      ...[after, from, limits.chunkMessages + 1],
    )
    return take(rows, head)
  }

  /** Up to `limit` messages before a seq, ascending, none below `floor`. */
  page(before: number, floor: number, limit: number): Message[] {
    const rows = this.sql.exec<{ state: string }>(
      'select state from states where seq < ? and seq >= ? order by seq desc limit ?',
      ...[before, floor, limit],
    )
    return rows
      .toArray()
      .map((row) => JSON.parse(row.state) as Message)
      .reverse()
  }
}

function take(rows: Iterable<{ rev: number; state: string }>, head: number): Chunk {
  const messages: Message[] = []
  let bytes = 0
  for (const row of rows) {
    bytes += row.state.length
    const full = messages.length === limits.chunkMessages || (messages.length > 0 && bytes > limits.chunkBytes)
    if (full) return { to: messages.at(-1)!.rev, messages }
    messages.push(JSON.parse(row.state) as Message)
  }
  return { to: head, messages }
}
