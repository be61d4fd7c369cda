import type { MemberChange } from '../../../protocol/api.ts'
import type { Settings } from '../../../web/sync/command.ts'
import { memoryStore } from '../../../web/sync/memory-store.ts'
import { openRoom } from '../../../web/sync/room-client.ts'
import type { OpenedRoom } from '../../../web/sync/room-deps.ts'
import type { Store } from '../../../web/sync/store.ts'
import type { RoomView } from '../../../web/sync/types.ts'
import type { Connection } from './connection.ts'
import { mortal, pageTransport, type NearEnd } from './page-transport.ts'
import type { Site } from './site.ts'

interface Tab {
  room: OpenedRoom
  /** The process ends, without a word. */
  kill(): void
  wake(): void
  hide(): void
}

/** One person's device: a disk that survives, a clock of its own, and at times a tab with the room in it. */
export class Device implements NearEnd {
  readonly name: string
  readonly person: string
  /** Ids in the order in which they were handed to the client. */
  readonly sent: string[] = []
  /** What was asked of messages, in order: its id and which message it is about. */
  readonly commands: { id: string; about: number | string }[] = []
  /** Ids that had failed once: their author sends them again when they like. */
  readonly excused = new Set<string>()
  connection: Connection | null = null
  tab: Tab | null = null
  /** How far the device's clock is off. */
  skewMs: number
  private readonly site: Site
  private readonly disk = memoryStore()

  constructor(site: Site, person: string, name: string) {
    this.site = site
    this.person = person
    this.name = name
    this.skewMs = site.random.int(-5 * 3_600_000, 5 * 3_600_000)
  }

  get room(): string {
    return this.site.roomId
  }

  view(): RoomView | null {
    return this.tab?.room.view.getState() ?? null
  }

  now(): number {
    return this.site.time.now() + this.skewMs
  }

  up(text: string): string {
    return this.site.faults.up(text, this)
  }

  open(): void {
    this.tab ??= this.openTab()
  }

  /** The person closes the tab. */
  close(): void {
    this.tab?.room.close()
    this.tab = null
  }

  /** The tab's process ends, and its socket with it. */
  kill(): void {
    this.tab?.kill()
    this.tab = null
    this.connection?.break()
    this.connection = null
  }

  async post(text: string, options: { replyTo?: number; thread?: number; mentions?: string[] }): Promise<void> {
    if (!this.tab) return
    this.sent.push(await this.tab.room.send(text, options))
  }

  async ask(about: number | string, run: (room: OpenedRoom) => Promise<string>): Promise<void> {
    if (this.tab) this.commands.push({ id: await run(this.tab.room), about })
  }

  /** Such a command makes rows under ids of their own. */
  async change(settings: Settings): Promise<void> {
    if (this.tab) this.site.settings.add(await this.tab.room.change(settings))
  }

  /** For a fault: the disk forgets a message that is not settled. */
  forget(id: string): void {
    void this.disk.removeUnsent(id)
  }

  excuseFailed(): void {
    for (const row of this.view()?.rows ?? []) if (row.state === 'failed') this.excused.add(row.key)
    for (const { id } of this.view()?.notices ?? []) this.excused.add(id)
  }

  private openTab(): Tab {
    const { site, disk } = this
    let alive = true
    const living = <A extends unknown[], T>(run: (...args: A) => Promise<T>) => mortal(() => alive, run)
    const store: Store = {
      ...disk,
      durable: true,
      open: living(disk.open),
      keep: living(disk.keep),
      addUnsent: living(disk.addUnsent),
      putUnsent: living(disk.putUnsent),
      removeUnsent: living(disk.removeUnsent),
      forget: living(disk.forget),
    }
    const wakes = new Set<() => void>()
    const hides = new Set<() => void>()
    const on = (set: Set<() => void>) => (run: () => void) => {
      set.add(run)
      return () => void set.delete(run)
    }
    const room = openRoom({
      roomId: site.roomId,
      me: this.person,
      store,
      openTransport: (_room, events) => pageTransport(site, this, events, () => alive),
      fetchPage: living(async (_room: string, before: number, limit: number) => {
        return await site.page(this.person, before, limit)
      }),
      fetchNear: () => Promise.reject(new Error('Nobody jumps here.')),
      fetchChanges: living((_room: string, since: number, from: number, seq: number) => site.changes(since, from, seq)),
      fetchPins: living(() => site.pins()),
      changeMembers: living((_room: string, { command, changes }: { command: string; changes: MemberChange[] }) => {
        return site.changeMembers((room) => room.changeMembers(this.person, command, changes))
      }),
      handOver: living((_room: string, { command, to }: { command: string; to: string }) => {
        return site.changeMembers((room) => room.handOver(this.person, command, to))
      }),
      deleteRoom: () => Promise.reject(new Error('Nobody deletes the room here.')),
      refresh: async () => 'renewed',
      clock: {
        now: () => this.now(),
        elapsed: site.time.now,
        after: (ms, run) => site.time.after(ms, () => alive && run()),
      },
      page: { visible: () => true, onWake: on(wakes), onHide: on(hides) },
      random: site.random.next,
      randomBytes: site.random.bytes,
    })
    return {
      room,
      kill: () => {
        alive = false
      },
      wake: () => wakes.forEach((run) => run()),
      hide: () => hides.forEach((run) => run()),
    }
  }
}
