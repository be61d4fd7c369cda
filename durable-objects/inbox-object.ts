import type { ChangeSettings } from '../protocol/api.ts'
import type { Erasure, ErasureMode } from '../protocol/endpoints/own-data.ts'
import { DurableObject } from 'cloudflare:workers'
import { closeCodes } from '../protocol/close-codes.ts'
import {
  InboxUpstream,
  type InboxHello,
  type InvitationNews,
  type Presence,
  type Ring,
  type RoomLine,
  type Settings,
} from '../protocol/inbox.ts'
import { limits } from '../protocol/limits.ts'
import type { RefusalReason } from '../protocol/refusals.ts'
import { protocolVersion } from '../protocol/version.ts'
import type { Bump, BumpAnswer, InboxForOthers, RoomForInboxes, Watcher } from './between.ts'
import { secretOf, type InboxEnv } from './env.ts'
import { readFrame } from './frames.ts'
import type { BlockAnswer } from './inbox/blocking.ts'
import { Commands } from './inbox/commands.ts'
import { InboxDatabase } from './inbox/database.ts'
import { deviceAt, Devices, noteDevice } from './inbox/devices.ts'
import { Drafts } from './inbox/drafts.ts'
import type { InboxDuty } from './inbox/duty.ts'
import { Erasing } from './inbox/erasing.ts'
import { Errand } from './errand.ts'
import { Keys, type Claim } from './inbox/keys.ts'
import { Lines } from './inbox/lines.ts'
import { preferencesIn, RoomList } from './inbox/list.ts'
import { Person, type SettingsAnswer } from './inbox/person.ts'
import { Reports } from './inbox/reports.ts'
import { Ringing, type Over } from './inbox/ringing.ts'
import { createTables, emptyTables } from './inbox/tables.ts'
import { Visits } from './inbox/visits.ts'
import { Paces } from './paces.ts'
import { renewed } from './renewal.ts'
import { frameRate } from './room/pace.ts'
import { Endings, type Ending } from './endings.ts'
import { Farewells } from './inbox/farewells.ts'
import { DatabaseAway, ServiceFunctions } from './service-functions.ts'
import { answerClose, closedSocket, endSessions } from './sockets.ts'
import { Agenda } from './storage/agenda.ts'
import { ticketHeader, Tickets } from './tickets.ts'
import { visitorOf, type Visitor } from './visitor.ts'
import { fault, warn } from './log.ts'

/** The first version that knew of inboxes. */
const oldestVersion = 3

// 2 s: longer than Postgres takes when it is well, shorter than anyone waits for a list that the inbox has.
const patienceMs = 2_000

/** A device that says hello has the list read again when Postgres told it longer ago than this. */
const listFreshMs = 5 * 60_000

/** What could not be asked of a room may be asked again after this long. */
const askAgainMs = 2_000

/** A command that met a defect is repeated after this long. */
const defectRetryMs = 5_000

type Frame<T extends InboxUpstream['t']> = Extract<InboxUpstream, { t: T }>

/**
 * One person's inbox: their room list and whatever reaches them in no room that is open. Rooms tell it their news and it
 * keeps each room's last word, device or not; devices hear what changed. This is the door; each part stands in `inbox/`.
 */
export class Inbox extends DurableObject<InboxEnv> implements InboxForOthers {
  private readonly person: string
  private readonly secret: string
  private readonly agenda: Agenda<InboxDuty>
  private readonly devices: Devices
  private readonly lines: Lines
  private readonly visits: Visits
  private readonly self: Person
  private readonly list: RoomList
  private readonly reports: Reports
  private readonly commands: Commands
  private readonly drafts: Drafts
  private readonly keys: Keys
  private readonly ringing: Ringing
  private readonly reading: Errand<InboxDuty>
  private readonly calling: Errand<InboxDuty>
  private readonly receiving: Errand<InboxDuty>
  private readonly keeping: Errand<InboxDuty>
  private readonly frames = new Paces(frameRate)
  private readonly endings: Endings
  private readonly farewells: Farewells
  private readonly parting: Errand<InboxDuty>
  private readonly erasing: Erasing
  private readonly deleting: Errand<InboxDuty>
  /** Rooms that came onto the list, of which Postgres is to say what the person set. */
  private readonly comers = new Set<string>()
  private readingBack = false

