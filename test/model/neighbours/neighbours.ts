import { Inbox } from '../../../durable-objects/inbox-object.ts'
import { Room } from '../../../durable-objects/room-object.ts'
import { uuidV7 } from '../../../protocol/ids.ts'
import type { InboxDownstream, InboxUpstream, Presence } from '../../../protocol/inbox.ts'
import { protocolVersion } from '../../../protocol/version.ts'
import type { FakeSocket } from '../platform/fake-socket.ts'
import { installGlobals } from '../platform/globals.ts'
import { Namespace } from '../platform/namespace.ts'
import { seeded, type Random } from '../platform/random.ts'
import { virtualTime, type VirtualTime } from '../platform/virtual-time.ts'
import { env } from '../world/env.ts'
import { FakeDatabase } from '../world/fake-database.ts'
import { roomId } from '../world/ids.ts'
import { longSessionMs, visit } from '../world/site.ts'
import { Weather } from '../world/weather.ts'

/** What a device has on screen, and what it was told of it. */
export class Screen {
  readonly person: string
  away = false
  /** It died without a word: its inbox has not heard of it. */
  ghost = false
  watching: readonly string[] = []
  readonly shown = new Map<string, Presence>()
  private socket: FakeSocket | null = null
  private readonly say_: (socket: FakeSocket, text: string) => void

  constructor(person: string, say: (socket: FakeSocket, text: string) => void) {
    this.person = person
    this.say_ = say
  }

  get open(): boolean {
    return this.socket !== null
  }

  begin(socket: FakeSocket): void {
    this.socket = socket
    socket.hear((sent) => {
      if (this.ghost) return
      if (!('text' in sent)) this.socket = null
      else if (!sent.text.startsWith('pong')) this.hear(JSON.parse(sent.text) as InboxDownstream)
    })
    this.say({ t: 'hello', v: protocolVersion, epoch: null, since: 0 })
  }

  watch(people: readonly string[]): void {
    this.watching = people
    for (const person of this.shown.keys()) if (!people.includes(person)) this.shown.delete(person)
    this.say({ t: 'watch', people: [...people] })
  }

  look(away: boolean): void {
    this.away = away
    this.say({ t: 'look', away })
  }

  ping(): void {
    if (this.socket && !this.ghost) this.say_(this.socket, 'ping')
  }

  say(frame: InboxUpstream): void {
    if (this.socket && !this.ghost) this.say_(this.socket, JSON.stringify(frame))
  }

  /** Closes it as a browser does. */
  end(closed: (socket: FakeSocket) => void): void {
    const { socket } = this
    this.socket = null
    if (socket) closed(socket)
  }

  private hear(frame: InboxDownstream): void {
    if (frame.t !== 'presence') return
    for (const presence of frame.people) {
      if (this.watching.includes(presence.person)) this.shown.set(presence.person, presence)
    }
  }
}

/** What Postgres was last told of someone. */
interface Told {
  online: boolean
  show: string
  away: boolean
}

/** Some people, each with an inbox, who have each other on screen; some pairs have a room of their own. */
export class Neighbours {
  readonly people: readonly string[]
  readonly random: Random
  readonly time: VirtualTime = virtualTime()
  readonly database: FakeDatabase
  readonly weather: Weather
  readonly inboxes: Namespace<Inbox>
  readonly screens: Screen[] = []
  readonly told = new Map<string, Told>()
  readonly defects: unknown[] = []
  private readonly uninstall: () => void

  constructor(seed: number, people: readonly string[], pairs: readonly (readonly [string, string])[]) {
    this.people = people
    this.random = seeded(seed)
    this.database = new FakeDatabase(new Map(people.map((person, index) => [person, `Person ${index}`])))
    this.weather = new Weather((name, args) => this.postgres(name, args), this.time, this.random)
    const parts = {
      ...{ time: this.time, random: this.random, gated: true, committed: () => {} },
      subrequest: (url: string, init: RequestInit) => this.weather.request(url, init),
      defect: (error: unknown) => void this.defects.push(error),
    }
    const rooms = new Namespace<Room>(this.time, this.weather, (name) => ({
      ...{ ...parts, name },
      make: (ctx, host) => new Room(ctx, { ...env, INBOX: this.inboxes.boundTo(host) }),
    }))
    this.inboxes = new Namespace<Inbox>(this.time, this.weather, (name) => ({
      ...{ ...parts, name },
      make: (ctx, host) => new Inbox(ctx, { ...env, INBOX: this.inboxes.boundTo(host), ROOM: rooms.boundTo(host) }),
    }))
    for (const [index, members] of pairs.entries()) {
      this.database.make({ roomId: roomId(index), type: 'direct', members: [...members], createdAt: this.time.now() })
    }
    this.uninstall = installGlobals(this.time, this.random.next, () => {})
  }

  close(): void {
    for (const host of this.inboxes.all()) host.kill()
    this.uninstall()
  }

  /** A device of someone connects. */
  open(person: string): void {
    const host = this.inboxes.host(person)
    const screen = new Screen(person, (socket, text) => host.receive(socket, text))
    host.connect(visit(person, this.freshId(), this.time.now(), longSessionMs)).then(
      (socket) => {
        screen.begin(socket)
        this.screens.push(screen)
      },
      () => {},
    )
  }

  /** Its tab is closed. */
  shut(screen: Screen): void {
    screen.end((socket) => this.inboxes.host(screen.person).closed(socket, 1000))
  }

  /** Lets the time pass in which the living ping. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 20_000) {
      for (const screen of this.screens) screen.ping()
      await this.time.turn(Math.min(20_000, ms - passed))
    }
  }

  /** The screens that somebody still has. */
  living(): Screen[] {
    return this.screens.filter(({ open, ghost }) => open && !ghost)
  }

  freshId(): string {
    return uuidV7(this.time.now(), this.random.bytes(10))
  }

  private postgres(name: string, args: unknown): unknown {
    if (name === 'keep_presence') {
      const { p_person, p_online, p_show, p_away } = args as Record<'p_person' | 'p_show', string> &
        Record<'p_online' | 'p_away', boolean>
      this.told.set(p_person, { online: p_online, show: p_show, away: p_away })
    }
    return this.database.call(name, args)
  }
}
