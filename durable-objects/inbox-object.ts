import type { ChangeSettings } from '../protocol/api.ts'
import { DurableObject } from 'cloudflare:workers'
import { closeCodes } from '../protocol/close-codes.ts'
import { InboxUpstream, type InboxHello, type Presence, type Ring, type Settings } from '../protocol/inbox.ts'
import { limits } from '../protocol/limits.ts'
import { protocolVersion } from '../protocol/version.ts'
import type { Bump, BumpAnswer, InboxForOthers, Watcher } from './between.ts'
import { secretOf, type InboxEnv } from './env.ts'
import { Flood } from './flood.ts'
import { readFrame } from './frames.ts'
import type { BlockAnswer } from './inbox/blocking.ts'
import { deviceAt, Devices, noteDevice } from './inbox/devices.ts'
import type { PersonDuty } from './inbox/duty.ts'
import { Lines } from './inbox/lines.ts'
import { Person, type SettingsAnswer } from './inbox/person.ts'
import { createTables } from './inbox/tables.ts'
import { renewed } from './renewal.ts'
import { DatabaseAway, ServiceFunctions } from './service-functions.ts'
import { answerClose, closedSocket, endSessions } from './sockets.ts'
import { Agenda } from './storage/agenda.ts'
import { ticketHeader, Tickets } from './tickets.ts'
import { visitorOf } from './visitor.ts'

/** What an inbox may have to do later. */
export type InboxDuty = 'sessions' | PersonDuty

