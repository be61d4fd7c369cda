import { DurableObject } from 'cloudflare:workers'
import type { ImportBatch, Imported, MemberChange, Page, RoomMetrics } from '../protocol/api.ts'
import { closeCodes } from '../protocol/close-codes.ts'
import type { Role, RoomFacts } from '../protocol/downstream.ts'
import type { Media, RoomEvent } from '../protocol/events.ts'
import { held, madePage, planPage, type Bounds, type PagePlace, type PagePlan } from '../protocol/history.ts'
import { limits } from '../protocol/limits.ts'
import type { Erasure } from '../protocol/message.ts'
import { Upstream, type Change } from '../protocol/upstream.ts'
import type { BackAnswer, LiveMeeting, RoomForInboxes, RoomForMeetings } from './between.ts'
import { Book } from './book.ts'
import { Bumps } from './bumps.ts'
import { Calls, type CallAnswer } from './calls.ts'
import { Commands, type Changed } from './commands.ts'
import { Crowd } from './crowd.ts'
import { Feed } from './feed.ts'
import { Guests } from './guests.ts'
import { Intake } from './intake.ts'
import { commandHash } from './digest.ts'
import { Departures } from './departures.ts'
import { Endings, type Ending } from './endings.ts'
import { secretOf, type RoomEnv } from './env.ts'
import { readFrame } from './frames.ts'
import { Membership, type ChangeAnswer, type JoinAnswer } from './membership.ts'
import { Database } from './outbox/database.ts'
import { Flush } from './outbox/flush.ts'
import { Upkeep } from './outbox/upkeep.ts'
import { Paces } from './paces.ts'
import { Reading } from './reading.ts'
import { renewed } from './renewal.ts'
import { Resume } from './resume.ts'
import { answerClose, attached, attachedGuest, closedSocket, endSessions, isGuest, Sockets } from './sockets.ts'
import { Agenda, type Duty } from './storage/agenda.ts'
import { Log } from './storage/log.ts'
import type { LiveCall } from './room/call.ts'
import { frameRate } from './room/pace.ts'
import { blockedIn } from './room/room.ts'
import { Inboxes } from './storage/inboxes.ts'
import { ownerDeletedIt, RoomRecord } from './storage/record.ts'
import { RingTable } from './storage/rings.ts'
import { createTables } from './storage/tables.ts'
import { ticketHeader, Tickets } from './tickets.ts'
import { comerOf, type GuestVisitor, type Visitor } from './visitor.ts'
import { wake } from './wake.ts'
import { fault, warn } from './log.ts'

/** What became of an import batch. */
export type ImportOutcome =
  | { outcome: 'imported'; imported: Imported }
  | { outcome: 'has_messages' | 'no_room' | 'away' }

/** A page from the log; `elsewhere`: older than the log reaches, to be read from Postgres. */
export type PageAnswer =
  | { outcome: 'page'; page: Page }
  | { outcome: 'elsewhere'; plan: PagePlan; bounds: Bounds }
  | { outcome: 'not_a_member' | 'away' }

/** How far the members have come; `read` is 0 where it is kept to oneself. */
export type ReceiptsAnswer =
  | { outcome: 'receipts'; members: { person: string; name: string; delivered: number; read: number }[] }
  | { outcome: 'not_a_member' | 'away' }

export type FactsAnswer = { facts: RoomFacts; memberCount: number } | 'gone' | 'away'

/** An object that stopped begins a new epoch after this long: two that fight over a room do so slowly. */
const nextEpochMs = 30_000

/** A deletion whose outcome is unknown is asked again after this long. */
const deletionRetryMs = 5_000

/** A command that met a defect is repeated after this long. */
const defectRetryMs = 5_000

/** Whether the room itself counts how often the duty failed; flushing and resending do that for themselves. */
function paced(duty: Duty): boolean {
  return duty !== 'flush' && duty !== 'parked'
}

