import { Room } from '../../../durable-objects/room-object.ts'
import type { ChangeAnswer } from '../../../durable-objects/membership.ts'
import type { ChangesPage, MembersChanged, Page, Pins } from '../../../protocol/api.ts'
import { ProblemError } from '../../../web/sync/problem-error.ts'
import { Watch } from '../checks/watch.ts'
import type { FakeSocket } from '../platform/fake-socket.ts'
import { installGlobals } from '../platform/globals.ts'
import { Namespace } from '../platform/namespace.ts'
import type { ObjectHost } from '../platform/object-host.ts'
import { seeded, type Random } from '../platform/random.ts'
import { virtualTime, type VirtualTime } from '../platform/virtual-time.ts'
import { Bot } from './bot.ts'
import { Device } from './device.ts'
import { FakePostgres } from './fake-postgres.ts'
import { noFaults, type Faults } from './faults.ts'
import { messageOf } from '../../../protocol/message.ts'
import { makeLimitsSmall } from './small-limits.ts'
import { TakingInbox } from './taking-inbox.ts'
import { Weather } from './weather.ts'

const sessionMs = 3_600_000
const env = { SUPABASE_URL: 'http://postgres.test', SUPABASE_SERVICE_KEY: 'key', PARLEY_SECRET: 'x'.repeat(64) }

function roomEnv(INBOX: DurableObjectNamespace) {
  return { ...env, INBOX }
}

/** One room with everything around it: the real object, the real clients, and all that can go wrong between them. */
export class World {
  readonly roomId = '00000000-0000-4000-8000-000000000001'
  readonly random: Random
  readonly time: VirtualTime
  readonly faults: Faults
  readonly postgres: FakePostgres
  readonly weather: Weather
  readonly watch = new Watch()
  readonly host: ObjectHost<Room>
  readonly people: string[]
  readonly devices: Device[] = []
  readonly bots: Bot[]
  /** People who were sent away at some time: of their last words nobody told them. */
  readonly onceRemoved = new Set<string>()
  /** Ids of commands that change the room itself. */
  readonly settings = new Set<string>()
  /** What happened, and what the room says of it. */
  readonly trace: string[] = []
  /** How many posts were handed to clients. */
  posts = 0
  /** The last backup of Postgres. */
  backup: ReturnType<FakePostgres['copy']> | null = null
  private readonly uninstall: () => void

  constructor(seed: number, faults: Partial<Faults> = {}) {
    this.random = seeded(seed)
    this.faults = { ...noFaults, ...faults }
    this.time = virtualTime()
    this.people = Array.from({ length: this.random.int(3, 6) }, (_, index) => personId(index))
    const names = new Map(this.people.map((person, index) => [person, `Person ${index + 1}`]))
    // The last one joins later, if at all.
    this.postgres = new FakePostgres(this.roomId, names, this.people.slice(0, -1), this.faults.lift)
    this.weather = new Weather(this.postgres, this.time, this.random, this.faults.forgetsBatches)
    const parts = {
      ...{ time: this.time, random: this.random, gated: this.faults.gated },
      subrequest: (url: string, init: RequestInit) => this.weather.request(url, init),
      defect: (error: unknown) => this.watch.fail(`an object threw ${String(error)}`),
    }
    const rooms: Namespace<Room> = new Namespace<Room>(this.time, this.weather, (name) => ({
      ...{ ...parts, name },
      make: (ctx, host) => new Room(ctx, roomEnv(inboxes.boundTo(host))),
      committed: () => this.watch.committed(this.host.storage, () => new Set(this.postgres.ids())),
    }))
    const inboxes = new Namespace<TakingInbox>(this.time, this.weather, (name) => ({
      ...{ ...parts, name },
      make: () => new TakingInbox(),
      committed: () => {},
    }))
    this.host = rooms.host(this.roomId)
    const uninstallers = [
      installGlobals(this.time, this.random.next, (line) => this.trace.push(line)),
      makeLimitsSmall(),
      this.faults.install(),
    ]
    this.uninstall = () => uninstallers.forEach((uninstall) => uninstall())
    for (const [index, person] of this.people.entries()) {
      const count = this.random.int(1, 3)
      for (let device = 1; device <= count; device++)
        this.devices.push(new Device(this, person, `${index + 1}.${device}`))
    }
    for (const device of this.devices) device.open()
    this.bots = this.people.slice(0, 2).map((person) => new Bot(this, person))
  }

  /** The worker hands a visitor over. */
  async letIn(person: string, device: string): Promise<FakeSocket> {
    const visitor = { person, device, expiresAt: this.time.now() + sessionMs }
    const headers = new Headers({ upgrade: 'websocket', 'x-parley-visitor': JSON.stringify(visitor) })
    return await this.host.connect({ headers } as Request)
  }

  /** A page of history, as the worker's route makes it. */
  async page(person: string, before: number, limit: number): Promise<Page> {
    await this.pause(1, 60)
    const asOf = this.postgres.lastSeq()
    const answer = await this.host.call('page', (room) => room.page(person, before, limit))
    switch (answer.outcome) {
      case 'page':
        await this.pause(1, 60)
        return answer.page
      case 'elsewhere': {
        await this.pause(1, 60)
        if (this.weather.state === 'away' || this.weather.state === 'silent') throw new Error('Postgres is away.')
        const messages = this.postgres.page(answer.before, limit).map(messageOf)
        const start = messages.length < limit ? 1 : messages[0]!.seq
        return { covers: [start, answer.before - 1], messages, more: start > 1, asOf }
      }
      case 'not_a_member':
      case 'away':
        throw new Error(answer.outcome)
    }
  }

  /** What changed, as the worker's route makes it. */
  async changes(since: number, from: number): Promise<ChangesPage> {
    await this.pause(1, 60)
    const asOf = this.postgres.lastSeq()
    await this.pause(1, 60)
    if (this.weather.state === 'away' || this.weather.state === 'silent') throw new Error('Postgres is away.')
    const changed = this.postgres.rows().messages.filter(({ seq, rev }) => seq >= from && rev > since)
    const messages = changed.map(messageOf).sort((one, other) => one.rev - other.rev)
    return { to: Math.max(since, asOf), messages, more: false, asOf }
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
    const bytes = [...this.random.bytes(16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    const command = bytes.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    void this.host.call('join', (room) => room.join(person, this.postgres.joinCode, command)).catch(() => {})
  }

  /** The object's disk is lost. What Postgres does not have by now may be gone for good. */
  wipe(): void {
    for (const id of this.kept()) if (!this.postgres.has(id)) this.watch.mayBeLost.add(id)
    this.host.wipe()
  }

  restore(): void {
    if (!this.backup) return
    const before = this.postgres.ids()
    this.postgres.restore(this.backup)
    const kept = new Set(this.kept())
    const there = new Set(this.postgres.ids())
    for (const id of before) {
      if (!there.has(id)) (kept.has(id) ? this.watch.owedAgain : this.watch.mayBeLost).add(id)
    }
  }

  close(): void {
    for (const device of this.devices) device.kill()
    this.host.kill()
    this.uninstall()
  }

  /** The ids that the object's disk holds. */
  private kept(): string[] {
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

function personId(index: number): string {
  return `00000000-0000-4000-8000-${(index + 0xada0).toString(16).padStart(12, '0')}`
}
