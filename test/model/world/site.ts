import type { ChangeAnswer } from '../../../durable-objects/membership.ts'
import type { Room } from '../../../durable-objects/room-object.ts'
import type { ChangesPage, MembersChanged, Page, Pins } from '../../../protocol/api.ts'
import type { Downstream } from '../../../protocol/downstream.ts'
import { madeChanges, madePage } from '../../../protocol/history.ts'
import { messageOf } from '../../../protocol/message.ts'
import { ProblemError } from '../../../web/sync/problem-error.ts'
import type { Watch } from '../checks/watch.ts'
import type { FakeSocket, Sent } from '../platform/fake-socket.ts'
import type { ObjectHost } from '../platform/object-host.ts'
import type { Random } from '../platform/random.ts'
import type { VirtualTime } from '../platform/virtual-time.ts'
import type { FarEnd } from './connection.ts'
import type { FakePostgres } from './fake-postgres.ts'
import type { Faults } from './faults.ts'
import { commandId } from './ids.ts'
import type { Weather } from './weather.ts'

const sessionMs = 3_600_000

// Few, so that what an expiry or an erasure touched takes several pages.
const changesAtOnce = 3

/** A session that ends in no test that is not about it. */
export const longSessionMs = 86_400_000

/** How the worker hands a visitor over to an object. */
export function visit(person: string, device: string, now: number, lastsMs = sessionMs): Request {
  const visitor = { person, device, expiresAt: now + lastsMs }
  const headers = new Headers({ upgrade: 'websocket', 'x-parley-visitor': JSON.stringify(visitor) })
  return { headers } as Request
}

interface SiteParts {
  roomId: string
  time: VirtualTime
  random: Random
  faults: Faults
  host: ObjectHost<Room>
  postgres: FakePostgres
  weather: Weather
  watch: Watch
}

/** One room as devices get to it: its socket, and the routes that the worker has for it. */
export class Site implements FarEnd {
  readonly roomId: string
  readonly time: VirtualTime
  readonly random: Random
  readonly faults: Faults
  readonly host: ObjectHost<Room>
  readonly postgres: FakePostgres
  readonly watch: Watch
  /** Ids of commands that change the room itself. */
  readonly settings = new Set<string>()
  private readonly weather: Weather

  constructor(parts: SiteParts) {
    this.roomId = parts.roomId
    this.time = parts.time
    this.random = parts.random
    this.faults = parts.faults
    this.host = parts.host
    this.postgres = parts.postgres
    this.watch = parts.watch
    this.weather = parts.weather
  }

  /** The worker hands a visitor over. */
  letIn(person: string, device: string): Promise<FakeSocket> {
    return this.host.connect(visit(person, device, this.time.now()))
  }

  said(person: string, sent: Sent): void {
    this.watch.sent(person, sent)
  }

  /** What is on the wire is whole, in order, and kept. */
  reader(device: string): (text: string) => string | null {
    const { watch } = this
    // Up to where the changes on this connection reach; null: the next ones may begin anywhere.
    let reaches: number | null = null
    const look = (frame: Downstream) => {
      // What the log dropped meanwhile comes over HTTP, and the socket goes on after it.
      if (frame.t === 'welcome' || frame.t === 'behind') reaches = null
      if (frame.t === 'ack' && !this.settings.has(frame.id)) watch.acked(frame.id, frame.seq)
      if (frame.t !== 'changes') return
      const [from, to] = frame.covers
      if (reaches !== null && from !== reaches + 1) {
        watch.fail(`changes begin at ${from} although the socket of ${device} has heard up to ${reaches}`)
      }
      reaches = to
      watch.shown(frame.messages, from, to)
    }
    return (text) => {
      if (!text.startsWith('pong')) look(JSON.parse(text) as Downstream)
      return this.faults.down(text)
    }
  }

  /** A page of history, as the worker's route makes it. */
  async page(person: string, before: number, limit: number): Promise<Page> {
    await this.pause(1, 60)
    const asOf = this.postgres.lastSeq()
    const answer = await this.host.call('page', (room) => room.page(person, { before }, limit))
    switch (answer.outcome) {
      case 'page':
        await this.pause(1, 60)
        return answer.page
      case 'elsewhere': {
        await this.pause(1, 60)
        if (this.weather.state === 'away' || this.weather.state === 'silent') throw new Error('Postgres is away.')
        const { plan, bounds } = answer
        const below = this.postgres.page(plan.edge, plan.below).map(messageOf)
        return madePage(plan, { below, above: [], floor: 1, top: asOf, asOf }, bounds)
      }
      case 'not_a_member':
      case 'away':
        throw new Error(answer.outcome)
    }
  }

  /** What changed, as the worker's route makes it. */
  async changes(since: number, from: number, seq: number): Promise<ChangesPage> {
    await this.pause(1, 60)
    const asOf = this.postgres.lastSeq()
    await this.pause(1, 60)
    if (this.weather.state === 'away' || this.weather.state === 'silent') throw new Error('Postgres is away.')
    const rows = this.postgres.rows().messages.map(messageOf)
    const fresh = rows.filter((row) => row.seq > since).sort((one, other) => one.seq - other.seq)
    const touched = rows
      .filter((row) => row.seq >= from && row.seq <= since && row.rev > since)
      .filter((row) => row.rev > since + 1 || row.seq > seq)
      .sort((one, other) => one.rev - other.rev || one.seq - other.seq)
    const full = { touched: touched.length >= changesAtOnce, fresh: fresh.length >= changesAtOnce }
    const page = { touched: touched.slice(0, changesAtOnce), fresh: fresh.slice(0, changesAtOnce) }
    return madeChanges({ since, seq }, { ...page, asOf, full })
  }

  async pins(): Promise<Pins> {
    await this.pause(1, 60)
    const asOf = this.postgres.lastSeq()
    const pinned = this.postgres.rows().messages.filter(({ pinnedAt }) => pinnedAt !== null)
    return { messages: pinned.sort((one, other) => other.pinnedAt! - one.pinnedAt!).map(messageOf), asOf }
  }

  /** The members' routes, as the worker has them. */
  async changeMembers(ask: (room: Room) => Promise<ChangeAnswer>): Promise<MembersChanged> {
    await this.pause(1, 60)
    const answer = await this.host.call('changeMembers', ask)
    await this.pause(1, 60)
    if (answer.outcome === 'changed') return answer
    const [type, status] = answer.outcome === 'away' ? ['internal', 503] : ['forbidden', 403]
    throw new ProblemError({ type, title: answer.outcome, status })
  }

  /** Someone with a link comes in. */
  join(person: string): void {
    const command = commandId(this.random)
    void this.host.call('join', (room) => room.join(person, this.postgres.joinCode, command)).catch(() => {})
  }

  /** The ids that the object's disk holds. */
  kept(): string[] {
    const { storage } = this.host
    // An object that died before its first commit has not even tables.
    if (storage.read("select 1 from sqlite_schema where name = 'carried'").length === 0) return []
    const rows = storage.read<{ event: string }>('select event from log union all select event from carried')
    return rows.map(({ event }) => (JSON.parse(event) as { id: string }).id)
  }

  private pause(min: number, max: number): Promise<void> {
    return new Promise((resolve) => this.time.after(this.random.int(min, max), resolve))
  }
}