/**
 * One room: it holds the live sockets, decides what is accepted, and keeps every event in its log before anyone hears
 * of it. One frame is handled in one synchronous step: parse, check, dedupe, take the next seq, store, ack, broadcast.
 * Postgres follows behind the log; see `outbox/flush.ts`. This is the door; each part stands in a file of its own.
 */
export class Room extends DurableObject<RoomEnv> implements RoomForInboxes, RoomForMeetings {
  private readonly secret: string
  private readonly log: Log
  private readonly record: RoomRecord
  private readonly agenda: Agenda
  private readonly sockets: Sockets
  private readonly database: Database
  private readonly book: Book
  private readonly bumps: Bumps
  private readonly flush: Flush
  private readonly upkeep: Upkeep
  private readonly feed: Feed
  private readonly crowd: Crowd
  private readonly commands: Commands
  private readonly resume: Resume
  private readonly reading: Reading
  private readonly membership: Membership
  private readonly calls: Calls
  private readonly departures: Departures
  private readonly guests: Guests
  private readonly intake: Intake
  private readonly endings: Endings
  private waking: Promise<boolean> | null = null
  private deleting: Promise<void> | null = null
  /** Nothing is stored, not even tables: there is no such room. */
  private bare = false
  private readonly frames = new Paces(frameRate)

  constructor(ctx: DurableObjectState, env: RoomEnv) {
    super(ctx, env)
    this.secret = secretOf(env)
    createTables(ctx.storage.sql)
    this.log = new Log(ctx.storage.sql)
    this.record = new RoomRecord(ctx.storage.sql)
    this.agenda = new Agenda(ctx.storage)
    this.sockets = new Sockets(ctx)
    this.database = new Database(env)
    const id = ctx.id.name ?? ctx.id.toString()
    this.book = new Book(id, ctx.storage, this.log, this.record, () => this.flush.wanted(Date.now()))
    const { book, agenda, database, sockets } = this
    this.bumps = new Bumps({ book, agenda, inboxes: new Inboxes(ctx.storage.sql), objects: env.INBOX })
    book.listen(this.bumps)
    const stop = (why: string) => {
      fault(`room ${id}: stopped writing: ${why}`)
      this.record.stop(why)
      this.agenda.plan('epoch', Date.now() + nextEpochMs)
    }
    this.flush = new Flush(book, database, agenda, stop)
    this.upkeep = new Upkeep(book, database, agenda)
    this.feed = new Feed(sockets, agenda)
    this.crowd = new Crowd(book, sockets, this.feed, agenda)
    const { flush, feed, crowd, secret } = this
    const waitUntil = (work: Promise<unknown>) => ctx.waitUntil(work)
    this.commands = new Commands({ book, crowd, agenda, database, flush, secret, waitUntil })
    this.reading = new Reading(book, crowd)
    this.resume = new Resume({ book, sockets, crowd, feed, reading: this.reading })
    const table = new RingTable(ctx.storage.sql)
    this.calls = new Calls({ book, crowd, agenda, objects: env.INBOX, secret, table })
    crowd.call = () => this.calls.live()
    const meeting = () => this.calls.live()?.meeting ?? null
    this.departures = new Departures({ book, agenda, sql: ctx.storage.sql, objects: env.MEETING, meeting, waitUntil })
    book.listen(this.departures)
    const left = () => this.settleCalls()
    this.membership = new Membership({ book, crowd, sockets, agenda, database, left })
    const nameOf = (person: string) => this.bumps.nameOf(person)
    const posted = (expiresAt?: number) => {
      if (expiresAt !== undefined) this.commands.planExpiry(expiresAt)
    }
    this.guests = new Guests({ book, sockets, feed, crowd, secret, nameOf, posted })
    feed.guestView = (socket, changed) => this.guests.view(socket, changed)
    this.intake = new Intake((socket, frame) => this.handle(socket, frame))
    this.endings = new Endings(ctx.storage.sql)
    if (book.room) sockets.answerPings(book.room.head)
    if (book.room) this.bumps.awake()
    // An alarm that the platform gave up on after its failures is set again by whoever comes next.
    agenda.rescue()
  }