  constructor(ctx: DurableObjectState, env: InboxEnv) {
    super(ctx, env)
    const { storage } = ctx
    this.person = ctx.id.name ?? ctx.id.toString()
    this.secret = secretOf(env)
    createTables(storage.sql)
    this.agenda = new Agenda<InboxDuty>(storage)
    this.devices = new Devices(ctx)
    this.lines = new Lines(storage.sql, Date.now(), (room) => {
      // Whoever came in with a token whose session was ended listens there no longer than it takes to tell.
      if (this.farewells.greet(room, Date.now())) this.parting.plan(Date.now())
    })
    this.visits = new Visits(storage.sql)
    this.commands = new Commands(storage.sql)
    this.drafts = new Drafts(storage.sql)
    this.keys = new Keys(storage.sql)
    this.ringing = new Ringing(storage.sql, this.devices)
    const { person, agenda, devices, lines, visits } = this
    const { INBOX: inboxes, ROOM: rooms, MEETING: meetings } = env
    const functions = new ServiceFunctions(env)
    this.self = new Person({ person, sql: storage.sql, devices, agenda, functions, inboxes, rooms })
    const database = new InboxDatabase(functions, person)
    this.list = new RoomList({ storage, lines, visits, devices, database, self: this.self })
    this.reports = new Reports({ person, rooms, sql: storage.sql, lines, visits, list: this.list })
    const { list, reports } = this
    const waitUntil = (work: Promise<unknown>) => ctx.waitUntil(work)
    const errand = (duty: InboxDuty, owed: () => boolean, run: () => Promise<void>) =>
      new Errand({ agenda, duty, owed, run, waitUntil })
    this.reading = errand(
      'list',
      () => visits.wanted() && devices.any(),
      () => this.readList(),
    )
    this.calling = errand(
      'back',
      () => visits.owed(1).length > 0 && devices.any(),
      () => reports.back(),
    )
    this.receiving = errand(
      'received',
      () => reports.owesReceived(),
      () => reports.received(),
    )
    this.keeping = errand(
      'preferences',
      () => lines.unkept().length > 0,
      () => list.keepPreferences(),
    )
    this.endings = new Endings(storage.sql)
    const roomsOfList = () => lines.all().map(({ room }) => room)
    const known = { known: () => visits.readAt() > 0, read: () => list.read(), rooms: roomsOfList }
    this.farewells = new Farewells({
      ...{ person, sql: storage.sql, endings: this.endings, devices, rooms, meetings },
      list: known,
    })
    const { farewells } = this
    this.parting = errand(
      'farewells',
      () => farewells.owed(),
      () => farewells.tell(),
    )
    // Whoever could not be told now would never be.
    const farewell = async () => {
      await this.parting.start()
      if (farewells.owed()) throw new Error('a room or a meeting has not heard that the sessions are over')
    }
    const erasing = new Erasing({ person, sql: storage.sql, functions, rooms, farewell, erased: () => this.empty() })
    this.erasing = erasing
    this.deleting = errand(
      'erasure',
      () => erasing.owed(),
      () => erasing.run(),
    )
    devices.answerPings(lines.version())
    // An alarm that the platform gave up on after its failures is set again by whoever comes next.
    agenda.rescue()
    // Whoever said hello and was not answered is still there when the object comes back.
    for (const socket of devices.all()) if (deviceAt(socket).asked) waitUntil(this.answerWhenRead(socket))
  }

