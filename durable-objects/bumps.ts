import type { RoomEvent } from '../protocol/events.ts'
import type { Preview } from '../protocol/inbox.ts'
import { limits } from '../protocol/limits.ts'
import type { MessageRow } from '../protocol/row.ts'
import type { Bump, BumpAnswer, InboxForOthers } from './between.ts'
import type { Book, Listener } from './book.ts'
import type { Objects } from './env.ts'
import { backoff } from './outbox/backoff.ts'
import { inParallel, within } from './parallel.ts'
import { Paces } from './paces.ts'
import { changesLines } from './room/lines.ts'
import { typingRate } from './room/pace.ts'
import { previewOf } from './room/preview.ts'
import type { Room, RoomMember } from './room/room.ts'
import { readTo, Unread, type News } from './room/unread.ts'
import type { Agenda } from './storage/agenda.ts'
import type { InboxRow, Inboxes, Told } from './storage/inboxes.ts'
import { ownerDeletedIt } from './storage/record.ts'
import { fault, warn } from './log.ts'

/** Inboxes that are told at once: enough to be quick, few enough not to hold up the sockets. */
const atOnce = 100

/** An inbox that does not answer for so long is asked again later, and holds up nobody else. */
const patienceMs = 2_000

/** A round that the process did not survive is begun again after this long. */
const lostRoundMs = 10_000

/** What one inbox is told, and from where on that is news to it. */
type Letter =
  | { to: string; n: number; kind: 'bump'; bump: Bump; since: number }
  | { to: string; n: number; kind: 'gone'; epoch: number }

/** What of a room is the same in everyone's line. */
interface Shared {
  room: Room
  last: Preview | null
  lastAt: number
  now: number
}

/**
 * Tells the members' inboxes what became of the room: at once what comes first, then together, at most every 500 ms.
 *
 * What has to be told is written in the step of what it follows from, and taken back only once the inbox has answered:
 * the watermark for what concerns everyone, a row for what concerns one person. A round that is lost is begun again with a
 * higher `n`, and the inbox keeps the highest. Who has no device is told nothing until their inbox says that they are
 * back; that someone is no member any more is told all the same.
 */
export class Bumps implements Listener {
  private readonly book: Book
  private readonly agenda: Agenda
  private readonly inboxes: Inboxes
  private readonly objects: Objects<InboxForOthers>
  private readonly unread: Unread
  private told: Told | null
  /** Something concerns everyone and is in no round yet. */
  private everyone: boolean
  private running: Promise<void> | null = null
  private beganAt = 0
  private timer: ReturnType<typeof setTimeout> | null = null
  private readonly typists = new Paces(typingRate)

  constructor(parts: { book: Book; agenda: Agenda; inboxes: Inboxes; objects: Objects<InboxForOthers> }) {
    const { book, agenda, inboxes, objects } = parts
    this.book = book
    this.agenda = agenda
    this.inboxes = inboxes
    this.objects = objects
    this.unread = new Unread(book.id, book.log)
    this.told = inboxes.told()
    this.everyone = this.told?.everyone ?? false
  }

  /**
   * The room is awake. In an epoch that nobody was told of, everyone is told how the room stands; but in its first one, in
   * which the seqs were not lifted, nothing was ever told that could be otherwise, and the lists come from Postgres.
   */
  awake(): void {
    const { epoch, head, members } = this.book.awake()
    if (this.told?.epoch === epoch) return
    this.unread.clear()
    this.book.transact(() => {
      const everyone = head >= limits.epochLift
      this.keep({ n: this.told?.n ?? 0, epoch, bumped: head, everyone })
      for (const row of this.inboxes.all().values()) {
        if (!members.has(row.person)) this.inboxes.put({ ...row, ...this.owing(), gone: true })
        else if (row.gone) this.inboxes.put(this.again(row))
        // What was put aside for someone who hears nothing is in the answer when they are back.
        else if (row.silent) this.inboxes.put({ ...row, owed: null })
      }
      this.everyone = everyone
      if (this.owes()) this.plan()
    })
  }

  /** The room sleeps from here on, and may be gone when it wakes: who its members were has to be known then. */
  setAside(): void {
    for (const person of this.book.awake().members.keys()) {
      this.inboxes.put({ ...this.inboxes.of(person), ...this.owing() })
    }
  }

  /** There is no such room any more: whoever was told of it hears that. The caller has opened the transaction. */
  vanished(): void {
    const rows = [...this.inboxes.all().values()]
    for (const row of rows) this.inboxes.put({ ...row, ...this.owing(), gone: true })
    this.everyone = false
    if (rows.length > 0) this.plan()
  }

