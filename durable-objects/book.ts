import type { RoomEvent } from '../protocol/events.ts'
import { limits } from '../protocol/limits.ts'
import type { Marks } from '../protocol/downstream.ts'
import type { MessageRow } from '../protocol/row.ts'
import { messageOf } from '../protocol/message.ts'
import { derivedId } from './digest.ts'
import type { Changed } from './room/changed.ts'
import { evolve, withChange, withMarks, type Room, type RoomMember } from './room/room.ts'
import { facts, type Log } from './storage/log.ts'
import type { RoomState } from './outbox/database.ts'
import type { RoomRecord } from './storage/record.ts'

/** Whoever has to know what is written, in the same step. */
export interface Listener {
  /** An event, the rows that it touched, and the room as it was before. */
  happened(event: RoomEvent, rows: readonly MessageRow[], before: Room): void
  /** People have read on, or marked something as unread. */
  marked(people: Iterable<string>): void
  /** The members were read anew. */
  compared(before: Room): void
  /** What was written was taken back. */
  undone(): void
}

/**
 * What the room knows, in memory and on disk in one step. Everything else in the object reads it here and writes
 * through it; whoever writes tells the sockets afterwards.
 */
export class Book {
  readonly id: string
  readonly log: Log
  readonly record: RoomRecord
  /** Null until the storage or Postgres has told. */
  room: Room | null
  private readonly storage: DurableObjectStorage
  /** Something is there that Postgres does not have. */
  private readonly wanted: () => void
  private readonly listeners: Listener[] = []

  constructor(id: string, storage: DurableObjectStorage, log: Log, record: RoomRecord, wanted: () => void) {
    this.id = id
    this.storage = storage
    this.log = log
    this.record = record
    this.wanted = wanted
    this.room = record.load(log.head())
  }

  listen(listener: Listener): void {
    this.listeners.push(listener)
  }

  awake(): Room {
    if (!this.room) throw new Error('The room is not awake.')
    return this.room
  }

  /** Reads everything anew from the storage. */
  reload(): void {
    this.room = this.record.load(this.log.head())
  }

  /** Stores all or nothing, and knows no more than it stored. */
  transact<T>(work: () => T): T {
    const before = this.room
    try {
      return this.storage.transactionSync(work)
    } catch (error) {
      this.room = before
      for (const listener of this.listeners) listener.undone()
      throw error
    }
  }

  /** Stores events that follow each other, with all that follows from them. The caller has opened the transaction. */
  append(events: RoomEvent[]): Changed {
    const start = this.awake().head + 1
    const rows = new Map(events.flatMap((event) => this.appendOne(event)).map((row) => [row.seq, row]))
    this.wanted()
    const messages = [...rows.values()].sort((a, b) => a.rev - b.rev || a.seq - b.seq).map(messageOf)
    return { covers: [start, this.awake().head], messages, ...facts(events) }
  }

  setMember(person: string, change: Partial<RoomMember>): void {
    this.room = withChange(this.awake(), person, change)
    const member = this.room.members.get(person)
    if (member) this.record.setMarks(member)
    this.wanted()
    this.marked([person])
  }

  /** The marks of several members move together: a room of a thousand is copied once for all of them. */
  setMarks(marks: readonly Marks[]): void {
    const { members: before } = this.awake()
    this.room = withMarks(this.awake(), marks)
    const read: string[] = []
    for (const { person } of marks) {
      const member = this.room.members.get(person)
      if (!member) continue
      this.record.setMarks(member)
      if (member.read !== before.get(person)?.read) read.push(person)
    }
    this.wanted()
    this.marked(read)
  }

  /** Takes the members as Postgres has them. */
  replaceMembers(state: RoomState, now: number): void {
    const before = this.awake()
    this.record.replaceMembers(state, now)
    this.reload()
    for (const listener of this.listeners) listener.compared(before)
  }

  setFlushed(seq: number): void {
    this.record.setFlushed(seq)
    this.room = { ...this.awake(), flushed: seq }
  }

  /** Drops from the log what is old, safe in Postgres, and more than it has to keep. */
  prune(now: number): void {
    const parked = this.record.parked()[0]?.seq ?? Infinity
    let before: number
    do {
      before = this.awake().floor
      const { head, flushed } = this.awake()
      const last = Math.min(head - limits.logEvents, flushed, parked - 1)
      this.transact(() => {
        const floor = this.log.prune(before, last, now - limits.logMs)
        if (floor !== before) this.record.setFloor(floor)
        this.room = { ...this.awake(), floor }
      })
    } while (this.awake().floor > before)
  }

  /** The id of an event that no client named. */
  derivedId(seq: number): string {
    return derivedId(this.id, this.awake().epoch, seq)
  }

  private marked(people: readonly string[]): void {
    for (const listener of this.listeners) listener.marked(people)
  }

  private appendOne(event: RoomEvent) {
    const rows = this.log.append(event)
    const before = this.awake()
    const after = evolve(before, event)
    this.room = after
    if (after.facts !== before.facts) this.record.setFacts(after.facts)
    if (after.members !== before.members) this.keepMember(event, after)
    if (event.kind === 'account_erased') this.record.addErasing(event)
    for (const listener of this.listeners) listener.happened(event, rows, before)
    return rows
  }

  private keepMember(event: RoomEvent, { members }: Room): void {
    if (!('person' in event)) return
    const member = members.get(event.person)
    if (member) this.record.putMember(member)
    else this.record.removeMember(event.person)
  }
}
