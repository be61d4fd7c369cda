import { createHash } from 'node:crypto'
import { DurableObject } from 'cloudflare:workers'
import * as z from 'zod/mini'
import { closeCodes } from '../protocol/close-codes.ts'
import { uuidV8 } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import type { HostAct, Standing } from '../protocol/meetings.ts'
import type { MediaReport, MeetingEntered, MeetingForOthers, MeetingGrant } from './between.ts'
import { secretOf, type MeetingEnv } from './env.ts'
import type { Ending } from './endings.ts'
import { Errand } from './errand.ts'
import { readFrame } from './frames.ts'
import { Audience, say } from './meeting/audience.ts'
import { Book, createTables } from './meeting/book.ts'
import { Chats } from './meeting/chats.ts'
import { acted, type Order } from './meeting/core/acts.ts'
import { identitiesNow, identitiesOf, intruders, reported } from './meeting/core/connections.ts'
import { entered, expelled, handRaised, left, linkWithdrawn, recalled, seen } from './meeting/core/entering.ts'
import {
  identityOf,
  isOver,
  roleOf,
  standingOf,
  type Attendee,
  type Entrant,
  type Gathering,
  type MeetingFacts,
  type Recorded,
  type Right,
} from './meeting/core/gathering.ts'
import { ended, lapsed, withFacts } from './meeting/core/session.ts'
import { here } from './meeting/core/views.ts'
import type { MeetingDuty } from './meeting/duty.ts'
import { MediaAway, MediaRoom } from './meeting/media.ts'
import { OwedTable } from './meeting/owed.ts'
import { Reports } from './meeting/reports.ts'
import { Sessions } from './meeting/sessions.ts'
import { Telling } from './meeting/telling.ts'
import { Watch } from './meeting/watch.ts'
import { renewed } from './renewal.ts'
import { ServiceFunctions } from './service-functions.ts'
import { answerClose, closedSocket, endSessions, held } from './sockets.ts'
import { Agenda } from './storage/agenda.ts'
import { visitorOf, type Visitor } from './visitor.ts'
import { warn } from './log.ts'

/** All that a socket of a meeting may say. */
const MeetingUpstream = z.object({ t: z.literal('renew'), ticket: z.string() })

/**
 * One meeting: who waits before it, who was let in, who runs it and who is there. It decides that alone; the media server
 * carries out what it says, and Postgres and the room hear what became of it. This is the door; each part stands in
 * `meeting/`, and what is decided in its pure core.
 */
export class Meeting extends DurableObject<MeetingEnv> implements MeetingForOthers {
  private readonly id: string
  private readonly secret: string
  private readonly agenda: Agenda<MeetingDuty>
  private readonly book: Book
  private readonly audience: Audience
  private readonly media: MediaRoom
  private readonly reports: Reports
  private readonly telling: Telling
  private readonly watch: Watch
  private readonly sessions: Sessions
  private readonly chats: Chats
  private readonly recording: Errand<MeetingDuty>
  private readonly calling: Errand<MeetingDuty>
  private readonly opening: Errand<MeetingDuty>

