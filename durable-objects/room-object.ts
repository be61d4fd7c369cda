import { DurableObject } from 'cloudflare:workers'
import type { ImportBatch, Imported, Page } from '../protocol/api.ts'
import { closeCodes } from '../protocol/close-codes.ts'
import type { Refused } from '../protocol/downstream.ts'
import type { Message, LogEvent } from '../protocol/events.ts'
import { limits } from '../protocol/limits.ts'
import type { Hello, Mark, Post, Upstream } from '../protocol/upstream.ts'
import { oldestVersion, protocolVersion } from '../protocol/version.ts'
import { derivedId, messageHash } from './digest.ts'
import { secretOf, type RoomEnv } from './env.ts'
import { chunks, readFrame } from './frames.ts'
import { HeldBack } from './held-back.ts'
import { Database, type JoinOutcome } from './outbox/database.ts'
import { Flush } from './outbox/flush.ts'
import { readRenewal } from './renewal.ts'
import { catchUp } from './room/catch-up.ts'
import { decide, joined, posted } from './room/decide.ts'
import { here } from './room/here.ts'
import { advance } from './room/marks.ts'
import { frameRate, freshPace, spend, type Pace } from './room/pace.ts'
import { evolve, withMarks, type Room as RoomState } from './room/room.ts'
import { attach, attached, closedSocket, Sockets, type Attachment } from './sockets.ts'
import { Agenda, type Duty } from './storage/agenda.ts'
import { Log } from './storage/log.ts'
import { RoomRecord, type Intent } from './storage/record.ts'
import { createTables } from './storage/tables.ts'
import { ticketHeader, Tickets } from './tickets.ts'
import { wake } from './wake.ts'

/** Who asks for a socket, as the worker has established it. */
export interface Visitor {
  person: string
  device: string
  expiresAt: number
}

/** How the worker hands a visitor over; it removes these headers from what came from outside. */
export const visitorHeader = 'x-parley-visitor'

/** What became of an import batch. */
export type ImportOutcome =
  | { outcome: 'imported'; imported: Imported }
  | { outcome: 'has_messages' | 'no_room' | 'away' }

/** What became of someone's wish to join, seen from outside. */
export type JoinAnswer = { outcome: 'joined' | 'already' | 'unknown' | 'over' | 'passcode' | 'full' | 'away' }

/** A page from the log; `elsewhere`: older than the log reaches, to be read from Postgres. */
export type PageAnswer =
  | { outcome: 'page'; page: Page }
  | { outcome: 'elsewhere'; before: number }
  | { outcome: 'not_a_member' | 'away' }

/** Members are compared with Postgres again when the last look is older than this. */
const membersFreshMs = 5 * 60_000

/** A member change whose outcome is unknown is asked again after this long. */
const intentRetryMs = 5_000

/** An object that stopped begins a new epoch after this long: two that fight over a room do so slowly. */
const nextEpochMs = 30_000

/** A post that met a defect is repeated after this long. */
const defectRetryMs = 5_000

/**
 * One room: it holds the live sockets, decides what is accepted, and keeps every event in its log before anyone hears
 * of it. One frame is handled in one synchronous step: parse, check, dedupe, take the next seq, store, ack, broadcast.
 * Postgres follows behind the log; see `outbox/flush.ts`.
 */
export class Room extends DurableObject<RoomEnv> {
  private readonly secret: string
  private readonly log: Log
  private readonly record: RoomRecord
  private readonly agenda: Agenda
  private readonly sockets: Sockets
  private readonly database: Database
  private readonly flush: Flush
  /** Null until the storage or Postgres has told. */
  private room: RoomState | null
  private waking: Promise<boolean> | null = null
  private readonly paces = new Map<string, Pace>()
  private readonly heldBack = new HeldBack()
  private readonly framePaces = new Map<string, Pace>()
  private readonly raised = new Set<string>()
  private lastHere = ''
  private telling = false
  private comparing = false

