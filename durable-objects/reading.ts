import type { Mark } from '../protocol/upstream.ts'
import type { Book } from './book.ts'
import type { Crowd } from './crowd.ts'
import { advance } from './room/marks.ts'

/** How far people have received and read, and what they have set aside for later. */
export class Reading {
  private readonly book: Book
  private readonly crowd: Crowd

  constructor(book: Book, crowd: Crowd) {
    this.book = book
    this.crowd = crowd
  }

  mark(person: string, mark: Mark): void {
    const room = this.book.awake()
    const member = room.members.get(person)
    if (!member) return
    const next = advance(member, mark, room.head)
    // Reading clears a mark as unread only when the reader has seen that very one.
    const clears = member.unread.from !== null && mark.unread === member.unread.version
    if (!next && !clears) return
    const unread = clears ? { from: null, version: member.unread.version + 1 } : member.unread
    const { delivered, read } = next ?? member
    this.book.transact(() => this.book.setMember(person, { delivered, read, unread }))
    if (next) this.crowd.raise([person])
    if (clears) this.crowd.tellUnread(person)
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

  /** Everyone has read everything: what an import brings is no news. */
  markAllRead(): void {
    const { head, members } = this.book.awake()
    for (const person of members.keys()) this.book.setMember(person, { delivered: head, read: head })
  }
}
