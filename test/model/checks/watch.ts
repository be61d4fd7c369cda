import type { RoomEvent } from '../../../protocol/events.ts'
import type { Message } from '../../../protocol/message.ts'
import type { Sent } from '../platform/fake-socket.ts'
import type { FakeStorage } from '../platform/fake-storage.ts'

/** What must hold was seen not to hold. */
export class Violation extends Error {}

/**
 * Sees everything that is committed and everything that is said, and compares: nothing is said that is not kept, no
 * place is given twice, no mark falls, nobody who was sent away hears another word.
 */
export class Watch {
  /** Whatever was ever committed: the id at each place. */
  readonly ids = new Map<number, string>()
  /** Where each id was placed last: a new epoch gives what it takes along new places. */
  private readonly places = new Map<string, number>()
  /** The places that each acknowledged id was given. */
  readonly acks = new Map<string, Set<number>>()
  /** Ids whose last copy a lost disk or a restored database took away. */
  readonly mayBeLost = new Set<string>()
  /** The places at which a message stands, not a change of one. */
  private readonly rows = new Set<number>()
  /** Messages that were changed after they were posted. */
  readonly changed = new Set<number>()
  private readonly idsOfEpoch = new Set<string>()
  private readonly barred = new Set<string>()
  private marks = new Map<string, { delivered: number; read: number }>()
  /** Ids that a restored database lacks and the log had then: it sends them again unless it drops them first. */
  readonly owedAgain = new Set<string>()
  private epoch = 0
  private floor = 0
  private head = 0
  private failure: Violation | null = null

  /** Remembers the first; it is thrown by the next check. */
  fail(what: string): void {
    this.failure ??= new Violation(what)
  }

  check(): void {
    if (this.failure) throw this.failure
  }

  /** The object's disk has reached a new state. */
  committed(storage: FakeStorage, inPostgres: () => ReadonlySet<string>): void {
    const [room] = storage.read<{ epoch: number; floor: number }>('select epoch, floor from room')
    if (!room) return
    if (room.epoch !== this.epoch) {
      this.epoch = room.epoch
      this.head = room.floor - 1
      this.floor = room.floor
      this.marks.clear()
      this.idsOfEpoch.clear()
    }
    for (const { seq, event } of storage.read<{ seq: number; event: string }>(
      'select seq, event from log where seq > ? order by seq',
      this.head,
    )) {
      if (seq !== this.head + 1) this.fail(`the log goes on at ${seq} after ${this.head}`)
      this.head = seq
      this.place(JSON.parse(event) as RoomEvent)
    }
    if (room.floor > this.floor) this.dropped(this.floor, room.floor, inPostgres())
    this.floor = room.floor
    const before = this.marks
    this.marks = new Map()
    for (const { person, delivered, read } of storage.read<{ person: string; delivered: number; read: number }>(
      'select person, delivered, read from members',
    )) {
      const mark = before.get(person)
      if (mark && (delivered < mark.delivered || read < mark.read)) this.fail(`a mark of ${person} fell`)
      if (read > delivered) this.fail(`${person} has read up to ${read} and received up to ${delivered}`)
      this.marks.set(person, { delivered, read })
      this.barred.delete(person)
    }
  }

  acked(id: string, seq: number): void {
    if (this.ids.get(seq) !== id) this.fail(`${id} was acknowledged at ${seq}, where ${this.ids.get(seq)} is kept`)
    const seqs = this.acks.get(id) ?? new Set()
    this.acks.set(id, seqs.add(seq))
  }

  /** Someone sees these messages, as the whole of what changed in a range. */
  shown(messages: readonly Message[], from: number, to: number): void {
    let last = { rev: from - 1, seq: Infinity }
    for (const { seq, rev, id } of messages) {
      if (this.ids.get(seq) !== id) this.fail(`${id} was shown at ${seq}, where ${this.ids.get(seq)} is kept`)
      // What one event touched stands together, by seq.
      const follows = rev > last.rev || (rev === last.rev && seq > last.seq)
      if (!follows || rev > to) this.fail(`changes ${from}..${to} hold rev ${rev} after ${last.rev}`)
      last = { rev, seq }
    }
  }

  /** The room says something to a person. */
  sent(person: string, sent: Sent): void {
    if ('close' in sent && sent.close === 4403) this.barred.add(person)
    if ('text' in sent && this.barred.has(person)) this.fail(`${person} was sent away and heard ${sent.text}`)
  }

  /** Whether a message still stands at this place. */
  stands(seq: number): boolean {
    const id = this.ids.get(seq)
    return id !== undefined && this.rows.has(seq) && this.places.get(id) === seq && !this.mayBeLost.has(id)
  }

  /** The log holds nothing below a new floor any more. */
  private dropped(from: number, floor: number, kept: ReadonlySet<string>): void {
    for (let seq = from; seq < floor; seq++) {
      const id = this.ids.get(seq)
      if (id === undefined || kept.has(id)) continue
      if (this.owedAgain.has(id)) this.mayBeLost.add(id)
      else this.fail(`the log dropped ${id} at ${seq}, which Postgres does not have`)
    }
  }

  private place(event: RoomEvent): void {
    if (!('id' in event)) return
    const before = this.ids.get(event.seq)
    if (before !== undefined && before !== event.id)
      this.fail(`place ${event.seq} was given to ${before} and ${event.id}`)
    if (this.idsOfEpoch.has(event.id)) this.fail(`${event.id} was posted twice`)
    this.idsOfEpoch.add(event.id)
    this.ids.set(event.seq, event.id)
    if ('target' in event) this.changed.add(event.target)
    else this.rows.add(event.seq)
    this.places.set(event.id, event.seq)
  }
}