  constructor(ctx: DurableObjectState, env: MeetingEnv) {
    super(ctx, env)
    const { storage } = ctx
    this.id = ctx.id.name ?? ctx.id.toString()
    this.secret = secretOf(env)
    createTables(storage.sql)
    this.agenda = new Agenda<MeetingDuty>(storage)
    this.book = new Book(storage.sql)
    this.audience = new Audience(ctx)
    this.media = new MediaRoom(env, `m_${this.id}`)
    this.reports = new Reports(storage.sql)
    this.sessions = new Sessions(storage.sql)
    const { agenda, media } = this
    const now = () => this.book.now()
    const apply = (change: (gathering: Gathering) => Gathering) => this.apply(change(this.book.now()))
    this.telling = new Telling({
      ...{
        meeting: this.id,
        owed: new OwedTable(storage.sql),
        functions: new ServiceFunctions(env),
        rooms: env.ROOM,
        now,
      },
      learned: (facts) => apply((gathering) => withFacts(gathering, facts, Date.now())),
      roomGone: () => apply((gathering) => ended(gathering, Date.now())),
    })
    const unwelcome = () => this.unwelcome()
    this.watch = new Watch({ sql: storage.sql, agenda, media, now, unwelcome, apply })
    this.chats = new Chats({ rooms: env.ROOM, now, apply })
    const waitUntil = (work: Promise<unknown>) => ctx.waitUntil(work)
    const errand = (duty: MeetingDuty, owed: () => boolean, run: () => Promise<void>) =>
      new Errand<MeetingDuty>({ agenda, duty, owed, run, waitUntil })
    const { telling, chats } = this
    this.recording = errand(
      'record',
      () => telling.owesRecord(),
      () => telling.record(),
    )
    this.calling = errand(
      'room',
      () => telling.owesRoom(),
      () => telling.tellRoom(),
    )
    this.opening = errand(
      'chat',
      () => chats.owed(),
      () => chats.open(),
    )
    // An alarm that the platform gave up on after its failures is set again by whoever comes next.
    agenda.rescue()
  }

  /** The upgrade of a socket, for whoever has entered. */
  override async fetch(request: Request): Promise<Response> {
    const visitor = visitorOf(request)
    if (!visitor) return new Response(null, { status: 400 })
    if (this.sessions.over(visitor)) return closedSocket(closeCodes.signIn, endedSession)
    const refusal = this.closes(visitor.person)
    if (refusal !== null) return closedSocket(closeCodes.notAMember, refusal)
    const now = Date.now()
    const pair = new WebSocketPair()
    this.audience.accept(pair[1], { ...visitor, openedAt: now })
    this.agenda.hasten('sessions', visitor.expiresAt + limits.sessionSlackMs)
    this.audience.welcome(pair[1], this.book.now())
    return new Response(null, { status: 101, webSocket: pair[0] })
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const read = readFrame(MeetingUpstream, data)
    if ('problem' in read) return
    const expiresAt = await renewed(socket, read.frame.ticket, this.secret, Date.now())
    if (expiresAt !== null) say(socket, { t: 'renewed', expiresAt })
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    answerClose(socket, code)
    this.apply(seen(this.book.now(), held(socket).person, Date.now()))
  }

  override webSocketError(socket: WebSocket): void {
    this.apply(seen(this.book.now(), held(socket).person, Date.now()))
  }

  override async alarm(): Promise<void> {
    await this.agenda.ring(
      `meeting ${this.id}`,
      (duty) => this.perform(duty),
      (duty) => duty === 'sessions' || duty === 'lapse',
    )
  }

  async enter(entrant: Entrant, right: Right, facts: MeetingFacts, link: string | null): Promise<MeetingEntered> {
    // Nobody came yet, or the storage was lost with the word of who was put out.
    const removed = this.book.now().facts ? [] : await this.telling.removed()
    const before = recalled(this.book.now(), removed, Date.now())
    const { gathering, answer } = entered(before, { entrant, right, facts, link }, callOf, Date.now())
    this.apply(gathering)
    return answer
  }

  async standingOf(id: string): Promise<Standing | null> {
    const someone = this.book.now().people.get(id)
    return someone ? standingOf(this.book.now(), someone) : null
  }

  async grant(entrant: Entrant, visitor: Visitor): Promise<MeetingGrant | 'media_away' | null> {
    if (!this.admits(entrant)) return null
    this.apply(seen(this.book.now(), entrant.id, Date.now()))
    try {
      await this.media.open()
    } catch (error) {
      if (error instanceof MediaAway) return 'media_away'
      throw error
    }
    // A host may have put them out meanwhile.
    const someone = this.admits(entrant)
    if (!someone) return null
    const { name } = someone
    const identity = identityOf(entrant)
    if (entrant.person !== null) this.sessions.give(identity, visitor)
    return { identity, name, role: roleOf(someone), mediaRoom: `m_${this.id}` }
  }

