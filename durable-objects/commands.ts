import { limits } from '../protocol/limits.ts'
import type { Change, Command } from '../protocol/upstream.ts'
import type { Agenda } from './storage/agenda.ts'
import type { Book } from './book.ts'
import type { Crowd } from './crowd.ts'
import { commandHash } from './digest.ts'
import { HeldBack } from './held-back.ts'
import type { Database } from './outbox/database.ts'
import type { Flush } from './outbox/flush.ts'
import { decide, type Asked, type Context, type Refusal } from './room/decide.ts'
import { freshPace, type Pace } from './room/pace.ts'
import { attached } from './sockets.ts'
import { warn } from './log.ts'

/** An old message cannot be read for so long at least. */
const historyRetryMs = 5_000

/** What became of a change of the room that came without a socket. */
export type Changed = { kind: 'changed' } | Refusal

type Accepted = Extract<ReturnType<typeof decide>, { kind: 'accept' }>

/** What members ask for under an id. Each is decided, stored and answered in one synchronous step. */
export class Commands {
  private readonly book: Book
  private readonly crowd: Crowd
  private readonly agenda: Agenda
  private readonly database: Database
  private readonly flush: Flush
  private readonly secret: string
  private readonly waitUntil: (work: Promise<unknown>) => void
  private readonly paces = new Map<string, Pace>()
  private readonly heldBack = new HeldBack()
  /** States of old messages that are on their way, so that many who react to one read it once. */
  private readonly loads = new Map<number, Promise<boolean>>()

  constructor(parts: {
    book: Book
    crowd: Crowd
    agenda: Agenda
    database: Database
    flush: Flush
    secret: string
    waitUntil(work: Promise<unknown>): void
  }) {
    const { book, crowd, agenda, database, flush, secret, waitUntil } = parts
    this.book = book
    this.crowd = crowd
    this.agenda = agenda
    this.database = database
    this.flush = flush
    this.secret = secret
    this.waitUntil = waitUntil
  }

  /** Decides on a command as of now. A promise only while the state of an old message is fetched. */
  carryOut(socket: WebSocket, command: Command): void | Promise<void> {
    const closed = this.closed()
    if (closed) return this.refuse(socket, command.id, closed)
    const now = Date.now()
    const by = attached(socket).person
    const asked: Asked = { by, command, hash: commandHash(by, command, this.secret) }
    const context = this.context(asked, now)
    const behind = context.known ? null : this.behind(socket, command, now)
    if (behind) return this.refuse(socket, command.id, behind)
    // Only who deletes their own may take it back, and for that the content has to be at hand.
    if (
      command.t === 'delete' &&
      context.about?.by === by &&
      !context.about.deleted &&
      !context.row &&
      !context.known
    ) {
      return this.load(command.seq).then(() => this.settle(socket, asked))
    }
    const decision = decide(this.book.awake(), asked, context, now)
    if (decision.kind !== 'load') return this.answer(socket, asked, decision, now)
    return this.load(decision.seq).then((loaded) => {
      if (loaded) return this.settle(socket, asked)
      const detail = 'This message is old, and the database cannot be reached.'
      this.refuse(socket, command.id, { kind: 'refuse', reason: 'history_away', detail, retryAfterMs: historyRetryMs })
    })
  }

  /** Decides on a change of the room that comes over HTTP, as on one that comes over a socket. */
  change(by: string, command: Change): Changed {
    const closed = this.closed()
    if (closed) return closed
    const now = Date.now()
    const asked: Asked<Change> = { by, command, hash: commandHash(by, command, this.secret) }
    const decision = decide(this.book.awake(), asked, this.context(asked, now), now)
    switch (decision.kind) {
      case 'refuse':
        return decision
      case 'load':
        throw new Error('a change of the room is about no message')
      case 'accept':
        this.tell(asked, decision, this.keep(asked, decision, now))
        return { kind: 'changed' }
      case 'repeat':
        return { kind: 'changed' }
    }
  }

  /** This post was refused for now: the posts behind it wait until it comes again, or people would hear them out of order. */
  hold(socket: WebSocket, { t, id }: Command, retryAfterMs: number): void {
    if (t === 'post') this.heldBack.hold(socket, id, retryAfterMs, Date.now())
  }

  private behind(socket: WebSocket, { t, id }: Command, now: number): Refusal | null {
    if (t !== 'post') return null
    const ahead = this.heldBack.ahead(socket, id, now)
    if (ahead === null || this.book.log.find(ahead)) {
      this.heldBack.release(socket)
      return null
    }
    const detail = 'A message before this one has to be sent again first.'
    return { kind: 'refuse', reason: 'slow_down', detail, retryAfterMs: 1_000 / limits.pacePerSecond }
  }