  /** The storage is empty from here on. */
  forget(): void {
    this.undone()
    this.everyone = false
  }

  /** Whether someone has yet to hear of something. */
  owes(): boolean {
    return this.everyone || this.waiting().length > 0
  }

  happened(event: RoomEvent, rows: readonly MessageRow[], before: Room): void {
    const { members } = this.book.awake()
    let counts = false
    for (const row of rows) if (this.unread.put(row)) counts = true
    // Of what is old nothing is at hand, and so no row tells of it.
    if (event.kind === 'expired') this.unread.lapse(event.at)
    if (event.kind === 'account_erased') this.unread.clear()
    if ('person' in event) {
      const was = before.members.get(event.person)
      if (was && !members.has(event.person)) this.left(was)
      if (members.has(event.person)) this.stays(event.person)
    }
    if (event.kind === 'account_erased') this.inboxes.removeLeaver(event.person)
    if (this.concerns(event, counts)) this.owe()
  }

  marked(people: Iterable<string>): void {
    let owed = false
    for (const person of people) {
      const row = this.inboxes.of(person)
      // Who has no device has nobody to be told, and what concerns everyone tells this as well.
      if (row.silent || (this.everyone && !this.large())) continue
      this.inboxes.put({ ...row, owed: this.next() })
      owed = true
    }
    if (owed) this.plan()
  }

  compared(before: Room): void {
    const { members } = this.book.awake()
    const changed: string[] = []
    let shown = members.size !== before.members.size
    for (const [person, was] of before.members) {
      const now = members.get(person)
      if (now && ownLine(now) !== ownLine(was)) changed.push(person)
      if (now?.name !== was.name) shown = true
      if (!now) this.left(was)
    }
    for (const person of members.keys()) {
      if (before.members.has(person)) continue
      this.stays(person)
      shown = true
    }
    if (shown) this.owe()
    else this.marked(changed)
  }

  undone(): void {
    this.unread.clear()
    this.inboxes.forget()
    this.told = this.inboxes.told()
    this.everyone = this.told?.everyone ?? false
  }

  /** The person has a device again: how the room stands for them, who hears everything from here on. */
  back(person: string, visit: number): Bump {
    const row = this.inboxes.of(person)
    return this.book.transact(() => {
      const n = this.next()
      this.keep({ ...this.told!, n })
      const { shared } = this
      // While nobody listened the watermark stood still: what is in this answer is no news any more.
      const since = shared.room.head
      this.inboxes.put({ ...row, since, back: Math.max(row.back, visit), silent: null, failed: 0, due: 0 })
      return this.bumpOf(shared.room.members.get(person)!, n, null, shared)
    })
  }

  /** Someone is writing, or has stopped: for the room lists of a small room. Nobody misses it. */
  typing(person: string, on: boolean): void {
    const { members } = this.book.awake()
    if (members.size > limits.listTypingMembers || this.typists.wait(person, Date.now()) > 0) return
    const name = members.get(person)?.name ?? ''
    for (const other of members.keys()) {
      if (other === person || this.inboxes.of(other).silent) continue
      this.objects
        .getByName(other)
        .typing(this.book.id, person, name, on)
        .catch(() => {})
    }
  }

  /** The alarm: what is owed is told now. It does not wait for the inboxes, since other duties wait behind it. */
  ring(): void {
    this.agenda.plan('bump', Date.now() + lostRoundMs)
    void this.tell()
  }

  /** Tells what is owed, without a pause before. */
  async tell(): Promise<void> {
    await this.running
    this.beganAt = 0
    await this.run()
  }

  /** Tells what is owed, for as long as it is due. Never throws. */
  private async run(): Promise<void> {
    this.running ??= this.rounds().finally(() => {
      this.running = null
    })
    await this.running
  }

  private async rounds(): Promise<void> {
    try {
      while (this.due(Date.now())) await this.round()
      this.rest()
    } catch (error) {
      fault(`room ${this.book.id}: inboxes were not told: ${String(error)}`)
      this.agenda.plan('bump', Date.now() + lostRoundMs)
    }
  }

  private due(now: number): boolean {
    if (this.beganAt + limits.bumpEveryMs > now) return false
    return this.everyone || this.waiting().some(({ due }) => due <= now)
  }

