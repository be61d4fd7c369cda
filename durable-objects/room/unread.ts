import { limits } from '../../protocol/limits.ts'
import type { MessageRow } from '../../protocol/row.ts'
import type { RoomMember } from './room.ts'
import { Seqs } from './seqs.ts'

/** What of a message decides for whom it is unread. */
export interface Countable {
  seq: number
  by: string | null
  mentions: readonly string[]
  expiresAt: number | null
  imported: boolean
}

/** Where the messages stand that are not deleted. Both answer the newest first. */
export interface Countables {
  /** At most `limit` before a seq. */
  before(seq: number, limit: number): Countable[]
  /** At most `limit` between two seqs, both excluded, that this person did not write. */
  ofOthers(person: string, after: number, before: number, limit: number): Countable[]
}

/** Who reads: whose own messages never count, up to where they have read, and whose mentions do not count. */
export type Reader = Pick<RoomMember, 'person' | 'read' | 'unread' | 'historyFrom' | 'blocks'>

/** Messages that someone has yet to read, and those among them that mention the person. */
export interface Counts {
  count: number
  mentions: number
}

/** What came that someone may want to be told of. */
export type News = 'mention' | 'message' | null

/** Messages that are read from the spine at once; that are held where more than those are unread; and that are held at all. */
const sizes = () => ({ page: limits.unreadCap / 2, depth: limits.unreadCap * 2, most: limits.unreadCap * 4 })

/** Up to where nothing is unread: the one formula, which SQL has as `private.unread_of`. */
export function readTo({ historyFrom, read, unread }: Omit<Reader, 'person' | 'blocks'>): number {
  return Math.max(historyFrom, Math.min(read, unread.from === null ? read : unread.from - 1))
}

/**
 * Who has how much to read. A message counts that someone else wrote, or nobody who has an account, and that is neither
 * deleted nor over; of more than the cap the newest count.
 *
 * It holds the newest messages that count, and the seqs of each author and of each person who is mentioned. So a member
 * costs a few searches, however much is unread, and a room of a thousand is counted in one go. What is older than what it
 * holds it looks up once for each person.
 */
export class Unread {
  /** What a mention of everyone names: the room's own id. */
  private readonly everyone: string
  private readonly stored: Countables
  private held = new Map<number, Countable>()
  private all = new Authored()
  private toEveryone = new Authored()
  private toPeople = new Map<string, Seqs>()
  private older = new Map<string, { after: number; messages: Countable[] }>()
  private floor = Infinity
  private lapsesAt = Infinity

  constructor(everyone: string, stored: Countables) {
    this.everyone = everyone
    this.stored = stored
  }

  /** A message is new, or has changed: its state decides whether it counts. Answers whether that or whom it mentions differs. */
  put(row: MessageRow): boolean {
    const { seq, by, type, mentions, expiresAt, metadata, deletedAt } = row
    if (type === 'system') return false
    if (this.held.size > sizes().most) this.clear()
    if (seq < this.floor) {
      // Nothing was asked for yet, or it is too old to be held.
      if (this.floor !== Infinity) this.older.clear()
      return true
    }
    const before = this.held.get(seq)
    const after = deletedAt === null ? { seq, by, mentions, expiresAt, imported: 'import' in metadata } : undefined
    if (before) this.drop(before)
    if (after) this.hold(after)
    return before?.mentions.join() !== after?.mentions.join()
  }

  /** Whatever was to disappear by now counts no more, whether or not the room has taken it out. */
  lapse(now: number): void {
    if (this.lapsesAt > now) return
    this.lapsesAt = Infinity
    for (const message of this.held.values()) {
      if (message.expiresAt === null) continue
      if (message.expiresAt <= now) this.drop(message)
      else this.lapsesAt = Math.min(this.lapsesAt, message.expiresAt)
    }
    this.older.clear()
  }

  /** Knows nothing any more: what is asked for next is read anew. */
  clear(): void {
    this.held = new Map()
    this.all = new Authored()
    this.toEveryone = new Authored()
    this.toPeople = new Map()
    this.older = new Map()
    this.floor = Infinity
    this.lapsesAt = Infinity
  }

  /** How much this person has to read. */
  of(reader: Reader, now: number): Counts {
    const base = readTo(reader)
    this.reach(base, now)
    const after = Math.max(base, this.cut(reader.person))
    const count = this.all.ofOthersAfter(after, reader.person)
    const counts = { count, mentions: this.mentionsAfter(after, reader) }
    const left = limits.unreadCap - count
    if (base >= this.floor - 1 || left <= 0) return counts
    const older = this.olderOf(reader.person, base, now).slice(0, left)
    const mentioning = older.filter((message) => this.mentions(message, reader)).length
    return { count: count + older.length, mentions: counts.mentions + mentioning }
  }

