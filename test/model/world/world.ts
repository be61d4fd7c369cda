import { Room } from '../../../durable-objects/room-object.ts'
import { Watch } from '../checks/watch.ts'
import { installGlobals } from '../platform/globals.ts'
import { Namespace } from '../platform/namespace.ts'
import type { ObjectHost } from '../platform/object-host.ts'
import { seeded, type Random } from '../platform/random.ts'
import { virtualTime, type VirtualTime } from '../platform/virtual-time.ts'
import { Bot } from './bot.ts'
import { Device } from './device.ts'
import { FakePostgres } from './fake-postgres.ts'
import { env } from './env.ts'
import { noFaults, type Faults } from './faults.ts'
import { personId } from './ids.ts'
import { makeLimitsSmall } from './small-limits.ts'
import { Site } from './site.ts'
import { TakingInbox } from './taking-inbox.ts'
import { Weather } from './weather.ts'

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
  readonly site: Site
  readonly people: string[]
  readonly devices: Device[] = []
  readonly bots: Bot[]
  /** People who were sent away at some time: of their last words nobody told them. */
  readonly onceRemoved = new Set<string>()
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
    const members = this.people.slice(0, -1)
    this.postgres = new FakePostgres({ roomId: this.roomId, names, members, lift: this.faults.lift })
    this.weather = new Weather((name, args) => this.askPostgres(name, args), this.time, this.random)
    const parts = {
      ...{ time: this.time, random: this.random, gated: this.faults.gated },
      subrequest: (url: string, init: RequestInit) => this.weather.request(url, init),
      defect: (error: unknown) => this.watch.fail(`an object threw ${String(error)}`),
    }
    const rooms: Namespace<Room> = new Namespace<Room>(this.time, this.weather, (name) => ({
      ...{ ...parts, name },
      make: (ctx, host) => new Room(ctx, { ...env, INBOX: inboxes.boundTo(host) }),
      committed: () => this.watch.committed(this.host.storage, () => new Set(this.postgres.ids())),
    }))
    const inboxes = new Namespace<TakingInbox>(this.time, this.weather, (name) => ({
      ...{ ...parts, name },
      make: () => new TakingInbox(),
      committed: () => {},
    }))
    this.host = rooms.host(this.roomId)
    this.site = new Site(this)
    const uninstallers = [
      installGlobals(this.time, this.random.next, (line) => this.trace.push(line)),
      makeLimitsSmall(),
      this.faults.install(),
    ]
    this.uninstall = () => uninstallers.forEach((uninstall) => uninstall())
    for (const [index, person] of this.people.entries()) {
      const count = this.random.int(1, 3)
      for (let device = 1; device <= count; device++)
        this.devices.push(new Device(this.site, person, `${index + 1}.${device}`))
    }
    for (const device of this.devices) device.open()
    this.bots = this.people.slice(0, 2).map((person) => new Bot(this, person))
  }

  /** Someone with a link comes in. */
  join(person: string): void {
    this.site.join(person)
  }

  /** The object's disk is lost. What Postgres does not have by now may be gone for good. */
  wipe(): void {
    for (const id of this.site.kept()) if (!this.postgres.has(id)) this.watch.mayBeLost.add(id)
    this.host.wipe()
  }

  restore(): void {
    if (!this.backup) return
    const before = this.postgres.ids()
    this.postgres.restore(this.backup)
    const kept = new Set(this.site.kept())
    const there = new Set(this.postgres.ids())
    for (const id of before) {
      if (!there.has(id)) (kept.has(id) ? this.watch.owedAgain : this.watch.mayBeLost).add(id)
    }
  }

  /** As a fault Postgres says that it has a batch, and has not. */
  private askPostgres(name: string, args: unknown): unknown {
    const forgotten = this.faults.forgetsBatches && name === 'ingest_batch' && this.random.chance(0.1)
    return forgotten ? { outcome: 'applied', appliedTo: this.postgres.lastSeq() } : this.postgres.call(name, args)
  }

  close(): void {
    for (const device of this.devices) device.kill()
    this.host.kill()
    this.uninstall()
  }
}