  /** The upgrade of a socket. What cannot be let in is accepted and closed with its reason: a page cannot see a refused handshake. */
  override async fetch(request: Request): Promise<Response> {
    const visitor = comerOf(request)
    if (!visitor) return new Response(null, { status: 400 })
    if ('guest' in visitor) return await this.admitGuest(visitor)
    this.furnish()
    const ticket = request.headers.get(ticketHeader)
    if (ticket !== null && !new Tickets(this.ctx.storage.sql).burn(ticket, Date.now())) {
      return closedSocket(closeCodes.signIn, 'This ticket was used already.')
    }
    const pair = new WebSocketPair()
    const [client, server] = [pair[0], pair[1]]
    await this.admit(server, visitor)
    return new Response(null, { status: 101, webSocket: client })
  }

  private async admitGuest(visitor: GuestVisitor): Promise<Response> {
    const pair = new WebSocketPair()
    this.guests.admit(pair[1], visitor, await this.ready())
    this.agenda.hasten('sessions', visitor.expiresAt + limits.sessionSlackMs)
    return new Response(null, { status: 101, webSocket: pair[0] })
  }

  /** Lets a visitor's socket in, or closes it with the reason. */
  async admit(socket: WebSocket, visitor: Visitor): Promise<void> {
    const ready = await this.ready()
    if (ready && this.endings.over(visitor.person, visitor)) {
      // Also while the room was waking.
      socket.accept()
      socket.close(closeCodes.signIn, 'This session was ended.')
    } else if (ready && this.book.awake().members.has(visitor.person)) {
      this.sockets.accept(socket, { ...visitor, live: false, from: 0, seenAt: 0 })
      this.agenda.hasten('sessions', visitor.expiresAt + limits.sessionSlackMs)
    } else {
      socket.accept()
      if (ready === false)
        socket.close(closeCodes.tryAgainLater, 'The room is waking up; the database cannot be reached.')
      else socket.close(closeCodes.notAMember, 'You are not a member of this room.')
    }
    // Also for someone who was refused: Postgres may know them by now.
    const comparing = ready ? this.membership.refresh() : null
    if (comparing) this.ctx.waitUntil(comparing)
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const guest = isGuest(socket) ? attachedGuest(socket).guest.id : null
    if (this.frames.wait(guest ?? attached(socket).person, Date.now()) > 0)
      return socket.close(closeCodes.slowDown, 'Too many frames at once.')
    if (guest !== null) return this.guests.take(socket, data)
    const read = readFrame(Upstream, data)
    if ('problem' in read) return this.malformed(socket, read.id, read.problem)
    this.intake.take(socket, read.frame)
  }

  /** One frame, by itself: what goes wrong with it is its sender's to hear, and nobody else's. */
  private handle(socket: WebSocket, frame: Upstream): void {
    const { room } = this.book
    if (!room) return socket.close(closeCodes.tryAgainLater, 'The room begins anew.')
    if (!room.members.has(attached(socket).person)) {
      return socket.close(closeCodes.notAMember, 'You are not a member of this room.')
    }
    try {
      const work = this.receive(socket, frame)
      if (work) this.ctx.waitUntil(work.catch((error: unknown) => this.failed(socket, frame, error)))
    } catch (error) {
      this.failed(socket, frame, error)
    }
  }

  private failed(socket: WebSocket, frame: Upstream, error: unknown): void {
    const { person } = attached(socket)
    fault(`room ${this.book.id}: ${frame.t} of ${person} failed: ${String(error)}`)
    const detail = 'Something went wrong in this room. Your text is kept.'
    const id = 'id' in frame ? frame.id : null
    if (frame.t === 'post') this.commands.hold(socket, frame, defectRetryMs)
    this.crowd.send(socket, { t: 'refused', id, reason: 'internal', detail, retryAfterMs: defectRetryMs })
  }