  /** The upgrade of a device's socket. */
  override async fetch(request: Request): Promise<Response> {
    const visitor = visitorOf(request)
    if (visitor?.person !== this.person) return new Response(null, { status: 400 })
    const ticket = request.headers.get(ticketHeader)
    if (ticket !== null && !new Tickets(this.ctx.storage.sql).burn(ticket, Date.now())) {
      return closedSocket(closeCodes.signIn, 'This ticket was used already.')
    }
    if (this.erasing.begun()) return closedSocket(closeCodes.signIn, 'This account is being deleted.')
    if (this.endings.over(this.person, visitor)) return closedSocket(closeCodes.signIn, 'This session was ended.')
    const pair = new WebSocketPair()
    const now = Date.now()
    const first = !this.devices.listen(now)
    const key = crypto.randomUUID()
    this.devices.accept(pair[1], { ...visitor, key, welcomed: false, seenAt: now, away: false })
    this.agenda.hasten('sessions', visitor.expiresAt + limits.sessionSlackMs)
    if (first) this.begin(now)
    return new Response(null, { status: 101, webSocket: pair[0] })
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    if (this.erasing.begun()) return socket.close(closeCodes.signIn, 'This account is being deleted.')
    if (this.frames.wait(this.person, Date.now()) > 0)
      return socket.close(closeCodes.slowDown, 'Too many frames at once.')
    const read = readFrame(InboxUpstream, data)
    if ('problem' in read) return this.refuse(socket, read.id, 'malformed', read.problem)
    const { frame } = read
    try {
      const work = this.receive(socket, frame)
      if (work) this.ctx.waitUntil(work.catch((error: unknown) => this.failed(socket, frame, error)))
    } catch (error) {
      this.failed(socket, frame, error)
    }
  }

  /** Not async, so that a frame is handled in one step; only what others are asked for has to be waited for. */
  private receive(socket: WebSocket, frame: InboxUpstream): void | Promise<void> {
    switch (frame.t) {
      case 'hello':
        return this.hello(socket, frame)
      case 'seen':
        return this.seen(socket, frame.version)
      case 'set':
        return this.set(socket, frame)
      case 'mark':
        return this.mark(socket, frame)
      case 'draft':
        return this.draft(socket, frame)
      case 'watch':
        return this.self.watch(socket, frame.people)
      case 'look':
        return this.look(socket, frame.away)
      case 'status':
        return this.status(socket, frame)
      case 'answer':
        return this.answerRing(socket, frame)
      case 'renew':
        return this.renew(socket, frame.ticket)
    }
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    answerClose(socket, code)
    // 1006: it broke; nobody said goodbye.
    this.leave(socket, code !== 1006)
  }

  override webSocketError(socket: WebSocket): void {
    this.leave(socket, false)
  }

  override async alarm(): Promise<void> {
    await this.agenda.ring(
      `inbox ${this.person}`,
      (duty) => this.perform(duty),
      (duty) => !errands.has(duty),
    )
  }

  async bump(bump: Bump): Promise<BumpAnswer> {
    // There is nobody any more, and the room need not tell again.
    if (this.forgotten()) return { state: 'nobody', visit: Date.now(), wake: 'nothing' }
    if (this.erasing.over()) return { state: 'nobody', visit: this.visits.current(), wake: 'nothing' }
    const here = this.devices.listen(Date.now())
    const comes = this.lines.of(bump.room) === null
    const answer = this.list.bump(bump, here)
    // Where the list is about to be read, or is with the next visit, that tells it, too.
    if (comes && here && !this.visits.wanted()) this.ctx.waitUntil(this.readBack(bump.room))
    return answer
  }

  async gone(room: string, epoch: number, n: number): Promise<void> {
    if (!this.erasing.over() && !this.forgotten()) this.list.gone(room, epoch, n)
  }

  async typing(room: string, person: string, name: string, on: boolean): Promise<void> {
    this.devices.tell({ t: 'typing', room, person, name, on })
  }

  async ring(ring: Ring): Promise<'ringing' | 'nobody' | 'blocked' | 'busy'> {
    if (this.erasing.begun()) return 'nobody'
    if (this.self.blocks(ring.by)) return 'blocked'
    if (this.self.busy()) return 'busy'
    if (ring.until <= Date.now()) return 'nobody'
    this.ringing.begin(ring)
    this.agenda.hasten('rings', ring.until)
    return this.devices.listen(Date.now()) ? 'ringing' : 'nobody'
  }

