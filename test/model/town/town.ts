import { Inbox } from '../../../durable-objects/inbox-object.ts'
import { Room } from '../../../durable-objects/room-object.ts'
import { Violation, Watch } from '../checks/watch.ts'
import { installGlobals } from '../platform/globals.ts'
import { Namespace } from '../platform/namespace.ts'
import type { ObjectHost } from '../platform/object-host.ts'
import { seeded, type Random } from '../platform/random.ts'
import { virtualTime, type VirtualTime } from '../platform/virtual-time.ts'
import { FakeDatabase } from '../world/fake-database.ts'
import { env } from '../world/env.ts'
import { noFaults, type Faults } from '../world/faults.ts'
import { roomId } from '../world/ids.ts'
import { Site, visit } from '../world/site.ts'
import { makeLimitsSmall } from '../world/small-limits.ts'
import { Weather } from '../world/weather.ts'
import type { FarEnd } from '../world/connection.ts'
import { Handset } from './handset.ts'
import { Ledger } from './ledger.ts'

/** A room of the town, and whoever is in it at the beginning. */
export interface Founded {
  name: string
  type: 'group' | 'direct'
  members: readonly string[]
}

export interface Place {
  site: Site
  ledger: Ledger
}

/** Some rooms and some people, each with an inbox: the real objects and the real clients, and all that can go wrong between them. */
export class Town {
  readonly random: Random
  readonly time: VirtualTime = virtualTime()
  readonly faults: Faults
  readonly database: FakeDatabase
  readonly weather: Weather
  readonly rooms: Namespace<Room>
  readonly inboxes: Namespace<Inbox>
  readonly places: Place[] = []
  readonly handsets: Handset[] = []
  /** What happened, and what the objects say of it. */
  readonly trace: string[] = []
  /** How many posts were handed to clients. */
  posts = 0
  private failure: string | null = null
  private readonly uninstall: () => void

  constructor(
    seed: number,
    names: ReadonlyMap<string, string>,
    founded: readonly Founded[],
    faults: Partial<Faults> = {},
  ) {
    this.random = seeded(seed)
    this.faults = { ...noFaults, ...faults }
    this.database = new FakeDatabase(names)
    this.weather = new Weather((name, args) => this.database.call(name, args), this.time, this.random)
    const parts = {
      ...{ time: this.time, random: this.random },
      subrequest: (url: string, init: RequestInit) => this.weather.request(url, init),
      defect: (error: unknown) => this.fail(`an object threw ${String((error as Error).stack ?? error)}`),
    }
    this.rooms = new Namespace<Room>(this.time, this.weather, (name) => ({
      ...{ ...parts, name, gated: true },
      make: (ctx, host) => new Room(ctx, { ...env, INBOX: this.inboxes.boundTo(host) }),
      committed: () => this.committed(name),
    }))
    this.inboxes = new Namespace<Inbox>(this.time, this.weather, (name) => ({
      ...{ ...parts, name, gated: this.faults.gated },
      make: (ctx, host) => {
        return new Inbox(ctx, { ...env, INBOX: this.inboxes.boundTo(host), ROOM: this.rooms.boundTo(host) })
      },
      committed: () => {},
    }))
    for (const [index, room] of founded.entries()) this.places.push(this.found(roomId(index), room))
    const uninstallers = [
      installGlobals(this.time, this.random.next, (line) => this.trace.push(line)),
      makeLimitsSmall(),
      this.faults.install(),
    ]
    this.uninstall = () => uninstallers.forEach((uninstall) => uninstall())
  }

  /** Remembers the first; it is thrown by the next check. */
  fail(what: string): void {
    this.failure ??= what
  }

  check(): void {
    for (const { site } of this.places) site.watch.check()
    if (this.failure !== null) throw new Violation(this.failure)
  }

  place(room: string): Place {
    return this.places.find(({ site }) => site.roomId === room)!
  }

  /** A device that its person has from now on. */
  handset(person: string, name: string, program: 'page' | 'bot' = 'bot'): Handset {
    const handset = new Handset(this, person, name, program)
    this.handsets.push(handset)
    return handset
  }

  /** The way to someone's inbox. */
  inboxOf(person: string): FarEnd {
    const { time, random, faults } = this
    const host: ObjectHost<Inbox> = this.inboxes.host(person)
    return {
      ...{ time, random, host },
      letIn: (visitor, device) => host.connect(visit(visitor, device, time.now())),
      said: () => {},
      reader: () => (text) => faults.down(text),
    }
  }

  close(): void {
    for (const handset of this.handsets) handset.kill()
    for (const host of [...this.rooms.all(), ...this.inboxes.all()]) host.kill()
    this.uninstall()
  }

  private found(id: string, { name, type, members }: Founded): Place {
    const { time, random, faults, weather } = this
    const createdAt = time.now() - 1_000_000 + this.places.length
    const postgres = this.database.make({ roomId: id, name, type, members, createdAt })
    const host = this.rooms.host(id)
    const site = new Site({ roomId: id, ...{ time, random, faults, weather, postgres, host }, watch: new Watch() })
    return { site, ledger: new Ledger(id) }
  }

  private committed(room: string): void {
    const { site, ledger } = this.place(room)
    site.watch.committed(site.host.storage, () => new Set(site.postgres.ids()))
    ledger.committed(site.host.storage)
  }
}
