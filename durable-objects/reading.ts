import type { Marks } from '../protocol/downstream.ts'
import { limits } from '../protocol/limits.ts'
import type { Mark } from '../protocol/upstream.ts'
import type { Book } from './book.ts'
import type { Crowd } from './crowd.ts'
import { advance } from './room/marks.ts'

/** How far people have received and read, and what they have set aside for later. */
export class Reading {
  private readonly book: Book
  private readonly crowd: Crowd
  private readonly risen = new Map<string, Marks>()
  private timer: ReturnType<typeof setTimeout> | null = null
  private waiting: (() => void)[] = []

  constructor(book: Book, crowd: Crowd) {
    this.book = book
    this.crowd = crowd
  }

  /** Marks are kept together, as often as they are told: a thousand readers would otherwise be a thousand commits. */
  mark(person: string, mark: Mark): void {
    const room = this.book.awake()
    const member = room.members.get(person)
    if (!member) return
    const next = advance(this.risen.get(person) ?? member, mark, room.head)
    if (next) this.risen.set(person, { person, delivered: next.delivered, read: next.read })
    // Reading clears a mark as unread only when the reader has seen that very one.
    if (member.unread.from !== null && mark.unread === member.unread.version) {
      const unread = { from: null, version: member.unread.version + 1 }
      this.book.transact(() => this.book.setMember(person, { unread }))
      this.crowd.tellUnread(person)
    }
    if (this.risen.size > 0) this.timer ??= setTimeout(() => this.settle(), limits.marksEveryMs)
  }

  /** Someone has received up to a seq. False: that could not be kept. */
  async received(person: string, seq: number): Promise<boolean> {
    this.mark(person, { t: 'mark', delivered: seq, read: 0 })
    if (this.timer !== null) await new Promise<void>((settled) => this.waiting.push(settled))
    const { room } = this.book
    const member = room?.members.get(person)
    return room !== null && (!member || member.delivered >= Math.min(seq, room.head))
  }

  /** Keeps the marks that have risen, and tells them. */
  settle(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    const waiting = this.waiting.splice(0)
    try {
      this.keepRisen()
    } finally {
      for (const settled of waiting) settled()
    }
  }

  /** Marks everything from a seq on as unread, or (null) takes that back. Nobody else sees it. */
  unread(person: string, from: number | null): void {
    const room = this.book.awake()
    const member = room.members.get(person)
    if (!member) return
    const place = from === null ? null : Math.min(Math.max(from, 1), room.head)
    const unread = { from: place === 0 ? null : place, version: member.unread.version + 1 }
    this.book.transact(() => this.book.setMember(person, { unread }))
    this.crowd.tellUnread(person)
  }

  /** The person has read everything that is there, or was there up to a seq. False: they had. */
  readAll(person: string, upTo = Infinity): boolean {
    const { head, members } = this.book.awake()
    const before = members.get(person)
    if (!before) return false
    const read = Math.min(upTo, head)
    const { from, version } = before.unread
    const clears = from !== null && from <= read
    if (before.read >= read && !clears) return false
    this.mark(person, { t: 'mark', delivered: read, read, ...(clears && { unread: version }) })
    this.settle()
    return true
  }

  /** Marks the last message of someone else as unread. False: there is none. */
  unreadLast(person: string): boolean {
    const { historyFrom = 0 } = this.book.awake().members.get(person) ?? {}
    const seq = this.book.log.newestOfOthers(person, historyFrom)
    if (seq !== null) this.unread(person, seq)
    return seq !== null
  }

  /** Everyone has read everything: what an import brings is no news. */
  markAllRead(): void {
    const { head, members } = this.book.awake()
    this.risen.clear()
    this.book.setMarks([...members.keys()].map((person) => ({ person, delivered: head, read: head })))
  }

  private keepRisen(): void {
    const { room } = this.book
    // Once more: the members may have been read anew since.
    const marks = [...this.risen.values()].flatMap((mark) => {
      const member = room?.members.get(mark.person)
      return (room && member && advance(member, mark, room.head)) ?? []
    })
    this.risen.clear()
    if (marks.length === 0) return
    this.book.transact(() => this.book.setMarks(marks))
    this.crowd.raise(marks.map(({ person }) => person))
  }
}