  async ringOver(room: string, call: string, why: Over): Promise<void> {
    this.ringing.end(room, call, why)
  }

  /** Something became of a meeting to which the person is invited. Lost where nobody listens: Postgres has what counts. */
  async invitation(news: Omit<InvitationNews, 't'>): Promise<void> {
    this.devices.tell({ t: 'invitation', ...news })
  }

  async watch(watcher: Watcher): Promise<Presence | 'away'> {
    return await orAway(this.self.watchedBy(watcher))
  }

  async unwatch(person: string): Promise<void> {
    this.self.unwatchedBy(person)
  }

  async presence(presence: Presence): Promise<boolean> {
    return this.self.heard(presence)
  }

  /** What the person set for themself; null: there is no such person; `away`: that cannot be told now. */
  async settings(): Promise<Settings | null | 'away'> {
    return await orAway(this.self.settings())
  }

  async changeSettings(change: ChangeSettings): Promise<SettingsAnswer> {
    return await this.self.changeSettings(change)
  }

  async blocked(): Promise<string[] | null | 'away'> {
    return await orAway(this.self.blocked())
  }

  /** Blocks someone, or lets them again. When it is done, no direct message of theirs arrives any more. */
  async block(other: string, on: boolean): Promise<BlockAnswer> {
    return await this.self.block(other, on)
  }

  /** Whether the session behind a visit was ended before its token is over. */
  async isOver(visitor: Visitor): Promise<boolean> {
    return this.erasing.begun() || this.endings.over(this.person, visitor)
  }

  /** The same of a visit to a meeting. One that is let come hears from then on which sessions end. */
  async attend(meeting: string, visitor: Visitor): Promise<'welcome' | 'over'> {
    if (await this.isOver(visitor)) return 'over'
    this.farewells.attend(meeting, Date.now())
    return 'welcome'
  }

  /** How far deleting the account is. */
  async erasure(): Promise<Erasure> {
    return this.erasing.state()
  }

  /** Deletes the account: from here on nobody is signed in to it. Asked again, it goes on as it was begun. */
  async erase(mode: ErasureMode): Promise<Erasure> {
    const now = Date.now()
    this.ctx.storage.transactionSync(() => {
      if (!this.erasing.begun()) {
        this.erasing.begin(mode, now)
        // Also of whoever signs in meanwhile, past this Parley.
        this.farewells.begin({ ids: [], before: now + limits.endedMs, except: null }, now)
        this.parting.plan(now + askAgainMs)
      }
      if (this.erasing.owed()) this.deleting.plan(now)
    })
    void this.parting.start()
    if (this.erasing.owed()) void this.deleting.start()
    return this.erasing.state()
  }

  /** Not even that the person is gone is kept any more, and this object has not been loaded anew since. */
  private forgotten(): boolean {
    return !this.lines.begun()
  }

  /** Nothing is left of the person but here: that goes now, but for the word that they are gone, and then that. */
  private empty(): void {
    const now = Date.now()
    this.ctx.storage.transactionSync(() => {
      emptyTables(this.ctx.storage.sql)
      this.self.forget()
      this.erasing.end(now)
      this.agenda.plan('forgotten', now + limits.endedMs)
    })
    for (const socket of this.devices.all()) socket.close(closeCodes.signIn, 'This account is gone.')
  }

