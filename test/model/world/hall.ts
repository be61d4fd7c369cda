import type { Bump, BumpAnswer, InboxForOthers } from '../../../durable-objects/between.ts'
import type { RoomEnv } from '../../../durable-objects/env.ts'
import { Room } from '../../../durable-objects/room-object.ts'
import type { MemberChange } from '../../../protocol/api.ts'
import type { Downstream } from '../../../protocol/downstream.ts'
import { uuidV7 } from '../../../protocol/ids.ts'
import type { RoomEvent } from '../../../protocol/events.ts'
import type { Ring } from '../../../protocol/inbox.ts'
import type { Upstream } from '../../../protocol/upstream.ts'
import { protocolVersion } from '../../../protocol/version.ts'
import type { FakeSocket } from '../platform/fake-socket.ts'
import { installGlobals } from '../platform/globals.ts'
import { Namespace } from '../platform/namespace.ts'
import type { Living, ObjectHost } from '../platform/object-host.ts'
import { seeded } from '../platform/random.ts'
import { virtualTime, type VirtualTime } from '../platform/virtual-time.ts'
import { env } from './env.ts'
import { FakePostgres } from './fake-postgres.ts'
import { longSessionMs, visit } from './site.ts'
import { TakingInbox } from './taking-inbox.ts'
import { Weather } from './weather.ts'

/** What an inbox was told, and when. */
export interface Heard {
  to: string
  at: number
  bump?: Bump
  gone?: { room: string; epoch: number; n: number }
  ring?: Ring
  over?: { call: string; why: string }
  typing?: { person: string; on: boolean }
}

/** One room, and inboxes that note what they are told and answer as a test wants. */
export class Hall {
  readonly room = '00000000-0000-4000-8000-000000000001'
  readonly time: VirtualTime
  readonly host: ObjectHost<Room>
  readonly postgres: FakePostgres
  readonly weather: Weather
  readonly told: Heard[] = []
  /** What an inbox answers to a bump; null: nothing ever arrives there. */
  readonly answers = new Map<string, () => BumpAnswer | null>()
  /** Who left the room, as its meetings heard it; and those that hear nothing. */
  readonly gone: { meeting: string; people: string[] }[] = []
  readonly deaf = new Set<string>()
  readonly blocks = new Map<string, string[]>()
  /** What each person's socket heard. */
  readonly frames = new Map<string, Downstream[]>()
  private readonly names: ReadonlyMap<string, string>
  private readonly members: readonly string[]
  private readonly sockets = new Map<string, FakeSocket>()
  private readonly random = seeded(1)
  private readonly uninstall: () => void

  constructor(names: ReadonlyMap<string, string>, members: readonly string[], type: 'group' | 'direct' = 'group') {
    this.names = names
    this.members = members
    this.time = virtualTime()
    const blockedBy = (person: string) => this.blocks.get(person) ?? []
    this.postgres = new FakePostgres({ roomId: this.room, names, members, type, blockedBy })
    this.weather = new Weather((name, args) => this.postgres.call(name, args), this.time, this.random)
    const parts = {
      ...{ time: this.time, random: this.random, gated: true, committed: () => {} },
      subrequest: (url: string, init: RequestInit) => this.weather.request(url, init),
      defect: (error: unknown) => {
        if (!(error instanceof Unreachable)) throw error
      },
    }
    const inboxes = new Namespace<TakingInbox>(this.time, this.weather, (name) => ({
      ...{ ...parts, name },
      make: () => this.inbox(name) as TakingInbox,
    }))
    const rooms = new Namespace<Room>(this.time, this.weather, (name) => ({
      ...{ ...parts, name },
      make: (ctx, host) => new Room(ctx, { ...env, INBOX: inboxes.boundTo(host), MEETING: this.meetings() }),
    }))
    this.host = rooms.host(this.room)
    this.uninstall = installGlobals(this.time, this.random.next, () => {})
  }

  private meetings(): RoomEnv['MEETING'] {
    const getByName = (meeting: string) => ({
      membersGone: async (people: string[]) => {
        if (this.deaf.has(meeting)) throw new Error('This meeting does not answer.')
        this.gone.push({ meeting, people: people.map((person) => this.names.get(person)!) })
      },
    })
    return { getByName }
  }

  close(): void {
    this.host.kill()
    this.uninstall()
  }

  ask<T>(run: (room: Room) => Promise<T>): Promise<T> {
    const asked = this.host.call('ask', run)
    return Promise.all([asked, this.time.turn(1_000)]).then(([answer]) => answer)
  }

  /** Brings it to where it is awake and owes nothing, and nothing was told yet. */
  async quiet(): Promise<void> {
    this.enter(this.members[0]!)
    await this.time.turn(5_000)
    this.told.length = 0
  }

  /** All that was told, person by person: a round reaches them in any order. */
  heard(): Heard[] {
    return this.told.toSorted((one, other) => (one.to < other.to ? -1 : one.to > other.to ? 1 : 0))
  }