  constructor(ctx: DurableObjectState, env: RoomEnv) {
    super(ctx, env)
    this.secret = secretOf(env)
    createTables(ctx.storage.sql)
    this.log = new Log(ctx.storage.sql)
    this.record = new RoomRecord(ctx.storage.sql)
    this.agenda = new Agenda(ctx.storage)
    this.sockets = new Sockets(ctx)
    this.database = new Database(env)
    this.room = this.record.load(this.log.head())
    const parts = { log: this.log, record: this.record, agenda: this.agenda }
    this.flush = new Flush(
      {
        id: this.id,
        epoch: () => this.awake().epoch,
        head: () => this.awake().head,
        flushed: () => this.awake().flushed,
        floor: () => this.awake().floor,
        flushedTo: (seq) => {
          this.record.setFlushed(seq)
          this.room = { ...this.awake(), flushed: seq }
        },
        stop: (why) => {
          console.error(`room ${this.id}: stopped writing: ${why}`)
          this.record.stop(why)
          this.agenda.plan('epoch', Date.now() + nextEpochMs)
        },
        stopped: () => this.record.stopped() !== null,
      },
      this.database,
      ctx.storage,
      parts,
    )
    if (this.room) this.sockets.answerPings(this.room.head)
    // An alarm that the platform gave up on after its failures is set again by whoever comes next.
    this.agenda.rescue()
  }

  private get id(): string {
    return this.ctx.id.name ?? this.room?.facts.id ?? this.ctx.id.toString()
  }

  /** The upgrade of a socket. What cannot be let in is accepted and closed with its reason: a page cannot see a refused handshake. */
  override async fetch(request: Request): Promise<Response> {
    const visitor = JSON.parse(request.headers.get(visitorHeader) ?? 'null') as Visitor | null
    if (!visitor || request.headers.get('upgrade') !== 'websocket') return new Response(null, { status: 400 })
    const ticket = request.headers.get(ticketHeader)
    if (ticket !== null && !new Tickets(this.ctx.storage.sql).burn(ticket, Date.now())) {
      return closedSocket(closeCodes.signIn, 'This ticket was used already.')
    }
    const pair = new WebSocketPair()
    const [client, server] = [pair[0], pair[1]]
    const ready = await this.ready()
    if (ready && this.awake().members.has(visitor.person)) {
      this.sockets.accept(server, { ...visitor, live: false, from: 0, seenAt: 0 })
      this.agenda.hasten('sessions', visitor.expiresAt + limits.sessionSlackMs)
    } else {
      server.accept()
      if (ready === false)
        server.close(closeCodes.tryAgainLater, 'The room is waking up; the database cannot be reached.')
      else server.close(closeCodes.notAMember, 'You are not a member of this room.')
    }
    // Also for someone who was refused: Postgres may know them by now.
    if (ready) this.refreshMembers()
    return new Response(null, { status: 101, webSocket: client })
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    if (this.floods(attached(socket).person)) return socket.close(closeCodes.slowDown, 'Too many frames at once.')
    const frame = typeof data === 'string' ? readFrame(data) : null
    if (typeof data !== 'string') return this.malformed(socket, null, 'Frames are text.')
    if (!frame) return this.malformed(socket, null, 'This is not JSON.')
    if ('problem' in frame) return this.malformed(socket, frame.id, frame.problem)
    if (!this.room) return socket.close(closeCodes.tryAgainLater, 'The room begins anew.')
    if (!this.room.members.has(attached(socket).person)) {
      return socket.close(closeCodes.notAMember, 'You are not a member of this room.')
    }
    try {
      await this.receive(socket, frame)
    } catch (error) {
      const { person } = attached(socket)
      console.error(`room ${this.id}: ${frame.t} of ${person} after seq ${this.room.head} failed: ${String(error)}`)
      const id = frame.t === 'post' ? frame.id : null
      const detail = 'Something went wrong in this room. Your text is kept.'
      if (id !== null) this.heldBack.hold(socket, id, defectRetryMs, Date.now())
      this.refuse(socket, { id, reason: 'internal', detail, retryAfterMs: defectRetryMs })
    }
  }