  private async round(): Promise<void> {
    const { inboxes } = this
    const now = Date.now()
    this.beganAt = now
    const before = this.told
    const letters = this.letters(now)
    this.everyone = false
    const head = this.book.room?.head ?? 0
    const answers = await inParallel(letters, atOnce, (letter) => this.deliver(letter))
    // Another epoch began meanwhile, and with it everything was owed anew.
    if (!before || this.told?.epoch !== before.epoch) return
    this.book.transact(() => {
      const { n, epoch } = this.told!
      this.keep({ n, epoch, bumped: Math.max(before.bumped, head), everyone: this.everyone })
      for (const [index, letter] of letters.entries()) {
        const row = inboxes.of(letter.to)
        const after =
          letter.kind === 'bump' ? this.bumped(row, letter, answers[index]!) : gone(row, letter, answers[index]!)
        if (after === null) inboxes.remove(row.person)
        else if (after !== row) inboxes.put(after)
      }
    })
  }

  /** What is to be told now, and to whom; written down before it leaves is how high `n` has risen. */
  private letters(now: number): Letter[] {
    const { book, told, inboxes } = this
    if (!told) return []
    if (this.silenced()) return []
    const n = told.n + 1
    const letters: Letter[] = []
    for (const { person, due, gone } of this.waiting()) {
      if (gone && due <= now) letters.push({ to: person, n, kind: 'gone', epoch: told.epoch })
    }
    if (book.room && book.record.stopped() === null) {
      const { shared } = this
      for (const member of shared.room.members.values()) {
        const row = inboxes.of(member.person)
        if (row.due > now || row.silent?.wake === 'nothing' || !(this.everyone || row.owed !== null)) continue
        const since = row.since ?? told.bumped
        const news = this.unread.news(member, since, now)
        if (!this.wanted(row, news)) {
          if (row.owed !== null) inboxes.put({ ...row, owed: null, since: null, failed: 0 })
          continue
        }
        letters.push({ to: member.person, n, kind: 'bump', bump: this.bumpOf(member, n, news, shared), since })
      }
    }
    if (letters.length > 0) this.keep({ ...told, n })
    return letters
  }

  /** Whether someone is told: who has no device wants little, and a large room tells only whom it concerns. */
  private wanted({ silent, owed }: InboxRow, news: News): boolean {
    switch (silent?.wake) {
      case 'nothing':
        return false
      case 'mentions':
        return news === 'mention'
      case 'all':
        return news !== null
      case undefined:
        return owed !== null || news === 'mention' || !this.large()
    }
  }

  /** Null: it is not known to have arrived. */
  private async deliver(letter: Letter): Promise<BumpAnswer | null> {
    try {
      const inbox = this.objects.getByName(letter.to)
      if (letter.kind === 'bump') return await within(patienceMs, inbox.bump(letter.bump))
      await within(patienceMs, inbox.gone(this.book.id, letter.epoch, letter.n))
      return { state: 'taken' }
    } catch (error) {
      warn(`room ${this.book.id}: the inbox of ${letter.to} was not reached: ${String(error)}`)
      return null
    }
  }

  /** What is known of an inbox after a bump. */
  private bumped(row: InboxRow, { n, since }: Extract<Letter, { kind: 'bump' }>, answer: BumpAnswer | null): InboxRow {
    // They left meanwhile, and are to hear of that.
    if (row.gone) return row
    if (answer === null) return { ...failed(row), owed: row.owed ?? n, since }
    const reached = { ...row, failed: 0, due: 0, since: null }
    switch (answer.state) {
      case 'taken': {
        const owed = row.owed !== null && row.owed > n ? row.owed : null
        const same = row.owed === owed && row.failed === 0 && row.since === null && row.silent === null
        return same ? row : { ...reached, owed, silent: null }
      }
      case 'nobody': {
        // It was said before they came back: they are here.
        if (answer.visit < row.back) return { ...reached, ...this.owing(), since }
        return { ...reached, owed: null, silent: { visit: answer.visit, wake: answer.wake } }
      }
    }
  }

  /** Plans what is left. */
  private rest(): void {
    const later = this.beganAt + limits.bumpEveryMs
    const times = this.waiting().map(({ due }) => Math.max(due, later))
    if (this.everyone && this.book.room) times.push(later)
    if (this.silenced() || times.length === 0) this.agenda.done('bump')
    else this.agenda.plan('bump', Math.min(...times))
    this.agenda.arm()
  }

  /** Something concerns everyone. */
  private owe(): void {
    if (this.everyone || !this.told || !this.heard()) return
    this.everyone = true
    this.keep({ ...this.told, everyone: true })
    this.plan()
  }