  /** What was told of lines, but for what is the same each time. */
  lines(): unknown[] {
    return this.heard().map(({ to, bump }) => ({
      ...{ to: this.names.get(to), text: bump?.last?.text, count: bump?.count },
      ...{ mentions: bump?.mentions, news: bump?.news },
    }))
  }

  /** Someone opens the room. */
  enter(person: string): void {
    const opened = (socket: FakeSocket) => {
      this.sockets.set(person, socket)
      const frames: Downstream[] = []
      this.frames.set(person, frames)
      socket.hear((sent) => {
        if ('text' in sent && !sent.text.startsWith('pong')) frames.push(JSON.parse(sent.text) as Downstream)
      })
      this.say(person, { t: 'hello', v: protocolVersion, epoch: null, since: 0, from: 0 })
    }
    // An object that dies under it opens nothing.
    void this.host.connect(visit(person, person, this.time.now(), longSessionMs)).then(opened, () => {})
  }

  say(person: string, frame: Upstream): void {
    const socket = this.sockets.get(person)
    if (!socket) throw new Error(`${person} has not entered.`)
    this.host.receive(socket, JSON.stringify(frame))
  }

  post(by: string, text: string, mentions: readonly string[] = []): void {
    this.as(by, { t: 'post', id: this.freshId(), text, ...(mentions.length > 0 && { mentions: [...mentions] }) })
  }

  read(person: string, seq: number): void {
    this.as(person, { t: 'mark', delivered: seq, read: seq })
  }

  async change(by: string, change: MemberChange): Promise<void> {
    const answer = await this.ask((room) => room.changeMembers(by, this.freshId(), [change]))
    if (answer.outcome !== 'changed') throw new Error(`It was answered ${answer.outcome}.`)
  }

  freshId(): string {
    return uuidV7(this.time.now(), this.random.bytes(10))
  }

  epoch(): number {
    return this.host.storage.read<{ epoch: number }>('select epoch from room')[0]!.epoch
  }

  head(): number {
    return this.host.storage.read<{ head: number }>('select max(seq) as head from log')[0]!.head
  }

  member(person: string): { delivered: number; read: number; unread_from: number | null } {
    return this.host.storage.read<never>('select * from members where person = ?', person)[0]!
  }

  /** The events of a kind in the log. */
  events(kind: RoomEvent['kind']): RoomEvent[] {
    const rows = this.host.storage.read<{ event: string }>('select event from log order by seq')
    return rows.map(({ event }) => JSON.parse(event) as RoomEvent).filter((event) => event.kind === kind)
  }

  /** What the log ends with. */
  lastWord(): [{ text: string; head: number }] {
    const rows = this.host.storage.read<{ event: string }>('select event from log order by seq')
    const events = rows.map(({ event }) => JSON.parse(event) as { kind: string; seq: number; text: string })
    return [{ text: events.findLast(({ kind }) => kind === 'posted')!.text, head: events.at(-1)!.seq }]
  }

  /** Counted one by one. */
  unreadOf(person: string): number {
    const unread = 'select count(*) as count from spine where seq > ? and deleted = 0 and author is not ?'
    return this.host.storage.read<{ count: number }>(unread, this.member(person).read, person)[0]!.count
  }

  /** Says it once whoever says it has entered. */
  private as(person: string, frame: Upstream): void {
    if (this.sockets.has(person)) return this.say(person, frame)
    this.enter(person)
    this.time.after(50, () => this.say(person, frame))
  }

  private inbox(name: string): InboxForOthers & Living {
    const inbox: InboxForOthers & Living = new TakingInbox()
    const note = (heard: Omit<Heard, 'to' | 'at'>) => this.told.push({ to: name, at: this.time.now(), ...heard })
    inbox.bump = (bump) => {
      note({ bump })
      const answer = (this.answers.get(name) ?? (() => ({ state: 'taken' }) as const))()
      return answer ? Promise.resolve(answer) : Promise.reject(new Unreachable())
    }
    inbox.ring = (ring) => {
      if (this.answers.get(name)?.() === null) return Promise.reject(new Unreachable())
      note({ ring })
      return Promise.resolve('ringing')
    }
    inbox.ringOver = (_room, call, why) => {
      if (this.answers.get(name)?.() === null) return Promise.reject(new Unreachable())
      note({ over: { call, why } })
      return Promise.resolve()
    }
    inbox.typing = (_room, person, _name, on) => {
      note({ typing: { person, on } })
      return Promise.resolve()
    }
    inbox.gone = (room: string, epoch: number, n: number) => {
      if (this.answers.get(name)?.() === null) return Promise.reject(new Unreachable())
      note({ gone: { room, epoch, n } })
      return Promise.resolve()
    }
    return inbox
  }
}

/** What an inbox answers in which no device listens. */
export function nobody(visit: number, wake: 'nothing' | 'mentions' | 'all' = 'nothing'): BumpAnswer {
  return { state: 'nobody', visit, wake }
}

/** An inbox that a test has made unreachable. */
class Unreachable extends Error {}
