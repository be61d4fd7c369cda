import type { Downstream } from '../protocol/downstream.ts'
import { limits } from '../protocol/limits.ts'
import type { Message } from '../protocol/message.ts'
import type { Book } from './book.ts'
import { chunks } from './frames.ts'
import { here } from './room/here.ts'
import { open, seenBy } from './room/room.ts'
import { attach, attached, type Sockets } from './sockets.ts'
import type { Agenda } from './storage/agenda.ts'
import type { Changed } from './storage/log.ts'

/** Everyone who listens, and what they are told as it happens. */
export class Crowd {
  private readonly book: Book
  private readonly sockets: Sockets
  private readonly agenda: Agenda
  private readonly raised = new Set<string>()
  private lastHere = ''
  private telling = false

  constructor(book: Book, sockets: Sockets, agenda: Agenda) {
    this.book = book
    this.sockets = sockets
    this.agenda = agenda
  }

  send(socket: WebSocket, frame: Downstream): void {
    this.sockets.send(socket, frame)
  }

  /** Tells every live socket what has just changed. */
  announce({ covers: [from, to], messages, ...facts }: Changed): void {
    let start = from
    const runs: Message[][] = [...chunks(messages)]
    for (const [index, run] of runs.entries()) {
      const last = index === runs.length - 1
      // Where one frame is not enough, what touched many messages comes with the last.
      const end = last ? to : run.at(-1)!.rev
      const covers: [number, number] = [start, end]
      this.sockets.broadcast({ t: 'changes', covers, messages: run, live: true, ...(last && facts) })
      start = end + 1
    }
    this.sockets.answerPings(this.book.awake().head)
  }

  /** Someone is writing, or has stopped. */
  typing(person: string, on: boolean): void {
    this.sockets.broadcast({ t: 'typing', person, on }, person)
  }

  /** The person looks at the room, or has it open elsewhere: who looks away is here no longer. */
  look(socket: WebSocket, away: boolean): void {
    attach(socket, { ...attached(socket), away })
    this.tellWhoIsHere()
  }

  /** Marks are told together, at most every 100 ms. */
  raise(people: Iterable<string>): void {
    const waiting = this.raised.size > 0
    for (const person of people) this.raised.add(person)
    if (waiting || this.raised.size === 0) return
    setTimeout(() => {
      const room = this.book.room
      const people = [...this.raised]
      this.raised.clear()
      if (!room) return
      this.tellEach((viewer) => {
        const members = people.map((person) => room.members.get(person)).filter((member) => member !== undefined)
        const marks = members.map((member) => {
          const { person, delivered, read } = seenBy(viewer, member)
          return { person, delivered, read }
        })
        return { t: 'marks', marks }
      })
    }, limits.marksEveryMs)
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

  /** Tells the person's own devices of their mark as unread. */
  tellUnread(person: string): void {
    const unread = this.book.awake().members.get(person)?.unread
    if (!unread) return
    for (const socket of this.sockets.of(person)) {
      if (attached(socket).live) this.sockets.send(socket, { t: 'unread', ...unread })
    }
  }

  /** Who is here is told as marks are: when many come back at once, each of them changes the list for all the others. */
  tellWhoIsHere(): void {
    const people = here(this.sockets.presences(), Date.now())
    // Alone, nobody is left who would want to know of a lease that runs out.
    if (people.length > 1) this.agenda.hasten('presence', Date.now() + limits.presenceSweepMs)
    else this.agenda.done('presence')
    if (this.telling || people.join() === this.lastHere) return
    this.telling = true
    setTimeout(() => {
      this.telling = false
      const now = here(this.sockets.presences(), Date.now())
      if (now.join() === this.lastHere) return
      this.lastHere = now.join()
      this.sockets.broadcast({ t: 'here', people: now })
    }, limits.marksEveryMs)
  }

  /** One frame for all where everyone sees the same, and one for each where they do not. */
  private tellEach(frame: (viewer: string) => Downstream): void {
    if (open(this.book.awake())) return this.sockets.broadcast(frame(''))
    for (const socket of this.sockets.all()) {
      const { live, person } = attached(socket)
      if (live) this.sockets.send(socket, frame(person))
    }
  }
}