  /** Not async, so that a frame is handled in one step; renewing alone waits, for a signature. */
  private receive(socket: WebSocket, frame: Upstream): void | Promise<void> {
    switch (frame.t) {
      case 'hello':
        return this.hello(socket, frame)
      case 'more':
        return this.more(socket, frame.to)
      case 'post':
        return this.post(socket, frame)
      case 'mark':
        return this.mark(socket, frame)
      case 'typing':
        return this.sockets.broadcast(
          { t: 'typing', person: attached(socket).person, on: frame.on },
          attached(socket).person,
        )
      case 'renew':
        return this.renew(socket, frame.ticket)
    }
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    // 1005: the peer gave no code; 1004: one that may not be sent back. 1006 and 1015: it sent no close frame, so there
    // is nobody to answer.
    if (code === 1004 || code === 1005) socket.close()
    else if (code !== 1006 && code !== 1015) socket.close(code)
    this.tellWhoIsHere()
  }

  override webSocketError(): void {
    this.tellWhoIsHere()
  }

  /** What is due. It never throws: the platform drops an alarm after six failures. */
  override async alarm(): Promise<void> {
    for (const duty of this.agenda.ripe(Date.now())) {
      try {
        await this.perform(duty)
      } catch (error) {
        console.error(`room ${this.id}: ${duty} failed: ${String(error)}`)
        this.agenda.plan(duty, Date.now() + intentRetryMs)
      }
    }
    this.agenda.arm()
  }

  /** Lets someone in who holds a join link. The link is judged by Postgres; the same command may be asked again. */
  async join(person: string, codeHash: string, command: string): Promise<JoinAnswer> {
    const ready = await this.ready()
    if (ready === false) return { outcome: 'away' }
    if (ready === null) return { outcome: 'unknown' }
    const intent = { command, person, codeHash }
    this.transact(() => {
      this.record.addIntent(intent)
      this.agenda.hasten('members', Date.now() + intentRetryMs)
    })
    const outcome = await this.fulfil(intent)
    return { outcome: outcome?.outcome ?? 'away' }
  }

  /** A page of history from the log, for a member. `before` is exclusive; null: the newest. */
  async page(person: string, before: number | null, limit: number): Promise<PageAnswer> {
    if ((await this.ready()) === false) return { outcome: 'away' }
    if (!this.room?.members.has(person)) return { outcome: 'not_a_member' }
    const { head, floor } = this.room
    const end = Math.min(before ?? head + 1, head + 1)
    if (end <= floor) return { outcome: 'elsewhere', before: end }
    const messages = this.log.page(end, floor, limit)
    const start = messages.length < limit ? floor : messages[0]!.seq
    return { outcome: 'page', page: { covers: [start, end - 1], messages, more: start > 1 } }
  }

  /** Takes up a batch of an export: no pace, no bumps; members' marks move to the new head. Repeats add nothing. */
  async import(batch: ImportBatch): Promise<ImportOutcome> {
    const ready = await this.ready()
    if (ready === false) return { outcome: 'away' }
    if (ready === null) return { outcome: 'no_room' }
    if (!batch.append && this.log.hasOwnMessages()) return { outcome: 'has_messages' }
    if (this.record.stopped() !== null || this.awake().head - this.awake().flushed >= limits.backlogEvents) {
      return { outcome: 'away' }
    }
    const messages: Message[] = []
    this.transact(() => {
      for (const item of batch.messages) {
        if (this.log.find(item.id)) continue
        const { id, by, text } = item
        const hash = messageHash({ by, text, replyTo: null }, this.secret)
        const command = { id, by, text, replyTo: null, mentions: [], hash }
        messages.push(this.append(posted(this.awake(), command, item.source, item.at)))
      }
      if (messages.length > 0) this.markAllRead()
    })
    this.announce(messages)
    this.raise([...this.awake().members.keys()])
    await this.flushSome()
    return {
      outcome: 'imported',
      imported: { head: this.awake().head, added: messages.length, repeated: batch.messages.length - messages.length },
    }
  }