  /** Not async, so that a frame is handled in one step; only a renewal and an old message have to be waited for. */
  private receive(socket: WebSocket, frame: Upstream): void | Promise<void> {
    const { person } = attached(socket)
    switch (frame.t) {
      case 'hello':
        return this.resume.hello(socket, frame)
      case 'more':
        return this.resume.more(socket, frame.to)
      case 'post':
      case 'edit':
      case 'delete':
      case 'undelete':
      case 'react':
      case 'pin':
      case 'change':
        return this.commands.carryOut(socket, frame)
      case 'mark':
        this.feed.reported(socket, frame.delivered)
        return this.reading.mark(person, frame)
      case 'unread':
        return this.reading.unread(person, frame.from)
      case 'typing':
        if (blockedIn(this.book.awake(), person)) return
        this.bumps.typing(person, frame.on)
        return this.crowd.typing(person, frame.on)
      case 'look':
        return this.crowd.look(socket, frame.away)
      case 'renew':
        return this.renew(socket, frame.ticket)
    }
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    answerClose(socket, code)
    this.leave()
  }

  override webSocketError(): void {
    this.leave()
  }

  /** What is due. It never throws: the platform drops an alarm after six failures. */
  override async alarm(): Promise<void> {
    this.furnish()
    await this.agenda.ring(`room ${this.book.id}`, (duty) => this.perform(duty), paced)
  }

  /** Lets someone in who holds a join link, or (null) comes to a public room. Postgres judges; the same command may be asked again. */
  async join(person: string, codeHash: string | null, command: string): Promise<JoinAnswer> {
    const ready = await this.ready()
    if (!ready) return { outcome: ready === false ? 'away' : 'unknown' }
    return await this.membership.join(person, codeHash, command)
  }

  /** Changes members as one of them may. It has reached the live sockets when it is answered. */
  async changeMembers(by: string, command: string, changes: MemberChange[]): Promise<ChangeAnswer> {
    const ready = await this.ready()
    if (!ready) return { outcome: ready === false ? 'away' : 'gone' }
    return await this.membership.change(by, command, changes)
  }

  /** Lets someone in who asked. It has reached the live sockets when it is answered. */
  async approve(by: string, command: string, person: string): Promise<ChangeAnswer> {
    const ready = await this.ready()
    if (!ready) return { outcome: ready === false ? 'away' : 'gone' }
    return await this.membership.approve(by, command, person)
  }

  /** What the room says of itself, to a member. Postgres may have an older word. */
  async facts(person: string): Promise<FactsAnswer> {
    const ready = await this.ready()
    if (ready === false) return 'away'
    if (!ready || !this.book.awake().members.has(person)) return 'gone'
    return { facts: this.book.awake().facts, memberCount: this.book.awake().members.size }
  }

  /** A member changes the room. It has reached the live sockets when it is answered. */
  async change(by: string, command: Change): Promise<Changed | { kind: 'gone' | 'away' }> {
    const refused = await this.outside(by)
    return refused ? { kind: refused } : this.commands.change(by, command)
  }

  /** The owner hands the room over. */
  async handOver(by: string, command: string, to: string): Promise<ChangeAnswer> {
    const ready = await this.ready()
    if (!ready) return { outcome: ready === false ? 'away' : 'gone' }
    return await this.membership.handOver(by, command, to)
  }

  /** A page of history from the log, for a member. */
  async page(person: string, place: PagePlace, limit: number): Promise<PageAnswer> {
    const ready = await this.ready()
    if (ready === false) return { outcome: 'away' }
    const room = ready ? this.book.awake() : null
    const member = room?.members.get(person)
    if (!room || !member) return { outcome: 'not_a_member' }
    const { head, floor } = room
    const bounds = { bottom: member.historyFrom + 1, head }
    const plan = planPage(place, limit, bounds)
    if (!held(plan, bounds, floor)) return { outcome: 'elsewhere', plan, bounds }
    const found = {
      below: this.log.below(plan.edge, Math.max(floor, bounds.bottom), plan.below),
      above: this.log.above(plan.edge, plan.above),
    }
    return { outcome: 'page', page: madePage(plan, { ...found, floor, top: head, asOf: head }, bounds) }
  }

