import type { CallEnded, CallStarted, RoomEvent } from '../protocol/events.ts'
import type { Ring } from '../protocol/inbox.ts'
import { limits } from '../protocol/limits.ts'
import { may } from '../protocol/permissions.ts'
import type * as z from 'zod/mini'
import type { InboxForOthers, LiveMeeting } from './between.ts'
import type { Book } from './book.ts'
import type { Crowd } from './crowd.ts'
import { commandHash, overCommand } from './digest.ts'
import type { Objects } from './env.ts'
import { Paces } from './paces.ts'
import { within } from './parallel.ts'
import {
  answered,
  begun,
  dispersed,
  gathered,
  gathering,
  lapsed,
  lapsesAt,
  left,
  type LiveCall,
  type Then,
} from './room/call.ts'
import { callRate } from './room/pace.ts'
import { blockedIn } from './room/room.ts'
import type { Agenda } from './storage/agenda.ts'
import type { OwedRing, RingTable } from './storage/rings.ts'
import { warn } from './log.ts'

/** What became of the wish to call, seen from outside. `over`: it was carried out, and that call has ended. */
export type CallAnswer =
  | { outcome: 'live'; call: LiveCall; begun: boolean }
  | { outcome: 'over' | 'conflict' }
  | { outcome: 'forbidden'; detail: string }
  | { outcome: 'slow_down'; retryAfterMs: number }

/** An inbox that did not answer is told again after this long: a ring is worth little later. */
const retryMs = 2_000

type Unplaced<E> = E extends unknown ? Omit<E, 'seq' | 'at' | 'id'> : never

/**
 * The room's one live call: who is in it and for whom it rings. It is kept in storage, so that it outlives the object's
 * sleep, and its beginning and its end are rows in the log. What inboxes have to hear of it is owed until they did, or until
 * it would have stopped ringing by itself.
 */
export class Calls {
  private readonly book: Book
  private readonly crowd: Crowd
  private readonly agenda: Agenda
  private readonly objects: Objects<InboxForOthers>
  private readonly secret: string
  private readonly table: RingTable
  /** People whose inbox is being told: of two things the first has to arrive first. */
  private readonly busy = new Set<string>()
  private readonly paces = new Paces(callRate)

  constructor(parts: {
    book: Book
    crowd: Crowd
    agenda: Agenda
    objects: Objects<InboxForOthers>
    secret: string
    table: RingTable
  }) {
    const { book, crowd, agenda, objects, secret, table } = parts
    this.book = book
    this.crowd = crowd
    this.agenda = agenda
    this.objects = objects
    this.secret = secret
    this.table = table
  }

  live(): LiveCall | null {
    return this.table.call()
  }

  /** Starts a call. While one is live, that is the answer; the same id starts one call, for ever. */
  start(by: string, asked: { id: string; media: LiveCall['media'] }): CallAnswer {
    const room = this.book.awake()
    const hash = commandHash(by, { t: 'call', ...asked }, this.secret)
    const known = this.book.log.find(asked.id)
    if (known && known.hash !== hash) return { outcome: 'conflict' }
    const live = this.live()
    if (known) return live ? { outcome: 'live', call: live, begun: false } : { outcome: 'over' }
    const detail = this.forbids(by)
    if (detail) return { outcome: 'forbidden', detail }
    const now = Date.now()
    // Also while one is live: each id is remembered for ever.
    const retryAfterMs = this.paces.wait(by, now)
    if (retryAfterMs > 0) return { outcome: 'slow_down', retryAfterMs }
    if (live) {
      this.book.transact(() => this.book.log.rememberCommand(asked.id, room.head, hash, now))
      return { outcome: 'live', call: live, begun: false }
    }
    const call = begun({ ...asked, by, rings: this.rungBy(by) }, now)
    this.write(() => {
      this.table.setCall(call)
      for (const person of call.rings) this.table.put({ person, call: call.id, why: null, owed: true, due: 0 })
      this.book.log.rememberCommand(asked.id, room.head + 1, hash, now)
      return { kind: 'call_started', by, meeting: call.id, media: call.media }
    })
    return { outcome: 'live', call, begun: true }
  }