  private left({ person, name }: RoomMember): void {
    this.inboxes.setLeaver(person, name)
    this.inboxes.put({ ...this.inboxes.of(person), ...this.owing(), gone: true })
    this.plan()
  }

  private stays(person: string): void {
    const row = this.inboxes.of(person)
    if (row.gone) this.inboxes.put(this.again(row))
  }

  /** A member again before they heard that they were not. Whether they did is not known, and so they are not silent any more. */
  private again(row: InboxRow): InboxRow {
    return { ...row, ...this.owing(), gone: false, silent: null }
  }

  /** Plans the next round, in the step of what it has to tell. */
  private plan(): void {
    const now = Date.now()
    const next = this.beganAt + limits.bumpEveryMs
    // What is told at once is told by the timer; the alarm is for a process that does not get that far.
    this.agenda.hasten('bump', next > now ? next : now + limits.bumpEveryMs)
    if (next > now || this.running) return
    this.timer ??= setTimeout(() => {
      this.timer = null
      void this.run()
    })
  }

  private concerns(event: RoomEvent, counts: boolean): boolean {
    if (!changesLines(event)) return false
    if (event.kind !== 'edited' && event.kind !== 'deleted' && event.kind !== 'undeleted') return true
    const { target } = event
    if (target === this.book.log.newest()) return true
    if (!counts) return false
    for (const member of this.book.awake().members.values()) if (readTo(member) < target) return true
    return false
  }

  private bumpOf(member: RoomMember, n: number, news: News, { room, last, lastAt, now }: Shared): Bump {
    const { facts, epoch, members, head } = room
    const { person, role, delivered, read, unread, historyFrom } = member
    const other = facts.type === 'direct' ? otherThan(person, members) : null
    return {
      ...{ room: facts.id, epoch, n, type: facts.type, name: facts.name ?? other?.name ?? null },
      ...{ other: other?.person ?? null, role, memberCount: members.size, head, delivered, read, unread },
      ...this.unread.of(member, now),
      last: last && last.seq > historyFrom ? last : null,
      ...{ lastAt, news },
    }
  }

  private get shared(): Shared {
    const room = this.book.awake()
    const now = Date.now()
    const row = this.book.log.newestRow()
    return {
      room,
      now,
      last: row && previewOf(row, this.nameOf(row.by), now),
      lastAt: this.book.log.wroteAt() ?? room.facts.createdAt,
    }
  }

  /** What someone is called who is a member, or was one. */
  nameOf(person: string | null): string | null {
    return person === null ? null : (this.book.awake().members.get(person)?.name ?? this.inboxes.leaver(person))
  }

  /** Those to whom something is owed that can be told as the room stands: of one that sleeps, only that it is gone. */
  private waiting(): InboxRow[] {
    return [...this.inboxes.all().values()].filter(
      ({ owed, gone }) => owed !== null && (gone || this.book.room !== null),
    )
  }

  /** Whether this object must not say how the room stands: another one may know better. */
  private silenced(): boolean {
    const why = this.book.room && this.book.record.stopped()
    return why !== null && why !== ownerDeletedIt
  }

  /** Whether there is anyone to whom a change of lines is told. */
  private heard(): boolean {
    for (const person of this.book.awake().members.keys()) {
      if (this.inboxes.of(person).silent?.wake !== 'nothing') return true
    }
    return false
  }

  private large(): boolean {
    return this.book.awake().members.size > limits.bumpMembers
  }

  private next(): number {
    return (this.told?.n ?? 0) + 1
  }

  private owing(): Pick<InboxRow, 'owed' | 'failed' | 'due'> {
    return { owed: this.next(), failed: 0, due: 0 }
  }

  private keep(told: Told): void {
    this.told = told
    this.inboxes.setTold(told)
  }
}

/** What of a member changes their own line alone. */
function ownLine({ role, historyFrom, read, unread, blocks }: RoomMember): string {
  return [role, historyFrom, read, unread.from, ...blocks].join()
}

/** What is known of an inbox that was told that the person is no member; null: nothing any more. */
function gone(row: InboxRow, { n }: Letter, answer: BumpAnswer | null): InboxRow | null {
  // They are a member again, or left once more since.
  if (!row.gone || (row.owed ?? 0) > n) return row
  return answer === null ? failed(row) : null
}

function failed(row: InboxRow): InboxRow {
  const times = row.failed + 1
  return { ...row, failed: times, due: Date.now() + backoff(times, Math.random()) }
}

function otherThan(person: string, members: Room['members']): RoomMember | null {
  for (const member of members.values()) if (member.person !== person) return member
  return null
}