  /** How far the members have come, for one of them. */
  async receipts(person: string): Promise<ReceiptsAnswer> {
    const ready = await this.ready()
    if (ready === false) return { outcome: 'away' }
    if (!ready || !this.book.awake().members.has(person)) return { outcome: 'not_a_member' }
    this.reading.settle()
    const members = [...this.book.awake().members.values()].map((member) => {
      const { name, delivered, receiptsHidden, read } = member
      return { person: member.person, name, delivered, read: receiptsHidden ? 0 : read }
    })
    return { outcome: 'receipts', members }
  }

  /** Takes up a batch of an export: no pace, no bumps; members' marks move to the new head. Repeats add nothing. */
  async import(batch: ImportBatch): Promise<ImportOutcome> {
    const ready = await this.ready()
    if (ready === false) return { outcome: 'away' }
    if (ready === null) return { outcome: 'no_room' }
    if (!batch.append && this.log.hasOwnMessages()) return { outcome: 'has_messages' }
    const { head, flushed } = this.book.awake()
    if (this.record.stopped() !== null || head - flushed >= limits.backlogEvents) return { outcome: 'away' }
    const events: RoomEvent[] = []
    for (const { id, by, text, source, at } of batch.messages) {
      if (this.log.find(id) || events.some((event) => 'id' in event && event.id === id)) continue
      const hash = commandHash(by, { t: 'post', id, text }, this.secret)
      const seq = head + 1 + events.length
      events.push({ kind: 'posted', seq, at, id, by, text, replyTo: null, mentions: [], source, hash })
    }
    if (events.length > 0) {
      const changed = this.book.transact(() => {
        const changed = this.book.append(events)
        this.reading.markAllRead()
        return changed
      })
      this.crowd.announce(changed)
      this.crowd.raise(this.book.awake().members.keys())
    }
    await this.flushSome()
    const imported = {
      head: this.book.awake().head,
      added: events.length,
      repeated: batch.messages.length - events.length,
    }
    return { outcome: 'imported', imported }
  }

  async back(person: string, visit: number): Promise<BackAnswer> {
    if (this.unwritten()) return { state: 'unwritten' }
    const ready = await this.ready()
    if (ready === false) return { state: 'away' }
    const stopped = this.record.stopped()
    if (!ready || stopped === ownerDeletedIt || !this.book.awake().members.has(person)) return { state: 'gone' }
    return stopped === null ? { state: 'bump', bump: this.bumps.back(person, visit) } : { state: 'away' }
  }

  async received(person: string, seq: number): Promise<'heard' | 'gone' | 'away'> {
    const refused = await this.outside(person)
    if (refused) return refused
    return (await this.reading.received(person, seq)) ? 'heard' : 'away'
  }

  async markAll(person: string, as: 'read' | 'unread', upTo?: number): Promise<'marked' | 'nothing' | 'gone' | 'away'> {
    const refused = await this.outside(person)
    if (refused) return refused
    return (as === 'read' ? this.reading.readAll(person, upTo) : this.reading.unreadLast(person)) ? 'marked' : 'nothing'
  }

  async refreshMembers(): Promise<'fresh' | 'gone' | 'away'> {
    // What is not here is read from Postgres as it is by now.
    if (this.unwritten()) return 'fresh'
    const ready = await this.ready()
    if (!ready) return ready === false ? 'away' : 'gone'
    return await this.membership.refreshNow()
  }

  async endSessions(person: string, ending: Ending): Promise<void> {
    this.furnish()
    this.endings.add(person, ending, Date.now())
    for (const socket of this.sockets.of(person)) {
      if (this.endings.over(person, attached(socket))) socket.close(closeCodes.signIn, 'This session was ended.')
    }
  }

  async answerCall(
    person: string,
    call: string,
    how: 'accept' | 'decline',
  ): Promise<'done' | 'over' | 'gone' | 'away'> {
    const refused = await this.outside(person)
    if (refused) return refused
    return this.calls.answer(person, call, how) ? 'done' : 'over'
  }