  /** What came after a seq that this person has to read and may want to be told of. An import is none, nor whom they block. */
  news(reader: Reader, after: number, now: number): News {
    const from = Math.max(readTo(reader), after)
    this.reach(from, now)
    if (this.mentionsAfter(from, reader) > 0) return 'mention'
    for (const seq of this.all.every.downTo(from)) {
      const { by, imported } = this.held.get(seq)!
      if (!imported && by !== reader.person && !(by !== null && reader.blocks.includes(by))) return 'message'
    }
    return null
  }

  /** Holds what comes after a seq, as far as that is not too much. */
  private reach(seq: number, now: number): void {
    const { page, depth } = sizes()
    while (this.floor > seq + 1 && this.held.size < depth) {
      const rows = this.stored.before(this.floor, page)
      for (const row of rows) this.hold(row)
      this.floor = rows.length < page ? 0 : rows.at(-1)!.seq
    }
    this.lapse(now)
  }

  /** Of more than the cap the newest count: a seq with at most so many of others after it. */
  private cut(person: string): number {
    const { every } = this.all
    let few: number = limits.unreadCap
    let many = every.size()
    if (many <= few) return 0
    // So many after it, own ones included: as many as leave the cap of others.
    while (few < many) {
      const middle = (few + many + 1) >> 1
      const others = this.all.ofOthersAfter(every.fromEnd(middle) ?? 0, person)
      if (others <= limits.unreadCap) few = middle
      else many = middle - 1
    }
    return every.fromEnd(few) ?? 0
  }

  private mentionsAfter(seq: number, reader: Reader): number {
    let count = this.toEveryone.ofOthersAfter(seq, reader.person)
    for (const blocked of reader.blocks) {
      if (blocked !== reader.person) count -= this.toEveryone.after(seq, blocked)
    }
    for (const place of this.toPeople.get(reader.person)?.downTo(seq) ?? []) {
      if (this.mentions(this.held.get(place)!, reader)) count += 1
    }
    return count
  }

  private mentions({ by, mentions }: Countable, { person, blocks }: Reader): boolean {
    if (by !== null && (by === person || blocks.includes(by))) return false
    return mentions.includes(person) || mentions.includes(this.everyone)
  }

  private olderOf(person: string, after: number, now: number): Countable[] {
    const known = this.older.get(person)
    if (known?.after === after) return known.messages
    const found = this.stored.ofOthers(person, after, this.floor, limits.unreadCap)
    const messages = found.filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
    for (const { expiresAt } of messages) this.lapsesAt = Math.min(this.lapsesAt, expiresAt ?? Infinity)
    this.older.set(person, { after, messages })
    return messages
  }

  private hold(message: Countable): void {
    const { seq, by, mentions, expiresAt } = message
    this.held.set(seq, message)
    this.all.add(seq, by)
    if (mentions.includes(this.everyone)) this.toEveryone.add(seq, by)
    else for (const person of mentions) this.to(person).add(seq)
    this.lapsesAt = Math.min(this.lapsesAt, expiresAt ?? Infinity)
  }

  private drop({ seq, by, mentions }: Countable): void {
    this.held.delete(seq)
    this.all.remove(seq, by)
    if (mentions.includes(this.everyone)) this.toEveryone.remove(seq, by)
    else for (const person of mentions) this.to(person).remove(seq)
  }

  private to(person: string): Seqs {
    const seqs = this.toPeople.get(person) ?? new Seqs()
    this.toPeople.set(person, seqs)
    return seqs
  }
}

/** Seqs of messages, all together and by author. */
class Authored {
  readonly every = new Seqs()
  private readonly by = new Map<string | null, Seqs>()

  add(seq: number, author: string | null): void {
    this.every.add(seq)
    const own = this.by.get(author) ?? new Seqs()
    own.add(seq)
    this.by.set(author, own)
  }

  remove(seq: number, author: string | null): void {
    this.every.remove(seq)
    this.by.get(author)?.remove(seq)
  }

  after(seq: number, author: string): number {
    return this.by.get(author)?.after(seq) ?? 0
  }

  ofOthersAfter(seq: number, author: string): number {
    return this.every.after(seq) - this.after(seq, author)
  }
}