  async raiseHand(id: string, up: boolean): Promise<boolean> {
    const { gathering, answer } = handRaised(this.book.now(), id, up, Date.now())
    this.apply(gathering)
    return answer
  }

  async leave(id: string, device: string): Promise<void> {
    const gathering = this.book.now()
    const identity = identityOf({ id, person: gathering.people.get(id)?.person ?? null, device })
    const connected = identitiesOf(gathering, id)
    const elsewhere = connected.some((other) => other !== identity) || this.audience.there(id, Date.now(), device)
    if (!elsewhere) this.apply(left(gathering, id, Date.now()))
    if (connected.includes(identity)) this.ctx.waitUntil(this.putOut([identity]))
  }

  async act(by: Entrant, act: HostAct): Promise<'done' | 'forbidden' | 'unknown' | 'media_away'> {
    const before = this.book.now()
    const { gathering, outcome, orders } = acted(before, by.id, act, Date.now())
    if (outcome !== 'done') return outcome
    this.apply(gathering)
    if (!this.media.exists() && !orders.some(({ order }) => order === 'mute')) {
      this.sayAll(orders, by.name)
      return 'done'
    }
    try {
      await this.carryOut(orders)
      if (before.session && !gathering.session) await this.media.end()
      else await this.watch.putOut(act.act === 'eject' ? identitiesOf(before, act.person) : [])
    } catch (error) {
      if (error instanceof MediaAway) return 'media_away'
      throw error
    }
    this.sayAll(orders, by.name)
    return 'done'
  }

  async report(event: MediaReport): Promise<void> {
    const now = Date.now()
    const { id, kind, identity, sid, at } = event
    if (!this.reports.take(id, now)) return
    const before = this.book.now()
    this.apply(reported(before, { kind, identity, sid, at }, now))
    // Nobody reports of who came and went but of connections; whoever came uninvited goes at once.
    await this.putOut(this.unwelcome())
  }

  async chatPass(id: string): Promise<{ room: string; from: number; name: string } | null> {
    return await this.chats.passOf(id)
  }

  async membersGone(people: string[]): Promise<void> {
    this.apply(expelled(this.book.now(), people, Date.now()))
  }

  async changed(facts: MeetingFacts): Promise<void> {
    this.apply(withFacts(this.book.now(), facts, Date.now()))
  }

  async recordingNow(recording: Recorded | null): Promise<void> {
    const before = this.book.now()
    if (JSON.stringify(before.recording) !== JSON.stringify(recording)) this.apply({ ...before, recording })
  }

  async linkOver(link: string): Promise<void> {
    this.apply(linkWithdrawn(this.book.now(), link, Date.now()))
  }

  async endSessions(person: string, ending: Ending): Promise<void> {
    const now = Date.now()
    this.sessions.end(person, ending, now)
    for (const socket of this.audience.of(person)) {
      if (this.sessions.over(held(socket))) socket.close(closeCodes.signIn, endedSession)
    }
    const connected = identitiesOf(this.book.now(), person)
    const out = this.sessions.endedAmong(connected)
    if (connected.length === out.length && !this.audience.there(person, now)) {
      this.apply(left(this.book.now(), person, now))
    }
    // A media server that does not answer keeps nobody signed in: whoever is still there is found at the next look.
    this.ctx.waitUntil(this.putOut(out))
  }

  /** Who is in the call and was not let in, or not by a session that still counts. */
  private unwelcome(): string[] {
    const gathering = this.book.now()
    return [...new Set([...intruders(gathering), ...this.sessions.endedAmong(identitiesNow(gathering))])]
  }

  private admits({ id, person }: Entrant): Attendee | null {
    const someone = this.book.now().people.get(id)
    return someone?.standing === 'admitted' && someone.person === person ? someone : null
  }