  /** A member calls the others. Repeated under its id, it is the same call. */
  async startCall(
    person: string,
    asked: { id: string; media: Media },
  ): Promise<CallAnswer | { outcome: 'gone' | 'away' }> {
    const refused = await this.outside(person)
    return refused ? { outcome: refused } : this.calls.start(person, asked)
  }

  /** The call that is live, for a member. */
  async liveCall(person: string): Promise<{ call: LiveCall | null } | 'gone' | 'away'> {
    return (await this.outside(person)) ?? { call: this.calls.live() }
  }

  /** A member leaves the call, or takes it back while it rings. */
  async leaveCall(person: string, call: string): Promise<'done' | 'over' | 'gone' | 'away'> {
    const refused = await this.outside(person)
    if (refused) return refused
    return this.calls.leave(person, call) ? 'done' : 'over'
  }

  async meetingLive(meeting: LiveMeeting): Promise<'heard' | 'busy' | 'gone' | 'away'> {
    return (await this.unable()) ?? this.calls.meets(meeting)
  }

  async meetingOver(call: string): Promise<'heard' | 'gone' | 'away'> {
    const unable = await this.unable()
    if (unable) return unable
    this.calls.over(call)
    return 'heard'
  }

  async headNow(): Promise<number | 'gone' | 'away'> {
    return (await this.unable()) ?? this.book.awake().head
  }

  async guestGone(meeting: string, guest: string): Promise<void> {
    this.guests.gone(meeting, guest)
  }

  async roleOf(person: string): Promise<Role | null | 'away'> {
    const ready = await this.ready()
    return ready === false ? 'away' : (this.book.room?.members.get(person)?.role ?? null)
  }

  /** How far Postgres is behind, for whoever runs this Parley; null: there is no such room, or it cannot wake. */
  async metrics(): Promise<RoomMetrics | null> {
    return (await this.ready()) ? this.flush.metrics(Date.now()) : null
  }

  /** Takes someone's account out of the room: at once here, batch by batch in Postgres. Erasing twice changes nothing. */
  async eraseAccount(person: string, mode: Erasure['mode']): Promise<'erased' | 'away' | 'gone'> {
    const ready = await this.ready()
    if (!ready) return ready === false ? 'away' : 'gone'
    const stopped = this.record.stopped()
    if (stopped !== null) return stopped === ownerDeletedIt ? 'gone' : 'away'
    if (!this.log.erased(person)) {
      const event = { kind: 'account_erased', seq: this.book.awake().head + 1, at: Date.now(), person, mode } as const
      const changed = this.book.transact(() => this.book.append([event]))
      for (const socket of this.sockets.of(person)) socket.close(closeCodes.notAMember, 'This account is gone.')
      this.crowd.tellMembers()
      this.crowd.announce(changed)
      this.settleCalls()
    }
    await this.flushSome()
    return 'erased'
  }

  /**
   * The owner deletes the room: nobody hears anything more, and what is left goes batch by batch. `pending`: Postgres could
   * not be asked, and the room asks until it can.
   */
  async delete(by: string): Promise<'deleted' | 'pending' | 'forbidden' | 'away' | 'gone'> {
    const ready = await this.ready()
    if (!ready) return ready === false ? 'away' : 'gone'
    const { members, facts } = this.book.awake()
    if (members.get(by)?.role !== 'owner' || facts.type === 'direct') return members.has(by) ? 'forbidden' : 'gone'
    // Before it is asked for: whatever becomes of the question or of this object, the room asks until it is gone.
    this.agenda.plan('deletion', Date.now() + deletionRetryMs)
    try {
      // With the first batch nobody is a member any more.
      await this.database.deleteRoom(this.book.id, by)
    } catch (error) {
      warn(`room ${this.book.id}: not deleted yet: ${String(error)}`)
      return 'pending'
    }
    this.endForEveryone()
    return 'deleted'
  }