  /** Someone takes a call or declines it. False: it is over. */
  answer(person: string, id: string, how: 'accept' | 'decline'): boolean {
    const call = this.live()
    if (call?.id !== id) return false
    this.take(call, answered(call, person, how, this.direct(), Date.now()))
    return true
  }

  /** Someone leaves a call, or takes it back while it rings. False: it is over. */
  leave(person: string, id: string): boolean {
    const call = this.live()
    if (call?.id !== id) return false
    this.take(call, left(call, person, this.direct(), Date.now()))
    return true
  }

  /**
   * A meeting of the room says who is in it. It is the room's call from here on, without ringing where the room did not begin it.
   * `busy`: another one is live. What comes late, after its end, changes nothing.
   */
  meets({ meeting, call: id, media, by, people: there, guests }: LiveMeeting): 'heard' | 'busy' {
    const { members } = this.book.awake()
    const people = there.filter((person) => members.has(person))
    const now = Date.now()
    const live = this.live()
    if (live?.id === id) {
      this.take(live, gathered(live, { meeting, people, guests }, now))
      return 'heard'
    }
    if (this.book.log.find(overCommand(this.book.id, id)) || people.length + guests === 0) return 'heard'
    // Of one that rings, or that a meeting tells of, somebody is waiting for the other end.
    if (live && (live.met || live.ringsUntil !== null)) return 'busy'
    if (live) this.take(live, dispersed(live, now))
    this.write(() => {
      this.table.setCall(gathering({ meeting, media, by, people, guests }, id, now))
      this.book.log.rememberCommand(id, this.book.awake().head + 1, '', now)
      return { kind: 'call_started', by, meeting: id, media }
    })
    return 'heard'
  }

  /** Its meeting says that it is over, for good. */
  over(id: string): void {
    const live = this.live()
    const now = Date.now()
    this.book.transact(() => {
      this.book.log.rememberCommand(overCommand(this.book.id, id), this.book.awake().head, '', now)
    })
    if (live?.id === id) this.take(live, dispersed(live, now))
  }

  /** Whoever is no member any more is in no call either, and a block ends what it would not have let begin. */
  settle(): void {
    // One that may not write does so once it has begun anew.
    if (!this.writes()) return
    const { members } = this.book.awake()
    for (const person of [...(this.live()?.people ?? []), ...(this.live()?.rings ?? [])]) {
      const call = this.live()
      if (!call) return
      const stays = members.has(person) && !this.apart(call, person)
      // Between two a block ends the call, whatever its meeting says.
      if (!stays && call.met && blockedIn(this.book.awake(), person)) this.take(call, dispersed(call, Date.now()))
      else if (!stays) this.take(call, left(call, person, this.direct(), Date.now()))
    }
  }

  /** What the time has brought, and what inboxes have yet to hear. */
  ring(): void {
    const call = this.live()
    if (call && this.writes()) this.take(call, lapsed(call, Date.now()))
    this.tell()
    this.plan()
    this.agenda.arm()
  }

  /** Whether a block stands between this person and the call: in a direct room, or while it rings for them. */
  private apart({ by, rings }: LiveCall, person: string): boolean {
    if (blockedIn(this.book.awake(), person)) return true
    return rings.includes(person) && this.blocked(by, person)
  }

  private take(call: LiveCall, then: Then): void {
    if (then.call === call) return
    this.write(() => {
      this.table.setCall(then.call)
      for (const { person, why } of then.over) this.table.put({ person, call: call.id, why, owed: true, due: 0 })
      return then.call ? null : { kind: 'call_ended', meeting: call.id, ...then.ended }
    })
  }