  private hello(socket: WebSocket, hello: Hello): void {
    if (hello.v < oldestVersion || hello.v > protocolVersion) {
      return socket.close(closeCodes.clientTooOld, `This room speaks version ${protocolVersion}.`)
    }
    const room = this.awake()
    const now = Date.now()
    const attachment = { ...attached(socket), live: false, from: hello.from, seenAt: now }
    attach(socket, attachment)
    const { facts, epoch, head, floor, membersVersion } = room
    this.sockets.send(socket, {
      ...{ t: 'welcome', v: protocolVersion, epoch, head, floor, room: facts, membersVersion },
      ...{ members: [...room.members.values()], me: attachment.person },
      ...{ here: here(this.sockets.presences(), now), expiresAt: attachment.expiresAt },
    })
    const plan = catchUp(room, hello)
    if (plan.kind === 'reset') this.sockets.send(socket, { t: 'reset', epoch, head })
    // After a tail or a reset the client holds nothing below it, so nothing below it is sent either.
    const from = plan.kind === 'continue' ? Math.min(hello.from, plan.after + 1) : plan.after + 1
    this.sendChunk(socket, { ...attachment, from }, plan.after)
    this.tellWhoIsHere()
  }

  private more(socket: WebSocket, to: number): void {
    const attachment = attached(socket)
    if (attachment.live || attachment.seenAt === 0) return
    const { head, floor } = this.awake()
    this.sendChunk(socket, attachment, Math.min(Math.max(to, floor - 1), head))
  }

  /** Sends what comes after a seq; the socket becomes live in the step in which its chunk reaches the head. */
  private sendChunk(socket: WebSocket, attachment: Attachment, after: number): void {
    const { head } = this.awake()
    const { to, messages } = this.log.changes(after, attachment.from, head)
    const live = to === head
    attach(socket, { ...attachment, live })
    this.sockets.send(socket, { t: 'changes', covers: [after + 1, to], messages, live })
  }