  private endForEveryone(): void {
    this.ctx.storage.transactionSync(() => {
      if (!this.book.room) this.bumps.vanished()
      else if (this.record.stopped() !== ownerDeletedIt) {
        this.record.stop(ownerDeletedIt)
        this.departures.everyone()
        this.bumps.setAside()
        this.bumps.vanished()
      }
      this.agenda.plan('deletion', Date.now())
    })
    for (const socket of this.sockets.everyone()) socket.close(closeCodes.notAMember, 'This room was deleted.')
  }

  private async renew(socket: WebSocket, ticket: string): Promise<void> {
    const expiresAt = await renewed(socket, ticket, this.secret, Date.now())
    if (expiresAt !== null) this.crowd.send(socket, { t: 'renewed', expiresAt })
  }

  private leave(): void {
    this.sockets.gone()
    this.crowd.tellWhoIsHere()
  }

  private async perform(duty: Duty): Promise<void> {
    const now = Date.now()
    switch (duty) {
      case 'flush':
        return await this.flushSome()
      case 'parked':
        return await this.flush.resend()
      case 'upkeep':
        return await this.upkeep.run()
      case 'presence':
        this.agenda.done('presence')
        return this.crowd.tellWhoIsHere()
      case 'sessions':
        return this.agenda.next('sessions', endSessions(this.sockets.everyone(), now), now + 1)
      case 'members':
        return await this.membership.settle()
      case 'deletion':
        // Two alarms that overlap share one.
        return await (this.deleting ??= this.finishDeletion().finally(() => {
          this.deleting = null
        }))
      case 'epoch':
        return await this.beginAnew()
      case 'withdrawn':
        return this.agenda.next('withdrawn', this.log.forgetWithdrawn(now), now + 1)
      case 'expiry':
        return this.expire(now)
      case 'bump':
        return this.bumps.ring()
      case 'ring':
        return this.calls.ring()
      case 'gone':
        return await this.departures.tell()
      case 'slow':
        return this.agenda.next('slow', this.feed.closeLaggards(now), now + 1)
    }
  }

  private async flushSome(): Promise<void> {
    await this.flush.run()
    if (this.book.room) this.book.prune(Date.now())
    this.agenda.arm()
  }

  /** Takes out what was to disappear by now; clients have hidden it at the exact time. */
  private expire(now: number): void {
    const due = this.log.expiresNext()
    if (due !== null && due <= now && this.record.stopped() === null) {
      const changed = this.book.transact(() => {
        this.record.setExpiredAt(now)
        return this.book.append([{ kind: 'expired', seq: this.book.awake().head + 1, at: now }])
      })
      this.crowd.announce(changed)
    }
    this.agenda.next('expiry', this.log.expiresNext(), now + limits.expireEveryMs)
  }

  /** Deletes what is left in Postgres, and then everything here. Whoever comes later finds no room. */
  private async finishDeletion(): Promise<void> {
    let more: boolean
    do {
      more = await this.database.deleteRoom(this.book.id, null)
      this.endForEveryone()
    } while (more)
    await this.bumps.tell()
    await this.departures.tell().catch((error: unknown) => {
      warn(`room ${this.book.id}: its meeting has not heard of its end: ${String(error)}`)
    })
    if (this.bumps.owes() || this.departures.owes()) {
      // Somebody's inbox or its meeting has not heard of it: nothing is kept but to whom that is owed.
      this.log.forget()
      return this.agenda.plan('deletion', (this.agenda.due('bump') ?? Date.now()) + deletionRetryMs)
    }
    this.book.room = null
    await this.ctx.storage.deleteAlarm()
    await this.ctx.storage.deleteAll()
    createTables(this.ctx.storage.sql)
    this.record.end()
    this.feed.forget()
    this.bumps.forget()
  }