  /** Ends sessions: their sockets are closed, here and in every room that can be told now, when it is answered. */
  async endSessions(ending: Ending): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      this.farewells.begin(ending, Date.now())
      this.parting.plan(Date.now() + askAgainMs)
    })
    await atMost(patienceMs, this.parting.start())
  }

  /** The person is called otherwise in Postgres from now on. */
  async renamed(): Promise<void> {
    // A list that no device looks at may lack rooms that never told anything.
    if (!this.devices.any()) {
      await this.list
        .read()
        .catch((error: unknown) => warn(`inbox ${this.person}: the list cannot be read: ${String(error)}`))
    }
    this.self.renamed(this.lines.all().map(({ room }) => room))
  }

  /** Something is different in Postgres that no room tells: devices hear of it. Without one, the next visit reads it. */
  async reload(): Promise<void> {
    if (!this.devices.listen(Date.now())) return
    this.visits.want()
    await this.reading.start()
  }

  /** A request of the person came with a key. */
  async claimKey(key: string, print: string, command: string): Promise<Claim> {
    return this.keys.claim(key, print, command, Date.now())
  }

  async keepAnswer(key: string, status: number, answer: string): Promise<void> {
    this.keys.keep(key, status, answer)
  }

  async freeKey(key: string): Promise<void> {
    this.keys.free(key)
  }

  /** The list as it is now: as Postgres and every room that had fallen silent say. Null: Postgres cannot say. */
  async currentList(): Promise<RoomLine[] | null> {
    try {
      if (this.visits.readAt() === 0 || !this.devices.any()) await this.list.read()
    } catch (error) {
      warn(`inbox ${this.person}: the list cannot be read: ${String(error)}`)
      return null
    }
    // A room that does not answer is taken as it was.
    await this.reports.callBack(this.visits.silent()).catch((error: unknown) => warn(String(error)))
    return this.lines.all().map(({ line }) => line)
  }

  /** A first device is here: rooms that fell silent hear of it, and Postgres tells the list. */
  private begin(now: number): void {
    this.ctx.storage.transactionSync(() => {
      this.visits.begin(now)
      this.reading.plan(now)
      if (this.visits.owed(1).length > 0) this.calling.plan(now)
    })
    void this.reading.start()
  }

  /** A room is on the list that was not. Who was in it before may have set something about it, which Postgres has. */
  private async readBack(room: string): Promise<void> {
    this.comers.add(room)
    if (this.readingBack) return
    this.readingBack = true
    try {
      // Those that come meanwhile are read together.
      for (let rooms = this.coming(); rooms.length > 0; rooms = this.coming()) await this.list.readSome(rooms)
    } catch (error) {
      warn(`inbox ${this.person}: lines cannot be read: ${String(error)}`)
      this.visits.want()
      this.reading.plan(Date.now() + askAgainMs)
    } finally {
      this.readingBack = false
    }
  }

  private coming(): string[] {
    const rooms = [...this.comers]
    this.comers.clear()
    return rooms
  }

  private async readList(): Promise<void> {
    try {
      await this.list.read()
    } catch (error) {
      this.visits.away()
      throw error
    }
    if (this.visits.owed(1).length > 0) this.calling.plan(Date.now())
  }

  private hello(socket: WebSocket, { v, epoch, since }: InboxHello): void | Promise<void> {
    if (v < oldestVersion || v > protocolVersion) {
      return socket.close(closeCodes.clientTooOld, `This inbox speaks version ${protocolVersion}.`)
    }
    const now = Date.now()
    noteDevice(socket, { seenAt: now, asked: { epoch, since } })
    const readAt = this.visits.readAt()
    if (readAt === 0 || (this.visits.wanted() && !this.visits.stale())) return this.answerWhenRead(socket)
    if (readAt < now - listFreshMs && !this.visits.wanted()) this.visits.want()
    // Also where Postgres was away: somebody is here who would see that it is back.
    if (this.visits.wanted()) this.reading.plan(now)
    this.answer(socket)
  }

  /** Answers a hello once Postgres has told the list. An inbox that has one waits only so long. */
  private async answerWhenRead(socket: WebSocket): Promise<void> {
    const reading = this.reading.start()
    await (this.visits.readAt() === 0 ? reading : atMost(patienceMs, reading))
    // It has not answered yet. What it says later makes the list fresh.
    if (this.visits.readAt() > 0 && this.visits.wanted()) this.visits.away()
    this.answer(socket)
  }

  /** One step: from here on the device hears what changes, and what it is sent says how it is now. */
  private answer(socket: WebSocket): void {
    const { asked, expiresAt } = deviceAt(socket)
    if (!asked || socket.readyState !== WebSocket.OPEN) return
    if (this.visits.readAt() === 0) {
      return socket.close(closeCodes.tryAgainLater, 'The inbox is waking up; the database cannot be reached.')
    }
    const now = Date.now()
    noteDevice(socket, { welcomed: true, asked: null })
    const whole = !this.lines.reaches(asked.epoch, asked.since)
    this.devices.send(socket, {
      ...{ t: 'welcome', v: protocolVersion, epoch: this.lines.epoch(), whole, stale: this.visits.stale() },
      ...{ me: this.person, now, expiresAt },
      ...this.self.own(),
      ...{ drafts: this.drafts.all(), rings: this.ringing.all().filter(({ until }) => until > now) },
    })
    for (const frame of this.list.frames(whole ? 0 : asked.since, whole)) this.devices.send(socket, frame)
    this.self.hello(socket, now)
    this.planLarge(now)
  }

  private seen(socket: WebSocket, version: number): void {
    if (!deviceAt(socket).welcomed || !this.reports.seen(Math.min(version, this.lines.version()))) return
    this.receiving.plan(Date.now() + limits.reportEveryMs)
  }

  private set(socket: WebSocket, frame: Frame<'set'>): void {
    const now = Date.now()
    const { id, room } = frame
    if (!this.commands.done(id)) {
      if (!this.list.set(room, preferencesIn(frame, Math.min(frame.at ?? now, now))))
        return this.refuse(socket, id, 'not_allowed', notAMember)
      this.commands.keep(id, now)
      this.keeping.plan(now + limits.flushAfterMs)
    }
    this.devices.send(socket, { t: 'ack', id })
  }

  private status(socket: WebSocket, frame: Frame<'status'>): void {
    const now = Date.now()
    if (!this.commands.done(frame.id)) {
      this.self.setStatus(socket, frame, now)
      this.commands.keep(frame.id, now)
    }
    this.devices.send(socket, { t: 'ack', id: frame.id })
  }

  private async mark(socket: WebSocket, { id, room, as, upTo }: Frame<'mark'>): Promise<void> {
    const outcome = this.commands.done(id)
      ? 'marked'
      : await this.askRoom(room, (object) => object.markAll(this.person, as, upTo))
    switch (outcome) {
      case 'marked':
      case 'nothing':
        this.commands.keep(id, Date.now())
        return this.devices.send(socket, { t: 'ack', id })
      case 'gone':
        return this.refuse(socket, id, 'not_allowed', notAMember)
      case 'away':
        return this.refuse(socket, id, 'busy', 'The room cannot answer now.', askAgainMs)
    }
  }

  private draft(socket: WebSocket, { room, thread, text, at }: Frame<'draft'>): void {
    // A room that is none of theirs keeps nothing. A clock that is ahead would be the newest for ever.
    if (!this.lines.of(room)) return
    const draft = { room, thread, text, at: Math.min(at, Date.now()) }
    if (this.drafts.keep(draft)) return this.devices.tell({ t: 'draft', ...draft }, socket)
    const later = this.drafts.of(room, thread)
    if (later) this.devices.send(socket, { t: 'draft', ...later })
  }

  private look(socket: WebSocket, away: boolean): void {
    const now = Date.now()
    this.self.look(socket, away, now)
    if (!away && this.visits.wanted()) this.reading.plan(now)
    this.planLarge(now)
  }

  private async answerRing(socket: WebSocket, { id, room, call, how }: Frame<'answer'>): Promise<void> {
    const outcome = this.commands.done(id)
      ? 'done'
      : await this.askRoom(room, (object) => object.answerCall(this.person, call, how))
    switch (outcome) {
      case 'done':
        this.commands.keep(id, Date.now())
        this.ringing.end(room, call, how === 'accept' ? 'accepted' : 'declined')
        return this.devices.send(socket, { t: 'ack', id })
      case 'over':
      case 'gone':
        this.ringing.end(room, call, 'ended')
        return this.refuse(socket, id, 'too_late', 'This call rings no more.')
      case 'away':
        return this.refuse(socket, id, 'busy', 'The room cannot answer now.', askAgainMs)
    }
  }

  private async renew(socket: WebSocket, ticket: string): Promise<void> {
    const expiresAt = await renewed(socket, ticket, this.secret, Date.now())
    if (expiresAt !== null) this.devices.send(socket, { t: 'renewed', expiresAt })
  }

  private leave(socket: WebSocket, clean: boolean): void {
    if (this.erasing.over()) return
    this.self.left(socket, clean, Date.now())
    if (this.devices.any()) return
    this.agenda.done('sessions')
    this.agenda.done('large')
    this.agenda.arm()
  }

  /** Rooms that are too large to tell everyone are read while someone looks. */
  private planLarge(now: number): void {
    if (!this.looked() || this.lines.large().length === 0) this.agenda.done('large')
    else this.agenda.hasten('large', now + limits.largeRoomEveryMs)
  }

  /** Whether somebody sits before a device. */
  private looked(): boolean {
    return this.devices.welcomed().some((socket) => !deviceAt(socket).away)
  }

  private async perform(duty: InboxDuty): Promise<void> {
    const now = Date.now()
    switch (duty) {
      case 'sessions':
        return this.agenda.next('sessions', endSessions(this.devices.all(), now), now + 1)
      case 'list':
        return void this.reading.start()
      case 'back':
        return void this.calling.start()
      case 'received':
        return void this.receiving.start()
      case 'preferences':
        return void this.keeping.start()
      case 'farewells':
        return void this.parting.start()
      case 'erasure':
        return void this.deleting.start()
      case 'forgotten':
        await this.ctx.storage.deleteAll()
        return createTables(this.ctx.storage.sql)
      case 'rings':
        return this.agenda.next('rings', this.ringing.endOverdue(now), now + 1)
      case 'large':
        if (this.looked()) await this.list.readSome(this.lines.large())
        this.agenda.done('large')
        return this.planLarge(now)
      case 'presence':
      case 'keep':
      case 'tell':
      case 'watch':
      case 'blocks':
      case 'refresh':
      case 'facts':
        return await this.self.perform(duty)
    }
  }

  /** Asks a room of the person's; another one is not woken, and what was never made is not made by its name. */
  private async askRoom<T>(id: string, ask: (room: RoomForInboxes) => Promise<T>): Promise<T | 'gone' | 'away'> {
    // A call may ring before its room is on the list.
    if (!this.lines.of(id) && !this.ringing.in(id)) return 'gone'
    try {
      return await ask(this.env.ROOM.getByName(id))
    } catch (error) {
      warn(`room ${id} could not be asked: ${String(error)}`)
      return 'away'
    }
  }

  private failed(socket: WebSocket, frame: InboxUpstream, error: unknown): void {
    fault(`inbox ${this.person}: ${frame.t} failed: ${String(error)}`)
    this.refuse(socket, 'id' in frame ? frame.id : null, 'internal', 'Something went wrong here.', defectRetryMs)
  }

  private refuse(
    socket: WebSocket,
    id: string | null,
    reason: RefusalReason,
    detail: string,
    retryAfterMs?: number,
  ): void {
    const again = retryAfterMs === undefined ? {} : { retryAfterMs }
    this.devices.send(socket, { t: 'refused', id, reason, detail, ...again })
  }
}

const notAMember = 'You are not a member of this room.'

/** Duties that count their own failures. */
const errands: ReadonlySet<InboxDuty> = new Set(['list', 'back', 'received', 'preferences', 'farewells', 'erasure'])

/** Waits for the work, but not longer than this. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, over])
  clearTimeout(timer)
}

/** What Postgres has to say, or `away`. */
async function orAway<T>(answer: Promise<T>): Promise<T | 'away'> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof DatabaseAway) return 'away'
    throw error
  }
}