  /** Why this object takes nothing at all, or null. */
  private closed(): Refusal | null {
    if (this.book.record.stopped() === null) return null
    const detail = 'This room cannot take anything at the moment. Your text is kept.'
    return { kind: 'refuse', reason: 'busy', detail, retryAfterMs: 30_000 }
  }

  /** Decides in one step, as if the command had just come. */
  private settle(socket: WebSocket, asked: Asked): void {
    // Whoever was removed while the state was fetched asks for nothing any more.
    if (!this.book.room?.members.has(asked.by) || socket.readyState !== WebSocket.OPEN) return
    const closed = this.closed()
    if (closed) return this.refuse(socket, asked.command.id, closed)
    const now = Date.now()
    const decision = decide(this.book.awake(), asked, this.context(asked, now), now)
    if (decision.kind === 'load') {
      return this.refuse(socket, asked.command.id, { kind: 'refuse', reason: 'no_such_message', detail: 'It is gone.' })
    }
    this.answer(socket, asked, decision, now)
  }

  private answer(
    socket: WebSocket,
    asked: Asked,
    decision: Exclude<ReturnType<typeof decide>, { kind: 'load' }>,
    now: number,
  ): void {
    const { command } = asked
    const { id } = command
    switch (decision.kind) {
      case 'refuse':
        if (decision.retryAfterMs !== undefined) this.hold(socket, command, decision.retryAfterMs)
        return this.refuse(socket, id, decision)
      case 'repeat':
        return this.crowd.send(socket, { t: 'ack', id, seq: decision.seq, at: decision.at })
      case 'accept': {
        const changed = this.keep(asked, decision, now)
        this.crowd.send(socket, { t: 'ack', id, seq: this.book.awake().head, at: now })
        this.tell(asked, decision, changed)
      }
    }
  }

  private keep({ by, command, hash }: Asked, { events, pace }: Accepted, now: number): ReturnType<Book['append']> {
    this.paces.set(by, pace)
    return this.book.transact(() => {
      const changed = this.book.append(events)
      // A change of the room makes rows under ids of their own.
      if (command.t === 'change') this.book.log.rememberCommand(command.id, this.book.awake().head, hash, now)
      if (command.t === 'delete') this.agenda.hasten('withdrawn', now + limits.undeleteMs + 1)
      for (const event of events) {
        if (event.kind === 'posted' && event.expiresAt !== undefined) this.planExpiry(event.expiresAt)
      }
      // Nothing may have been left to disappear while it was deleted.
      const next = command.t === 'undelete' ? this.book.log.expiresNext() : null
      if (next !== null) this.planExpiry(next)
      return changed
    })
  }

  private tell({ command }: Asked, { events }: Accepted, changed: ReturnType<Book['append']>): void {
    if (events.length > 0) this.crowd.announce(changed)
    if (command.t === 'change') this.crowd.tellRoom()
    if (this.flush.full()) this.waitUntil(this.flush.run())
  }

  /** A message disappears at this time. */
  planExpiry(at: number): void {
    this.agenda.hasten('expiry', Math.max(at, this.book.record.expiredAt() + limits.expireEveryMs))
  }

  private context({ by, command }: Asked, now: number): Context {
    const { log } = this.book
    const about = aboutOf(command)
    const slow = command.t === 'post' && this.book.awake().facts.slowModeSeconds > 0
    return {
      known: log.find(command.id),
      about: about === null ? null : log.place(about),
      thread: command.t === 'post' && command.thread !== undefined ? log.place(command.thread) : null,
      row: command.t === 'post' || about === null ? null : log.row(about),
      withdrawn: command.t === 'undelete' ? log.withdrawn(command.seq, now) : null,
      postedAt: slow ? log.postedAt(by) : null,
      pace: this.paces.get(by) ?? freshPace(now),
      derivedId: (seq) => this.book.derivedId(seq),
    }
  }

  /** Fetches the state of an old message; false while the database is away. */
  private load(seq: number): Promise<boolean> {
    const under = this.loads.get(seq)
    if (under) return under
    const load = this.database
      .messageStates(this.book.id, [seq])
      .then((rows) => {
        this.book.transact(() => {
          for (const row of rows) this.book.log.putRow(row)
        })
        return true
      })
      .catch((error: unknown) => {
        warn(`room ${this.book.id}: message ${seq} not read: ${String(error)}`)
        return false
      })
      .finally(() => this.loads.delete(seq))
    this.loads.set(seq, load)
    return load
  }

  private refuse(socket: WebSocket, id: string, { reason, detail, retryAfterMs }: Refusal): void {
    this.crowd.send(socket, {
      ...{ t: 'refused', id, reason, detail },
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    })
  }
}

/** The message that a command is about, or that it replies to. */
function aboutOf(command: Command): number | null {
  switch (command.t) {
    case 'post':
      return command.replyTo ?? null
    case 'change':
      return null
    case 'edit':
    case 'delete':
    case 'undelete':
    case 'react':
    case 'pin':
      return command.seq
  }
}
