import type { Downstream } from '../protocol/downstream.ts'
import { limits } from '../protocol/limits.ts'
import type { Book } from './book.ts'
import type { Feed } from './feed.ts'
import { shownCall, type LiveCall } from './room/call.ts'
import type { Changed } from './room/changed.ts'
import { here } from './room/here.ts'
import { open, seenBy, shownTo } from './room/room.ts'
import { attach, attached, isWelcomed, type Sockets } from './sockets.ts'
import type { Agenda } from './storage/agenda.ts'
import { Typists } from './typists.ts'

/** Everyone who listens, and what they are told as it happens. */
export class Crowd {
  private readonly book: Book
  private readonly sockets: Sockets
  private readonly feed: Feed
  private readonly agenda: Agenda
  private readonly typists: Typists
  private readonly raised = new Set<string>()
  private raisedAt = 0
  private raising = false
  private lastHere = ''
  private telling = false
  private tellingCall = false
  /** The call that is live. */
  call: () => LiveCall | null = () => null

  constructor(book: Book, sockets: Sockets, feed: Feed, agenda: Agenda) {
    this.book = book
    this.sockets = sockets
    this.feed = feed
    this.agenda = agenda
    this.typists = new Typists(sockets)
  }

  send(socket: WebSocket, frame: Downstream): void {
    this.sockets.send(socket, frame)
  }

  /** Tells every live socket what has just changed. */
  announce(changed: Changed): void {
    this.feed.announce(changed)
  }

  /** Someone is writing, or has stopped. Where much happens, this is what nobody misses. */
  typing(person: string, on: boolean): void {
    if (this.crowded()) this.typists.heard(person, on)
    else if (!this.feed.busy(Date.now())) this.sockets.broadcast({ t: 'typing', person, on }, person)
  }

  /** The person looks at the room, or has it open elsewhere: who looks away is here no longer. */
  look(socket: WebSocket, away: boolean): void {
    attach(socket, { ...attached(socket), away })
    this.tellWhoIsHere()
  }

  /** Marks are told together, at most every 100 ms, in a crowd every 5 s. */
  raise(people: Iterable<string>): void {
    for (const person of people) this.raised.add(person)
    if (this.raising || this.raised.size === 0) return
    const wait = this.raisedAt + (this.crowded() ? limits.crowdedMarksEveryMs : limits.marksEveryMs) - Date.now()
    if (wait <= 0) return this.tellMarks()
    this.raising = true
    setTimeout(() => this.tellMarks(), wait)
  }

  tellMembers(): void {
    const { membersVersion: version, members } = this.book.awake()
    this.tellEach((viewer) => {
      return { t: 'members', version, members: [...members.values()].map((member) => seenBy(viewer, member)) }
    })
  }

  tellRoom(): void {
    this.sockets.broadcast({ t: 'room', room: this.book.awake().facts })
  }

  /** The call has changed. Told together, at most every 100 ms. */
  tellCall(): void {
    if (this.tellingCall) return
    this.tellingCall = true
    setTimeout(() => {
      this.tellingCall = false
      if (this.book.room) this.sockets.broadcast({ t: 'call', call: shownCall(this.call()) })
    }, limits.marksEveryMs)
  }

  /** Tells the person's own devices of their mark as unread. */
  tellUnread(person: string): void {
    const unread = this.book.awake().members.get(person)?.unread
    if (!unread) return
    for (const socket of this.sockets.of(person)) {
      if (isWelcomed(attached(socket))) this.sockets.send(socket, { t: 'unread', ...unread })
    }
  }

  /** Who is here by name, as this person sees it; nobody where there are too many to name. */
  hereFor(viewer: string, now: number): string[] {
    return shownTo(viewer, this.here(now), this.book.awake())
  }

  /** Who is here is told as marks are: when many come back at once, each of them changes the list for all the others. */
  tellWhoIsHere(): void {
    const people = this.here(Date.now())
    // Alone, nobody is left who would want to know of a lease that runs out.
    if (people.length > 1) this.agenda.hasten('presence', Date.now() + limits.presenceSweepMs)
    else this.agenda.done('presence')
    if (this.telling || this.shown(people) === this.lastHere) return
    this.telling = true
    setTimeout(() => {
      this.telling = false
      const { room } = this.book
      const now = this.here(Date.now())
      if (!room || this.shown(now) === this.lastHere) return
      this.lastHere = this.shown(now)
      this.tellEach((viewer) => ({ t: 'here', people: shownTo(viewer, now, room) }))
    }, limits.marksEveryMs)
  }

  private here(now: number): string[] {
    return this.crowded() ? [] : here(this.sockets.presences(), now)
  }

  /** Who is here, and who of them is not shown to whom. */
  private shown(people: readonly string[]): string {
    const members = this.book.room?.members
    return people.map((person) => [person, ...(members?.get(person)?.blocks ?? [])].join('>')).join()
  }

  private crowded(): boolean {
    return this.sockets.count() > limits.crowdedViewers
  }

  private tellMarks(): void {
    this.raising = false
    this.raisedAt = Date.now()
    const { room } = this.book
    const people = [...this.raised]
    this.raised.clear()
    if (!room) return
    const members = people.map((person) => room.members.get(person)).filter((member) => member !== undefined)
    this.tellEach((viewer) => {
      const marks = members.map((member) => {
        const { person, delivered, read } = seenBy(viewer, member)
        return { person, delivered, read }
      })
      return { t: 'marks', marks }
    })
  }

  /** One frame for all where everyone sees the same, and one for each where they do not. */
  private tellEach(frame: (viewer: string) => Downstream): void {
    if (open(this.book.awake())) return this.sockets.broadcast(frame(''))
    for (const socket of this.sockets.welcomed()) this.sockets.send(socket, frame(attached(socket).person))
  }
}
