import type { InboxDownstream, RoomPreferences, SetRoom } from '../../protocol/inbox.ts'
import { limits } from '../../protocol/limits.ts'
import type { Bump, BumpAnswer } from '../between.ts'
import type { Told } from './core/newer.ts'
import type { InboxDatabase } from './database.ts'
import type { Devices } from './devices.ts'
import type { Lines } from './lines.ts'
import type { Person } from './person.ts'
import type { Visits } from './visits.ts'

/** The person, as far as the list asks and tells them. */
type Beside = Pick<Person, 'asOf' | 'take' | 'wake' | 'news' | 'listed'>

/** What is heard while Postgres is being asked. */
interface Meanwhile {
  /** Rooms that told something. */
  heard: Set<string>
  /** Rooms about which the person set something that Postgres may not have had when it answered. */
  set: Set<string>
}

/** The room list: what rooms say and what Postgres says becomes one list, and devices hear of each difference. */
export class RoomList {
  private readonly storage: DurableObjectStorage
  private readonly lines: Lines
  private readonly visits: Visits
  private readonly devices: Devices
  private readonly database: InboxDatabase
  private readonly self: Beside
  private readonly readings = new Set<Meanwhile>()

  constructor(parts: {
    storage: DurableObjectStorage
    lines: Lines
    visits: Visits
    devices: Devices
    database: InboxDatabase
    self: Beside
  }) {
    this.storage = parts.storage
    this.lines = parts.lines
    this.visits = parts.visits
    this.devices = parts.devices
    this.database = parts.database
    this.self = parts.self
  }

  /** A room says how it stands. `here`: a device is connected; otherwise the room falls silent. */
  bump(bump: Bump, here: boolean): BumpAnswer {
    this.heard(bump.room)
    const kept = this.change(() => {
      const newer = this.lines.bump(bump)
      if (!here) this.visits.silence(bump.room)
      const line = this.lines.of(bump.room)?.line
      if (newer && line) this.self.news(line, bump.news, here, Date.now())
      return line
    })
    if (here) return { state: 'taken' }
    // A room that is none of the person's has nothing to tell.
    return { state: 'nobody', visit: this.visits.current(), wake: kept ? this.self.wake(kept) : 'nothing' }
  }

  /** A room answers that it has heard of a visit. */
  answered(bump: Bump, visit: number): void {
    this.heard(bump.room)
    this.change(() => {
      this.lines.bump(bump)
      this.visits.answered(bump.room, visit)
    })
  }

  /** A room says that it is the person's no more. */
  gone(room: string, epoch: number, n: number): void {
    this.heard(room)
    this.change(() => this.lines.remove(room, { epoch, n }))
  }

  /** A room answers that it is none of the person's. What it told since it was asked stands. */
  goneUnlessTold(room: string, since: Told): void {
    this.heard(room)
    this.change(() => this.lines.removeUnlessTold(room, since))
  }

  set(room: string, change: Partial<RoomPreferences>): boolean {
    for (const { set } of this.readings) set.add(room)
    return this.change(() => this.lines.setPreferences(room, change))
  }

  /** Reads the list from Postgres and takes the difference over. Throws while Postgres is away. */
  async read(): Promise<void> {
    const asked = this.visits.asked()
    const asOf = this.self.asOf()
    const { state, meanwhile } = await this.reading(() => this.database.state())
    const stale = this.visits.stale()
    this.change(() => {
      // The person is gone, and so are their rooms.
      this.lines.take(state?.rooms ?? [], meanwhile.heard, meanwhile.set)
      if (state) this.self.take(state, asOf)
      if (this.visits.readAt() === 0) this.visits.callEveryone()
      this.visits.read(asked, Date.now())
    })
    if (stale) this.devices.tell({ t: 'fresh' })
  }

  /** Tells Postgres what the person set. Throws while it is away. */
  async keepPreferences(): Promise<void> {
    const unkept = this.lines.unkept()
    await this.database.keepPreferences(unkept.map(({ room, preferences }) => ({ room, ...preferences })))
    this.lines.preferencesKept(unkept)
  }

  /** Reads the lines of some rooms from Postgres. */
  async readSome(rooms: string[]): Promise<void> {
    const { state, meanwhile } = await this.reading(() => this.database.lines(rooms))
    this.change(() => {
      for (const line of state) {
        const before = this.lines.of(line.room)
        if (before && !meanwhile.heard.has(line.room)) this.lines.takeOne(line, before, meanwhile.set)
      }
    })
  }

  /** All that a device has to hear which holds the list as of `since`: frames of which the last is done. */
  *frames(since: number, whole: boolean): Generator<InboxDownstream> {
    const version = this.lines.version()
    const { rooms, gone } = this.lines.since(since)
    for (let from = 0; from === 0 || from < rooms.length; from += limits.inboxChunkRooms) {
      const to = from + limits.inboxChunkRooms
      const done = to >= rooms.length
      yield { t: 'rooms', version, rooms: rooms.slice(from, to), gone: done && !whole ? gone : [], done }
    }
  }

  /** Stores all or nothing, and tells devices what is different. */
  private change<T>(work: () => T): T {
    const before = this.lines.version()
    const done = this.storage.transactionSync(() => {
      const done = work()
      if (this.lines.version() > before) this.self.listed()
      return done
    })
    if (this.lines.version() > before) {
      this.devices.answerPings(this.lines.version())
      for (const frame of this.frames(before, false)) this.devices.tell(frame)
    }
    return done
  }

  private heard(room: string): void {
    for (const { heard } of this.readings) heard.add(room)
  }

  private async reading<T>(ask: () => Promise<T>): Promise<{ state: T; meanwhile: Meanwhile }> {
    const unkept = this.lines.unkept().map(({ room }) => room)
    const meanwhile: Meanwhile = { heard: new Set(), set: new Set(unkept) }
    this.readings.add(meanwhile)
    try {
      return { state: await ask(), meanwhile }
    } finally {
      this.readings.delete(meanwhile)
    }
  }
}

/** What a frame of a device changes of what the person set about a room. */
export function preferencesIn({ pinned, archived, mutedUntil, level }: SetRoom, now: number): Partial<RoomPreferences> {
  return {
    ...(pinned !== undefined && { pinnedAt: pinned ? now : null }),
    ...(archived !== undefined && { archivedAt: archived ? now : null }),
    ...(mutedUntil !== undefined && { mutedUntil }),
    ...(level !== undefined && { level }),
  }
}