/** The first version that knew of inboxes. */
const oldestVersion = 3

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
  private readonly self: Person
  private readonly flood = new Flood()

  constructor(ctx: DurableObjectState, env: InboxEnv) {
    super(ctx, env)
    this.person = ctx.id.name ?? ctx.id.toString()
    this.secret = secretOf(env)
    createTables(ctx.storage.sql)
    this.agenda = new Agenda<InboxDuty>(ctx.storage)
    this.devices = new Devices(ctx)
    this.lines = new Lines(ctx.storage.sql)
    const { agenda, devices, person } = this
    const { INBOX: inboxes, ROOM: rooms } = env
    const functions = new ServiceFunctions(env)
    this.self = new Person({ person, sql: ctx.storage.sql, devices, agenda, functions, inboxes, rooms })
    this.devices.answerPings(this.lines.version())
    // An alarm that the platform gave up on after its failures is set again by whoever comes next.
    this.agenda.rescue()
  }

  /** The upgrade of a device's socket. */
  override async fetch(request: Request): Promise<Response> {
    const visitor = visitorOf(request)
    if (visitor?.person !== this.person) return new Response(null, { status: 400 })
    const ticket = request.headers.get(ticketHeader)
    if (ticket !== null && !new Tickets(this.ctx.storage.sql).burn(ticket, Date.now())) {
      return closedSocket(closeCodes.signIn, 'This ticket was used already.')
    }
    const pair = new WebSocketPair()
    this.devices.accept(pair[1], {
      ...visitor,
      ...{ key: crypto.randomUUID(), welcomed: false, seenAt: Date.now(), away: false },
    })
    this.agenda.hasten('sessions', visitor.expiresAt + limits.sessionSlackMs)
    return new Response(null, { status: 101, webSocket: pair[0] })
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    if (this.flood.counts(this.person, Date.now())) return socket.close(closeCodes.slowDown, 'Too many frames at once.')
    const read = readFrame(InboxUpstream, data)
    if ('problem' in read) {
      const { id, problem: detail } = read
      return this.devices.send(socket, { t: 'refused', id, reason: 'malformed', detail })
    }
    const work = this.receive(socket, read.frame)
    if (work) this.ctx.waitUntil(work)
  }

  private receive(socket: WebSocket, frame: InboxUpstream): void | Promise<void> {
    switch (frame.t) {
      case 'hello':
        return this.hello(socket, frame)
      case 'renew':
        return this.renew(socket, frame.ticket)
      case 'seen':
      case 'set':
      case 'mark':
      case 'draft':
      case 'answer':
        return
      case 'watch':
        return this.self.watch(socket, frame.people)
      case 'look':
        return this.self.look(socket, frame.away, Date.now())
      case 'status':
        return this.self.setStatus(socket, frame, Date.now())
    }
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    answerClose(socket, code)
    // 1006: it broke; nobody said goodbye.
    this.self.left(socket, code !== 1006, Date.now())
  }

  override webSocketError(socket: WebSocket): void {
    this.self.left(socket, false, Date.now())
  }

  override async alarm(): Promise<void> {
    await this.agenda.ring(
      `inbox ${this.person}`,
      (duty) => this.perform(duty),
      () => true,
    )
  }

  async bump(bump: Bump): Promise<BumpAnswer> {
    const before = this.lines.version()
    if (this.lines.bump(bump)) {
      this.tellSince(before)
      this.self.news(this.lines.of(bump.room)!.line, bump.news, this.devices.any(), Date.now())
    }
    return { state: 'taken' }
  }

  async gone(room: string, epoch: number, n: number): Promise<void> {
    const before = this.lines.version()
    if (this.lines.remove(room, { epoch, n })) this.tellSince(before)
    this.self.gone(room)
  }

  async typing(room: string, person: string, name: string, on: boolean): Promise<void> {
    this.devices.tell({ t: 'typing', room, person, name, on })
  }

  async ring(ring: Ring): Promise<'ringing' | 'nobody' | 'blocked' | 'busy'> {
    if (this.self.blocks(ring.by)) return 'blocked'
    if (this.self.busy()) return 'busy'
    if (!this.devices.any()) return 'nobody'
    this.devices.tell({ t: 'ring', ...ring })
    return 'ringing'
  }

  async ringOver(room: string, call: string, why: 'accepted' | 'declined' | 'ended' | 'missed'): Promise<void> {
    this.devices.tell({ t: 'ring_over', room, call, why })
  }

  async watch(watcher: Watcher): Promise<Presence> {
    return await this.self.watchedBy(watcher, Date.now())
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

  /** The person is called otherwise in Postgres from now on. */
  async renamed(): Promise<void> {
    this.self.renamed(this.lines.since(0).lines.map(({ room }) => room))
  }

  private hello(socket: WebSocket, hello: InboxHello): void {
    if (hello.v < oldestVersion || hello.v > protocolVersion) {
      return socket.close(closeCodes.clientTooOld, `This inbox speaks version ${protocolVersion}.`)
    }
    const epoch = this.lines.epoch()
    const version = this.lines.version()
    const whole = hello.epoch !== epoch || hello.since > version
    const now = Date.now()
    noteDevice(socket, { welcomed: true, seenAt: now })
    this.devices.send(socket, {
      ...{ t: 'welcome', v: protocolVersion, epoch, whole, stale: false, me: this.person, now },
      expiresAt: deviceAt(socket).expiresAt,
      ...{ ...this.self.own(), drafts: [], rings: [] },
    })
    const { lines, gone } = this.lines.since(whole ? 0 : hello.since)
    for (let from = 0; from === 0 || from < lines.length; from += limits.inboxChunkRooms) {
      const to = from + limits.inboxChunkRooms
      const done = to >= lines.length
      this.devices.send(socket, {
        ...{ t: 'rooms', version, rooms: lines.slice(from, to), gone: done && !whole ? gone : [], done },
      })
    }
    this.self.hello(now)
  }

  private tellSince(before: number): void {
    const version = this.lines.version()
    this.devices.answerPings(version)
    const { lines: rooms, gone } = this.lines.since(before)
    if (version > before) this.devices.tell({ t: 'rooms', version, rooms, gone, done: true })
  }

  private async renew(socket: WebSocket, ticket: string): Promise<void> {
    const expiresAt = await renewed(socket, ticket, this.secret, Date.now())
    if (expiresAt !== null) this.devices.send(socket, { t: 'renewed', expiresAt })
  }

  private async perform(duty: InboxDuty): Promise<void> {
    const now = Date.now()
    switch (duty) {
      case 'sessions': {
        const next = endSessions(this.devices.all(), now)
        if (next === null) this.agenda.done('sessions')
        else this.agenda.plan('sessions', Math.max(next, now + 1))
        return
      }
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