  /** Stores what happened with the row that tells it, in one step, and tells everyone. */
  private write(work: () => Unplaced<z.infer<typeof CallStarted> | z.infer<typeof CallEnded>> | null): void {
    const { book } = this
    const changed = book.transact(() => {
      const said = work()
      this.plan()
      const seq = book.awake().head + 1
      return said && book.append([{ ...said, seq, at: Date.now(), id: book.derivedId(seq) } satisfies RoomEvent])
    })
    if (changed) this.crowd.announce(changed)
    this.crowd.tellCall()
    this.tell()
  }

  /** Why this person may not call here, in words; null: they may. */
  private forbids(by: string): string | null {
    const room = this.book.awake()
    const { role, silencedUntil = 0 } = room.members.get(by)!
    if (silencedUntil > Date.now()) return 'A moderator has silenced you here.'
    if (!may(role, 'start_call')) return 'Your role in this room does not allow this.'
    return blockedIn(room, by) ? 'You cannot call each other here.' : null
  }

  /** For whom a call rings; null: for nobody, since there is nobody, or too many. */
  private rungBy(by: string): string[] | null {
    const { members } = this.book.awake()
    if (members.size < 2 || members.size > limits.ringMembers) return null
    return [...members.keys()].filter((person) => person !== by && !this.blocked(by, person))
  }

  /** Whether one of the two blocks the other. */
  private blocked(one: string, other: string): boolean {
    const { members } = this.book.awake()
    return Boolean(members.get(one)?.blocks.includes(other) || members.get(other)?.blocks.includes(one))
  }

  /** Tells inboxes what they have yet to hear. Not waited for. */
  private tell(): void {
    const now = Date.now()
    this.table.forget(now - 2 * limits.ringMs)
    for (const ring of this.table.all()) {
      if (!ring.owed || ring.due > now || this.busy.has(ring.person)) continue
      this.busy.add(ring.person)
      void this.deliver(ring)
    }
  }

  private async deliver(ring: OwedRing): Promise<void> {
    const { person, call, why } = ring
    const arrived = await this.say(ring)
    this.busy.delete(person)
    const now = this.table.of(person, call)
    if (!now) return
    // Taken back meanwhile: what it is by now is told next.
    if (now.why === why) {
      if (!arrived) this.table.put({ ...now, due: Date.now() + retryMs })
      else if (why === null) this.table.put({ ...now, owed: false })
      else this.table.remove(person, call)
    }
    this.plan()
    this.agenda.arm()
    this.tell()
  }

  private async say({ person, call, why }: OwedRing): Promise<boolean> {
    try {
      const inbox = this.objects.getByName(person)
      if (why !== null) await within(retryMs, inbox.ringOver(this.book.id, call, why))
      else {
        // Who is a member is not known while the room sleeps.
        if (!this.book.room) return false
        const ring = this.ringFor(call)
        if (ring) await within(retryMs, inbox.ring(ring))
      }
      return true
    } catch (error) {
      warn(`room ${this.book.id}: ${person} was not told of a call: ${String(error)}`)
      return false
    }
  }

  private ringFor(id: string): Ring | null {
    const call = this.live()
    if (call?.id !== id || call.ringsUntil === null || !this.book.room) return null
    const { facts, members } = this.book.room
    const name = members.get(call.by)?.name ?? ''
    const { media, by, ringsUntil: until } = call
    return { room: facts.id, call: id, media, roomName: facts.name ?? name, by, name, until }
  }

  /** Plans what the call needs next: that it stops ringing, that it ends, that an inbox is told again. */
  private plan(): void {
    const call = this.live()
    const owed = this.table.all().filter((ring) => ring.owed)
    const times = owed.map(({ due }) => Math.max(due, Date.now() + retryMs))
    if (call) times.push(this.writes() ? lapsesAt(call) : Math.max(lapsesAt(call), Date.now() + retryMs))
    if (times.length === 0) this.agenda.done('ring')
    else this.agenda.plan('ring', Math.min(...times))
  }

  /** Whether this object may write: one that sleeps, or whose epoch another one took, may not. */
  private writes(): boolean {
    return this.book.room !== null && this.book.record.stopped() === null
  }

  private direct(): boolean {
    return this.book.awake().facts.type === 'direct'
  }
}