  /** Takes the place of what was known: stored with all that it entails in one step, and told to whom it concerns. */
  private apply(next: Gathering): void {
    const before = this.book.now()
    if (next === before) return
    const now = Date.now()
    this.ctx.storage.transactionSync(() => {
      this.book.keep(next)
      this.telling.owe(before, next)
      this.watch.plan(before, next, now)
      if (this.telling.owesRecord()) this.recording.plan(now)
      if (this.telling.owesRoom()) this.calling.plan(now)
      if (this.chats.owed()) this.opening.plan(now)
      // Whoever is lost without a word is found by looking.
      if (next.session || [...next.people.values()].some(({ standing }) => standing !== 'outside')) {
        this.agenda.hasten('lapse', now + limits.meetingEmptyMs)
      }
    })
    this.audience.tell(before, next)
    for (const socket of this.audience.all()) {
      const refusal = this.closes(held(socket).person)
      if (refusal !== null) socket.close(closeCodes.notAMember, refusal)
    }
    if (this.telling.owesRecord()) void this.recording.start()
    if (this.telling.owesRoom()) void this.calling.start()
    if (this.chats.owed()) void this.opening.start()
    if (this.watch.due(now)) this.ctx.waitUntil(this.watch.start())
  }

  /** Why someone has no place at this meeting's socket, in words; null: they have. */
  private closes(id: string): string | null {
    const gathering = this.book.now()
    const someone = gathering.people.get(id)
    if (someone && (someone.standing !== 'outside' || someone.barred)) return null
    return isOver(gathering) ? 'The meeting is over.' : 'Enter the meeting first.'
  }

  private async carryOut(orders: readonly Order[]): Promise<void> {
    const gathering = this.book.now()
    const muted = Map.groupBy(
      orders.flatMap((order) => (order.order === 'mute' ? [order] : [])),
      ({ track }) => track,
    )
    for (const [track, each] of muted) {
      await this.media.mute(new Set(each.flatMap(({ id }) => identitiesOf(gathering, id))), track)
    }
    for (const order of orders) {
      if (order.order !== 'permit') continue
      const role = roleOf(gathering.people.get(order.id)!)
      for (const identity of identitiesOf(gathering, order.id)) await this.media.permit(identity, role)
    }
  }

  private sayAll(orders: readonly Order[], by: string): void {
    for (const order of orders) {
      if (order.order === 'say') this.audience.say(order.id, { t: 'asked', what: order.what, by })
    }
  }

  /** Puts people out, or leaves it to whoever looks again. */
  private async putOut(identities: readonly string[]): Promise<void> {
    try {
      await this.watch.putOut(identities)
    } catch (error) {
      if (!(error instanceof MediaAway)) throw error
      warn(`meeting ${this.id}: ${error.message}`)
    }
  }

  private async perform(duty: MeetingDuty): Promise<void> {
    const now = Date.now()
    switch (duty) {
      case 'sessions':
        return this.agenda.next('sessions', endSessions(this.audience.all(), now), now + 1)
      case 'lapse': {
        this.agenda.done('lapse')
        const connected = here(this.book.now())
        const there = (id: string) => connected.has(id) || this.audience.there(id, now)
        const next = lapsed(this.book.now(), there, now)
        const stays = next.session || [...next.people.values()].some(({ standing }) => standing !== 'outside')
        if (stays) this.agenda.plan('lapse', now + limits.meetingEmptyMs)
        return this.apply(next)
      }
      case 'record':
        return void this.recording.start()
      case 'room':
        return void this.calling.start()
      case 'watch':
        return this.ctx.waitUntil(this.watch.start())
      case 'chat':
        return void this.opening.start()
    }
  }
}

const endedSession = 'This session was ended.'

/** The first session is the meeting's own call; a later one has an id that nobody can take before it. */
function callOf(meeting: string, n: number): string {
  return n === 0 ? meeting : uuidV8(createHash('sha256').update(`${meeting} ${n}`).digest())
}