  private post(socket: WebSocket, post: Post): void {
    const now = Date.now()
    const by = attached(socket).person
    if (this.record.stopped() !== null) {
      const detail = 'This room cannot take messages at the moment. Your text is kept.'
      return this.refuse(socket, { id: post.id, reason: 'busy', detail, retryAfterMs: 30_000 })
    }
    const { id, text, replyTo = null, mentions = [] } = post
    const known = this.log.find(id)
    const ahead = known ? null : this.heldBack.ahead(socket, id, now)
    if (ahead !== null && !this.log.find(ahead)) {
      const detail = 'A message before this one has to be sent again first.'
      return this.refuse(socket, { id, reason: 'slow_down', detail, retryAfterMs: 1_000 / limits.pacePerSecond })
    }
    if (!known) this.heldBack.release(socket)
    const hash = messageHash({ by, text, replyTo }, this.secret)
    const context = {
      known,
      target: replyTo === null || this.log.hasMessage(replyTo),
      pace: this.paces.get(by) ?? freshPace(now),
    }
    const decision = decide(this.awake(), { id, by, text, replyTo, mentions, hash }, context, now)
    switch (decision.kind) {
      case 'refuse': {
        const { reason, detail, retryAfterMs } = decision
        if (retryAfterMs !== undefined) this.heldBack.hold(socket, id, retryAfterMs, now)
        return this.refuse(socket, { id, reason, detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
      }
      case 'repeat':
        return this.sockets.send(socket, { t: 'ack', id, seq: decision.seq, at: decision.at })
      case 'accept': {
        this.paces.set(by, decision.pace)
        const message = this.transact(() => this.append(decision.event))
        this.sockets.send(socket, { t: 'ack', id, seq: message.seq, at: message.at })
        this.announce([message])
        if (this.flush.full()) this.ctx.waitUntil(this.flushSome())
      }
    }
  }

  private mark(socket: WebSocket, mark: Mark): void {
    const member = this.awake().members.get(attached(socket).person)
    const next = member && advance(member, mark, this.awake().head)
    if (!next) return
    this.transact(() => this.setMarks(next))
    this.raise([next.person])
  }

  private async renew(socket: WebSocket, ticket: string): Promise<void> {
    const renewal = await readRenewal(ticket, this.secret, Date.now())
    const attachment = attached(socket)
    // Someone else's ticket, or one of another device, moves nothing: the socket ends with its own session.
    if (renewal?.person !== attachment.person || renewal.device !== attachment.device) return
    const expiresAt = Math.max(attachment.expiresAt, renewal.expiresAt)
    attach(socket, { ...attachment, expiresAt })
    this.sockets.send(socket, { t: 'renewed', expiresAt })
  }

  private floods(person: string): boolean {
    const now = Date.now()
    const paid = spend(this.framePaces.get(person) ?? freshPace(now, frameRate), now, frameRate)
    if (paid.ok) this.framePaces.set(person, paid.pace)
    return !paid.ok
  }

  /** Stores all or nothing, and knows no more than it stored. */
  private transact<T>(work: () => T): T {
    const before = this.room
    try {
      return this.ctx.storage.transactionSync(work)
    } catch (error) {
      this.room = before
      throw error
    }
  }

  /** Stores one event with all that follows from it. The caller has opened the transaction and tells the sockets. */
  private append(event: LogEvent): Message {
    const message = this.log.append(event)
    this.room = evolve(this.awake(), event)
    this.flush.wanted(Date.now())
    return message
  }

  /** Tells every live socket of new messages that follow each other. */
  private announce(messages: Message[]): void {
    if (messages.length === 0) return
    for (const chunk of chunks(messages)) {
      const covers: [number, number] = [chunk[0]!.seq, chunk.at(-1)!.seq]
      this.sockets.broadcast({ t: 'changes', covers, messages: chunk, live: true })
    }
    this.sockets.answerPings(this.awake().head)
  }

  private setMarks(member: { person: string; delivered: number; read: number }): void {
    const { person, delivered, read } = member
    this.room = withMarks(this.awake(), { person, delivered, read })
    const kept = this.room.members.get(person)
    if (kept) this.record.setMarks(kept)
    this.flush.wanted(Date.now())
  }

  private markAllRead(): void {
    const room = this.awake()
    const marks = { delivered: room.head, read: room.head }
    const members = new Map([...room.members].map(([person, member]) => [person, { ...member, ...marks }]))
    for (const member of members.values()) this.record.setMarks(member)
    this.room = { ...room, members }
  }

  /** Marks are told together, at most every 100 ms. */
  private raise(people: string[]): void {
    const waiting = this.raised.size > 0
    for (const person of people) this.raised.add(person)
    if (waiting || this.raised.size === 0) return
    setTimeout(() => {
      const members = [...this.raised]
        .map((person) => this.room?.members.get(person))
        .filter((member) => member !== undefined)
      this.raised.clear()
      const marks = members.map(({ person, delivered, read }) => ({ person, delivered, read }))
      this.sockets.broadcast({ t: 'marks', marks })
    }, limits.marksEveryMs)
  }

  /** Who is here is told as marks are: when many come back at once, each of them changes the list for all the others. */
  private tellWhoIsHere(): void {
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

  private async perform(duty: Duty): Promise<void> {
    switch (duty) {
      case 'flush':
        return await this.flushSome()
      case 'presence':
        this.agenda.done('presence')
        return this.tellWhoIsHere()
      case 'sessions':
        return this.endSessions(Date.now())
      case 'members':
        return await this.settleIntents()
      case 'epoch':
        return await this.beginAnew()
    }
  }

  private async flushSome(): Promise<void> {
    await this.flush.run()
    this.agenda.arm()
  }

  private endSessions(now: number): void {
    this.agenda.done('sessions')
    for (const socket of this.sockets.all()) {
      const over = attached(socket).expiresAt + limits.sessionSlackMs
      if (over <= now) socket.close(closeCodes.signIn, 'The session is over.')
      else this.agenda.hasten('sessions', over)
    }
  }

  /** An object that must not write any more lets its epoch go, claims another one, and takes along what it still holds. */
  private async beginAnew(): Promise<void> {
    if (this.record.stopped() !== null) {
      this.ctx.storage.transactionSync(() => {
        this.log.setAside(this.awake().flushed)
        this.record.end()
      })
      this.room = null
      for (const socket of this.sockets.all()) socket.close(closeCodes.tryAgainLater, 'The room begins anew.')
    }
    if ((await this.ready()) === false) this.agenda.plan('epoch', Date.now() + nextEpochMs)
    else this.agenda.done('epoch')
  }

  /** Asks for the member changes whose outcome is unknown, until it is known. */
  private async settleIntents(): Promise<void> {
    for (const intent of this.record.intents()) {
      // Postgres is away: the others would only wait for the same silence.
      if (!(await this.fulfil(intent))) return this.agenda.plan('members', Date.now() + intentRetryMs)
    }
    this.agenda.done('members')
  }

  /** Carries out one member change; null while its outcome is unknown. */
  private async fulfil(intent: Intent): Promise<JoinOutcome | null> {
    let outcome: JoinOutcome
    try {
      outcome = await this.database.joinRoom(intent.command, intent.codeHash, intent.person, this.awake().head)
    } catch (error) {
      console.warn(`room ${this.id}: joining is not settled yet: ${String(error)}`)
      return null
    }
    const message = this.transact(() => {
      this.record.removeIntent(intent.command)
      return 'member' in outcome ? this.admit(outcome) : null
    })
    if (message) {
      this.tellMembers()
      this.announce([message])
    }
    return outcome
  }

  /** Takes a member into the copy; null when they are there already. */
  private admit({ member, membersVersion }: Extract<JoinOutcome, { member: unknown }>): Message | null {
    const room = this.awake()
    this.record.setMembersVersion(membersVersion)
    this.room = { ...room, membersVersion: Math.max(room.membersVersion, membersVersion) }
    if (room.members.has(member.person)) return null
    this.record.putMember(member)
    this.room = { ...this.room, members: new Map(room.members).set(member.person, member) }
    const id = derivedId(this.id, room.epoch, room.head + 1)
    return this.append(joined(this.room, { id: member.person, name: member.name }, id, Date.now()))
  }

  private tellMembers(): void {
    const { membersVersion, members } = this.awake()
    this.sockets.broadcast({ t: 'members', version: membersVersion, members: [...members.values()] })
  }

  /** Compares the members' copy with Postgres in the background, at most every 5 minutes; away: the copy stands. */
  private refreshMembers(): void {
    if (this.comparing || Date.now() - this.record.membersCheckedAt() < membersFreshMs) return
    this.comparing = true
    const done = this.compareMembers()
      .catch((error: unknown) => console.warn(`room ${this.id}: members not compared: ${String(error)}`))
      .finally(() => {
        this.comparing = false
      })
    this.ctx.waitUntil(done)
  }

  private async compareMembers(): Promise<void> {
    const version = this.awake().membersVersion
    const state = await this.database.roomState(this.id)
    // What was read before a join that the room has heard of, or while one is under way, says nothing of it. A lower
    // version than before the question is the truth of a Postgres that was restored.
    if (!state || !this.room || this.room.membersVersion !== version || this.record.intents().length > 0) return
    const before = roster(this.room)
    this.transact(() => {
      this.record.replaceMembers(state, Date.now())
      this.room = this.record.load(this.log.head())
    })
    if (roster(this.awake()) === before) return
    for (const socket of this.sockets.all()) {
      if (!this.awake().members.has(attached(socket).person))
        socket.close(closeCodes.notAMember, 'You are no longer a member.')
    }
    this.tellMembers()
  }

  /** True: awake. False: storage is empty and Postgres is away. Null: there is no such room. */
  private async ready(): Promise<boolean | null> {
    if (this.room) return true
    this.waking ??= wake(this.id, this.database, this.log, this.record, this.ctx.storage)
      .then((found) => {
        this.room = this.record.load(this.log.head())
        if (this.room) this.sockets.answerPings(this.room.head)
        if (this.room && this.room.head > this.room.flushed) this.flush.wanted(Date.now())
        return found
      })
      .finally(() => {
        this.waking = null
      })
    try {
      return (await this.waking) ? true : null
    } catch (error) {
      console.warn(`room ${this.id}: cannot wake: ${String(error)}`)
      return false
    }
  }

  private awake(): RoomState {
    if (!this.room) throw new Error('The room is not awake.')
    return this.room
  }

  private malformed(socket: WebSocket, id: string | null, detail: string): void {
    this.refuse(socket, { id, reason: 'malformed', detail })
  }

  private refuse(socket: WebSocket, refusal: Omit<Refused, 't'>): void {
    this.sockets.send(socket, { t: 'refused', ...refusal })
  }
}

/** What the others see of the members, but for marks. */
function roster({ members }: RoomState): string {
  return [...members.values()]
    .map(({ person, name, role }) => `${person} ${role} ${name}`)
    .sort()
    .join('\n')
}
