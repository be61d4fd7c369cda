import type { AccountErased, Expired, Posted, RoomEvent } from '../../protocol/events.ts'
import { DerivedId } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import { messageOf, type Message } from '../../protocol/message.ts'
import {
  blank,
  changed,
  emptied,
  erased,
  expired,
  isChange,
  isRow,
  made,
  type ChangeEvent,
  type MessageRow,
} from '../../protocol/row.ts'
import type * as z from 'zod/mini'
import type { Changed } from '../room/changed.ts'
import type { Known, Place, Withdrawn } from '../room/decide.ts'
import type { Countable, Countables } from '../room/unread.ts'

/** What the spine is rebuilt from when an object has lost its storage. */
export interface SpineRow {
  seq: number
  id: string
  by: string | null
  hash: string
  at: number
  imported: boolean
  rev: number
  deleted: boolean
  thread: number | null
  expiresAt: number | null
  mentions: string[]
}

interface SpineColumns extends Record<string, SqlStorageValue> {
  seq: number
  id: string
  author: string | null
  hash: string
  at: number
  imported: number
  thread: number | null
  expires_at: number | null
  deleted: number
  mentions: string | null
}

/** Where an event stands in the log's `target` column when it touches many messages. */
const many = -1

/**
 * The room's log, the states it leads to, and the spine. Every method is one synchronous step. What is read back was
 * written here from values that a schema had read, so it is not read through one again.
 */
export class Log implements Countables {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  /** Writes one event with the states and the spine that follow from it, and returns the states that it touched. */
  append(event: RoomEvent): MessageRow[] {
    if (isChange(event)) {
      this.write(event, event.target)
      this.rememberCommand(event.id, event.seq, event.hash, event.at)
      return this.change(event)
    }
    if (isRow(event)) {
      this.write(event, null)
      const row = made(event)
      if (event.kind === 'posted') this.rememberPost(row, event.hash)
      return [row]
    }
    this.write(event, many)
    return event.kind === 'expired' ? this.expire(event) : this.erase(event)
  }