  /** An object that must not write any more lets its epoch go, claims another one, and takes along what it still holds. */
  private async beginAnew(): Promise<void> {
    if (this.record.stopped() !== null) {
      this.ctx.storage.transactionSync(() => {
        this.log.setAside(this.book.awake().flushed)
        this.bumps.setAside()
        this.record.end()
      })
      this.book.room = null
      this.feed.forget()
      for (const socket of this.sockets.everyone()) socket.close(closeCodes.tryAgainLater, 'The room begins anew.')
    }
    const ready = await this.ready()
    if (ready === false) return this.agenda.plan('epoch', Date.now() + nextEpochMs)
    if (ready === null) this.ctx.storage.transactionSync(() => this.bumps.vanished())
    this.agenda.done('epoch')
  }

  /** Members may have gone, or block each other: what calls and meetings have to do with that. */
  private settleCalls(): void {
    const call = this.calls.live()
    const room = this.book.awake()
    // Who went while the room began anew; and between two a block ends what they are in together.
    const out = call?.people.filter((person) => !room.members.has(person) || blockedIn(room, person)) ?? []
    if (call?.met) this.departures.note(out)
    this.calls.settle()
    this.departures.start()
  }

  /** Why the room does nothing at all; null: it is awake and may write. */
  private async unable(): Promise<'gone' | 'away' | null> {
    const ready = await this.ready()
    if (!ready) return ready === false ? 'away' : 'gone'
    const stopped = this.record.stopped()
    return stopped === null ? null : stopped === ownerDeletedIt ? 'gone' : 'away'
  }

  /** Why the room does nothing for this person; null: it is awake, may write, and they are a member. */
  private async outside(person: string): Promise<'gone' | 'away' | null> {
    const ready = await this.ready()
    if (ready === false) return 'away'
    if (!ready || !this.book.awake().members.has(person)) return 'gone'
    return this.record.stopped() === null ? null : 'away'
  }

  /** Nothing is stored here, and nothing is owed: Postgres knows all there is of the room. */
  private unwritten(): boolean {
    this.furnish()
    return this.book.room === null && this.agenda.due('epoch') === null && !this.bumps.owes()
  }

  /** True: awake. False: storage is empty and Postgres is away. Null: there is no such room. */
  private async ready(): Promise<boolean | null> {
    const { book } = this
    // What its owner deleted is no room any more, although not all of it is gone.
    if (book.room) return this.record.stopped() === ownerDeletedIt ? null : true
    this.furnish()
    this.waking ??= wake(book, this.database, this.ctx.storage)
      .then(async (found) => {
        book.reload()
        if (book.room) this.sockets.answerPings(book.room.head)
        if (book.room && book.room.head > book.room.flushed) this.flush.wanted(Date.now())
        if (book.room) this.planAnew(Date.now())
        if (book.room) this.bumps.awake()
        if (book.room) this.settleCalls()
        else await this.leaveNothing()
        return found
      })
      .finally(() => {
        this.waking = null
      })
    try {
      return (await this.waking) ? true : null
    } catch (error) {
      warn(`room ${book.id}: cannot wake: ${String(error)}`)
      return false
    }
  }

  /**
   * Anyone may ask for a room by an id that they made up: of one that does not exist nothing stays, unless somebody has
   * yet to hear that it is gone.
   */
  private async leaveNothing(): Promise<void> {
    if (this.agenda.planned() || this.bumps.owes() || this.deleting) return
    void this.ctx.storage.deleteAlarm()
    const emptied = this.ctx.storage.deleteAll()
    this.bare = true
    await emptied
  }

  private furnish(): void {
    if (!this.bare) return
    this.bare = false
    createTables(this.ctx.storage.sql)
    this.bumps.forget()
  }

  /** The agenda of an object that has just woken may be empty, or know nothing of what came along. */
  private planAnew(now: number): void {
    this.agenda.hasten('upkeep', now)
    this.agenda.next('expiry', this.log.expiresNext(), now)
    this.agenda.next('withdrawn', this.log.forgetWithdrawn(now), now + 1)
  }

  private malformed(socket: WebSocket, id: string | null, detail: string): void {
    this.crowd.send(socket, { t: 'refused', id, reason: 'malformed', detail })
  }
}