  /** Adds a spine row, of a new event or of one that only Postgres still has. */
  remember(row: SpineRow): void {
    this.sql.exec(
      `insert or ignore into spine (seq, id, author, hash, at, imported, rev, deleted, thread, expires_at, mentions)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[row.seq, row.id, row.by, row.hash, row.at, row.imported ? 1 : 0, row.rev, row.deleted ? 1 : 0],
      ...[row.thread, row.expiresAt, row.mentions.length > 0 ? JSON.stringify(row.mentions) : null],
    )
  }

  /** Keeps in mind that this command was carried out. */
  rememberCommand(id: string, seq: number, hash: string, at: number): void {
    this.sql.exec('insert or ignore into commands (id, seq, hash, at) values (?, ?, ?, ?)', id, seq, hash, at)
  }

  /** What became of the command with this id, if it was ever accepted. */
  find(id: string): Known | null {
    const rows = this.sql.exec<{ seq: number; at: number; hash: string }>(
      'select seq, at, hash from spine where id = ? union all select seq, at, hash from commands where id = ?',
      ...[id, id],
    )
    return rows.toArray()[0] ?? null
  }

  /** The message that someone wrote at this place, or null when there is none. */
  place(seq: number): Place | null {
    const row = this.sql.exec<SpineColumns>('select * from spine where seq = ?', seq).toArray()[0]
    return row ? placeOf(row) : null
  }

  /** When this person last posted here; null: never. */
  postedAt(person: string): number | null {
    const rows = this.sql.exec<{ at: number }>(
      'select at from spine where author = ? order by seq desc limit 1',
      person,
    )
    return rows.toArray()[0]?.at ?? null
  }

  /** How many messages people wrote after a seq; counted up to `most`. */
  countAfter(seq: number, most: number): number {
    const counted = 'select count(*) as count from (select 1 from spine where seq > ? limit ?)'
    return this.sql.exec<{ count: number }>(counted, seq, most).one().count
  }

  /** Messages before a seq that are not deleted, newest first. */
  before(seq: number, limit: number): Countable[] {
    const rows = this.sql.exec<SpineColumns>(
      'select * from spine where seq < ? and deleted = 0 order by seq desc limit ?',
      ...[Math.min(seq, Number.MAX_SAFE_INTEGER), limit],
    )
    return rows.toArray().map(countableOf)
  }

  /** The same between two seqs, both excluded, but for this person's own. */
  ofOthers(person: string, after: number, before: number, limit: number): Countable[] {
    const rows = this.sql.exec<SpineColumns>(
      `select * from spine where seq > ? and seq < ? and deleted = 0 and author is not ? order by seq desc limit ?`,
      ...[after, Math.min(before, Number.MAX_SAFE_INTEGER), person, limit],
    )
    return rows.toArray().map(countableOf)
  }

  /** The seq of the newest message that someone wrote, deleted or not; null: nobody has. */
  newest(): number | null {
    return this.sql.exec<{ seq: number | null }>('select max(seq) as seq from spine').one().seq
  }

  /** The newest message that someone wrote. Its state is always at hand: pruning leaves it. */
  newestRow(): MessageRow | null {
    const seq = this.newest()
    return seq === null ? null : (this.row(seq) ?? this.bare(seq))
  }

  /** When someone last wrote, deleted or not; null: nobody has. What was imported last may be older than what stood there. */
  wroteAt(): number | null {
    const last = this.sql.exec<SpineColumns>('select * from spine order by seq desc limit 1').toArray()[0]
    // Only an import brings what is older, and its ids are derived ones.
    if (!last || !DerivedId.safeParse(last.id).success) return last?.at ?? null
    return this.sql.exec<{ at: number }>('select max(at) as at from spine').one().at
  }

  /** The newest message that someone else wrote and that is still there, after a seq; null: there is none. */
  newestOfOthers(person: string, after: number): number | null {
    return this.ofOthers(person, after, Infinity, 1)[0]?.seq ?? null
  }

  /** Whether anyone has written here other than by an import. */
  hasOwnMessages(): boolean {
    return this.sql.exec('select 1 from spine where imported = 0 limit 1').toArray().length > 0
  }

  /** The state of a message, or null when neither the states nor the log have it. */
  row(seq: number): MessageRow | null {
    const state = this.sql.exec<{ state: string }>('select state from states where seq = ?', seq).toArray()[0]
    if (state) return JSON.parse(state.state) as MessageRow
    const logged = this.sql.exec<{ event: string }>('select event from log where seq = ? and target is null', seq)
    const event = logged.toArray()[0]
    return event ? rowOf(event.event) : null
  }

  /** Takes in the state of an old message, unless a newer one is at hand. */
  putRow(row: MessageRow): void {
    this.sql.exec(
      `insert into states (seq, rev, state) values (?, ?, ?)
       on conflict (seq) do update set rev = excluded.rev, state = excluded.state where rev < excluded.rev`,
      ...[row.seq, row.rev, JSON.stringify(row)],
    )
  }

  /** What was deleted a moment ago. */
  withdrawn(seq: number, now: number): Withdrawn | null {
    const rows = this.sql.exec<{ content: string }>(
      'select content from withdrawn where seq = ? and until >= ?',
      ...[seq, now],
    )
    const content = rows.toArray()[0]?.content
    return content === undefined ? null : (JSON.parse(content) as Withdrawn)
  }

  /** Forgets what can no longer be taken back; answers when the next one ends, or null. */
  forgetWithdrawn(now: number): number | null {
    this.sql.exec('delete from withdrawn where until < ?', now)
    return this.sql.exec<{ until: number | null }>('select min(until) as until from withdrawn').one().until
  }

  /** When the next message disappears, or null. */
  expiresNext(): number | null {
    const next = 'select min(expires_at) as next from spine where expires_at is not null and deleted = 0'
    return this.sql.exec<{ next: number | null }>(next).one().next
  }

  /** Whether this account was taken out of the room already, as far as the log goes back. */
  erased(person: string): boolean {
    const rows = this.sql.exec<{ event: string }>('select event from log where target = -1').toArray()
    return rows.some(({ event }) => {
      const read = JSON.parse(event) as RoomEvent
      return read.kind === 'account_erased' && read.person === person
    })
  }

  /** The seq of the last event, or null when the log is empty. */
  head(): number | null {
    return this.sql.exec<{ head: number | null }>('select max(seq) as head from log').one().head
  }

  /** Events from a seq on, at most `count` and about a megabyte, for one call of ingest_batch. */
  events(from: number, count: number = limits.ingestEvents): RoomEvent[] {
    const events: RoomEvent[] = []
    let size = 0
    const rows = this.sql.exec<{ event: string }>(
      'select event from log where seq >= ? order by seq limit ?',
      from,
      count,
    )
    for (const row of rows) {
      size += row.event.length
      if (events.length > 0 && size > 1_000_000) break
      events.push(JSON.parse(row.event) as RoomEvent)
    }
    return events
  }

  /**
   * Drops events from `floor` on that are older than `before`, up to `last` and at most a thousand, with the states
   * that only they held, but for that of the newest message. Answers the new floor.
   */
  prune(floor: number, last: number, before: number): number {
    let next = floor
    const oldest = 'select seq, event from log where seq >= ? and seq <= ? order by seq limit 1000'
    for (const { seq, event } of this.sql.exec<{ seq: number; event: string }>(oldest, floor, last)) {
      if ((JSON.parse(event) as RoomEvent).at >= before) break
      next = seq + 1
    }
    if (next === floor) return floor
    const newest = this.newest() ?? 0
    const row = newest < next ? this.row(newest) : null
    if (row) this.putRow(row)
    this.sql.exec('delete from log where seq < ?', next)
    this.sql.exec('delete from states where rev < ? and seq <> ?', next, newest)
    return next
  }

  /** Ends an epoch: keeps the events after a seq, and what Postgres refused before, for the next one; forgets the rest. */
  setAside(after: number): void {
    this.sql.exec(
      `insert or ignore into carried (seq, event)
       select seq, event from log where seq > ? or seq in (select seq from parked)`,
      after,
    )
    this.forget()
  }

  /** Forgets everything but what an ended epoch left behind. */
  forget(): void {
    for (const table of ['log', 'states', 'spine', 'commands', 'withdrawn', 'parked'])
      this.sql.exec(`delete from ${table}`)
  }

  /** The messages that the carried events change and that are not among them. */
  carriedTargets(): number[] {
    const carried = this.carried()
    const own = new Set(carried.map(({ seq }) => seq))
    return [...new Set(carried.filter(isChange).map(({ target }) => target))].filter((target) => !own.has(target))
  }

  /** Gives what an ended epoch left behind the places after `head`, and answers it; what Postgres has by now is skipped. */
  takeUp(head: number): RoomEvent[] {
    const places = new Map<number, number>()
    const moved = (seq: number) => places.get(seq) ?? seq
    const taken: RoomEvent[] = []
    let seq = head
    for (const event of this.carried()) {
      const known = 'id' in event ? this.find(event.id) : null
      places.set(event.seq, known?.seq ?? seq + 1)
      if (known) continue
      seq += 1
      if (isChange(event)) event.target = moved(event.target)
      const placed = { ...(event.kind === 'posted' ? this.referring(event, moved) : event), seq }
      this.append(placed)
      taken.push(placed)
    }
    this.sql.exec('delete from carried')
    return taken
  }

  /** The post with what it refers to in its new place; what was lost with a restored database it refers to no more. */
  private referring({ thread, ...post }: Posted, moved: (seq: number) => number): Posted {
    const there = (seq: number | null = null) => (seq !== null && this.place(moved(seq)) ? moved(seq) : null)
    const begun = there(thread)
    return { ...post, replyTo: there(post.replyTo), ...(begun !== null && { thread: begun }) }
  }

  /**
   * What events after `after` have touched, of messages from `from` on, by rev: about 500 states and 256 kB. The chunk
   * is complete up to its end; when everything fits, that is the head.
   */
  changes(after: number, from: number, head: number): Changed {
    const rows = this.sql.exec<{ rev: number; state: string | null; event: string | null }>(
      `select rev, state, null as event from states where rev > ? and seq >= ?
       union all
       select l.seq, null, l.event from log l left join states s on s.seq = l.seq
       where l.seq > ? and l.seq >= ? and l.target is null and s.seq is null
       order by 1`,
      ...[after, from, after, from],
    )
    const messages: Message[] = []
    let bytes = 0
    let to = head
    for (const { rev, state, event } of rows) {
      const full = messages.length >= limits.chunkMessages || bytes > limits.chunkBytes
      // What one event touched stays together: a chunk ends between two of them.
      if (full && rev > messages.at(-1)!.rev) {
        to = rev - 1
        break
      }
      const text = state ?? event!
      bytes += text.length
      messages.push(messageOf(state === null ? rowOf(text) : (JSON.parse(text) as MessageRow)))
    }
    return { covers: [after + 1, to], messages, ...this.sweeping(after, to) }
  }

  /** Up to `limit` messages below a seq, ascending, none below `floor`. */
  below(seq: number, floor: number, limit: number): Message[] {
    return this.stretch(
      'l.seq < ? and l.seq >= ? and l.target is null order by l.seq desc',
      seq,
      floor,
      limit,
    ).reverse()
  }

  /** Up to `limit` messages from a seq on, ascending. */
  above(seq: number, limit: number): Message[] {
    return this.stretch(
      'l.seq >= ? and l.seq <= ? and l.target is null order by l.seq',
      seq,
      Number.MAX_SAFE_INTEGER,
      limit,
    )
  }

  private stretch(where: string, one: number, other: number, limit: number): Message[] {
    const rows = this.sql.exec<{ event: string; state: string | null }>(
      `select l.event, s.state from log l left join states s on s.seq = l.seq where ${where} limit ?`,
      ...[one, other, limit],
    )
    return rows
      .toArray()
      .map(({ event, state }) => messageOf(state === null ? rowOf(event) : (JSON.parse(state) as MessageRow)))
  }

  /** The latest expiry and the erasures after one seq and up to another. */
  private sweeping(after: number, to: number): Pick<Changed, 'expired' | 'erased'> {
    const rows = this.sql.exec<{ event: string }>(
      'select event from log where target = -1 and seq > ? and seq <= ? order by seq',
      ...[after, to],
    )
    return facts(rows.toArray().map(({ event }) => JSON.parse(event) as RoomEvent))
  }

  private write(event: RoomEvent, target: number | null): void {
    this.sql.exec(
      'insert into log (seq, target, event) values (?, ?, ?)',
      ...[event.seq, target, JSON.stringify(event)],
    )
  }

  private rememberPost(row: MessageRow, hash: string): void {
    const imported = 'import' in row.metadata
    this.remember({ ...row, hash, imported, deleted: false })
  }

  private change(event: ChangeEvent): MessageRow[] {
    // A deletion needs no more than the spine: nothing of the message stays.
    const before = this.row(event.target) ?? this.bare(event.target)
    if (!before) return []
    const row = changed(before, event)
    // What someone else deletes as well is theirs to delete: its author no longer takes it back.
    if (event.kind === 'deleted' && event.by !== before.by) this.keepFromReturning(before.seq)
    if (row === before) return []
    if (event.kind === 'deleted') this.withdraw(before, event)
    if (event.kind === 'undeleted') this.keepFromReturning(row.seq)
    this.mark(row)
    this.putRow(row)
    return [row]
  }

  /** Keeps the content for as long as it may be taken back, and takes it out of everything else. */
  private withdraw(before: MessageRow, { at, by }: { at: number; by: string | null }): void {
    if ('system' in before.metadata) return
    const { text, mentions, metadata, edits } = before
    // Of a message that was not at hand there is nothing to give back, and of another's nothing is given back.
    if (text !== '' && by === before.by) {
      const content = JSON.stringify({ text, mentions, metadata, edits })
      this.sql.exec(
        'insert or replace into withdrawn (seq, content, until) values (?, ?, ?)',
        ...[before.seq, content, at + limits.undeleteMs],
      )
    }
    this.blank(before.seq)
  }

  private keepFromReturning(seq: number): void {
    this.sql.exec('delete from withdrawn where seq = ?', seq)
  }

  private expire(event: z.infer<typeof Expired>): MessageRow[] {
    const due = this.sql.exec<SpineColumns>(
      'select * from spine where expires_at is not null and deleted = 0 and expires_at <= ?',
      event.at,
    )
    return this.touchAll(due.toArray(), (row) => expired(row, event), event.seq)
  }

  private erase(event: z.infer<typeof AccountErased>): MessageRow[] {
    const own = this.sql.exec<SpineColumns>('select * from spine where author = ?', event.person).toArray()
    const touched = event.mode === 'erase' ? this.touchAll(own, (row) => erased(row, event), event.seq) : []
    // What is theirs in other people's messages, and the names in system rows: only what is at hand here.
    const local = this.sql.exec<{ seq: number }>(
      'select seq from states union select seq from log where target is null',
    )
    for (const { seq } of local.toArray()) {
      const before = this.row(seq)!
      const row = erased(before, event)
      if (row === before) continue
      this.putRow(row)
      touched.push(row)
    }
    this.sql.exec('update spine set author = null where author = ?', event.person)
    this.anonymise(event.person)
    return touched.sort((a, b) => a.seq - b.seq)
  }

  /** The log does not name them any more; Postgres is told the same by the erasure. */
  private anonymise(person: string): void {
    const named = this.sql.exec<{ seq: number; event: string }>(
      'select seq, event from log where target is null and instr(event, ?) > 0',
      person,
    )
    for (const { seq, event } of named.toArray()) {
      const read = JSON.parse(event) as RoomEvent
      if ('person' in read && 'name' in read && read.person === person) this.rewrite(seq, { ...read, name: '' })
    }
  }

  /** Touches messages of the spine: those at hand get their new state, of the others nothing is held. */
  private touchAll(rows: SpineColumns[], touch: (row: MessageRow) => MessageRow, rev: number): MessageRow[] {
    const touched: MessageRow[] = []
    for (const { seq } of rows) {
      this.sql.exec('update spine set deleted = 1, rev = ? where seq = ?', rev, seq)
      const before = this.row(seq)
      if (!before) continue
      const row = touch(before)
      if (row === before) continue
      this.blank(seq)
      this.keepFromReturning(seq)
      this.putRow(row)
      touched.push(row)
    }
    return touched
  }

  private mark(row: MessageRow): void {
    const deleted = row.deletedAt === null ? 0 : 1
    const mentions = row.mentions.length > 0 ? JSON.stringify(row.mentions) : null
    this.sql.exec(
      'update spine set rev = ?, deleted = ?, mentions = ? where seq = ?',
      ...[row.rev, deleted, mentions, row.seq],
    )
  }

  /** Takes a message's content out of every event that carries it. */
  private blank(seq: number): void {
    const rows = this.sql.exec<{ seq: number; event: string }>(
      'select seq, event from log where seq = ? or target = ?',
      ...[seq, seq],
    )
    for (const row of rows.toArray()) {
      const event = JSON.parse(row.event) as RoomEvent
      if (event.kind === 'posted') {
        const { attachments: _files, forwarded: _flag, guest: _guest, ...rest } = event
        this.rewrite(row.seq, { ...rest, text: '', mentions: [], source: null })
      }
      if (event.kind === 'edited') this.rewrite(row.seq, { ...event, text: '', mentions: [] })
      if (event.kind === 'undeleted')
        this.rewrite(row.seq, { ...event, text: '', mentions: [], metadata: {}, edits: [] })
    }
  }

  private rewrite(seq: number, event: RoomEvent): void {
    this.sql.exec('update log set event = ? where seq = ?', JSON.stringify(event), seq)
  }

  /** The message as far as the spine knows it. */
  private bare(seq: number): MessageRow | null {
    const place = this.place(seq)
    if (!place) return null
    const { id, by, at, thread, expiresAt, deleted } = place
    const row = { ...blank, seq, rev: seq, id, by, at, thread, expiresAt }
    return deleted ? emptied(row, at, null) : row
  }

  private carried(): RoomEvent[] {
    const rows = this.sql.exec<{ event: string }>('select event from carried order by seq').toArray()
    return rows.map(({ event }) => JSON.parse(event) as RoomEvent)
  }
}

/** What of these events touches many messages at once. */
export function facts(events: RoomEvent[]): Pick<Changed, 'expired' | 'erased'> {
  const expiry = events.findLast((event) => event.kind === 'expired')
  const erasures = events.filter((event) => event.kind === 'account_erased')
  return {
    ...(expiry && { expired: { rev: expiry.seq, at: expiry.at } }),
    ...(erasures.length > 0 && { erased: erasures.map(({ seq, at, person, mode }) => ({ seq, at, person, mode })) }),
  }
}

function rowOf(event: string): MessageRow {
  return made(JSON.parse(event) as Parameters<typeof made>[0])
}

function countableOf({ seq, author: by, mentions, expires_at: expiresAt, imported }: SpineColumns): Countable {
  const mentioned = mentions === null ? [] : (JSON.parse(mentions) as string[])
  return { seq, by, mentions: mentioned, expiresAt, imported: imported === 1 }
}

function placeOf(row: SpineColumns): Place {
  const { seq, id, author: by, at, thread, expires_at: expiresAt } = row
  return { seq, id, by, at, thread, expiresAt, deleted: row.deleted === 1 }
}
