import type { MemberChange } from '../../../protocol/api.ts'
import { closeCodes } from '../../../protocol/close-codes.ts'
import type { Settings } from '../../../web/sync/command.ts'
import { memoryStore } from '../../../web/sync/memory-store.ts'
import { openRoom } from '../../../web/sync/room-client.ts'
import type { OpenedRoom } from '../../../web/sync/room-deps.ts'
import type { Store } from '../../../web/sync/store.ts'
import type { Transport, TransportEvents } from '../../../web/sync/transport.ts'
import type { RoomView } from '../../../web/sync/types.ts'
import { Connection } from './connection.ts'
import type { Site } from './site.ts'

const decided: readonly number[] = [closeCodes.signIn, closeCodes.notAMember, closeCodes.clientTooOld]

interface Tab {
  room: OpenedRoom
  /** The process ends, without a word. */
  kill(): void
  wake(): void
  hide(): void
}

/** One person's device: a disk that survives, a clock of its own, and at times a tab with the room in it. */
export class Device {
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
    // Of a killed tab nothing is heard any more: no timer, no answer of the disk, no frame.
    const never = new Promise<never>(() => {})
    const mortal =
      <A extends unknown[], T>(run: (...args: A) => Promise<T>) =>
      async (...args: A): Promise<T> => {
        if (!alive) return never
        const result = await run(...args)
        return alive ? result : never
      }
    const store: Store = {
      ...disk,
      durable: true,
      open: mortal(disk.open),
      keep: mortal(disk.keep),
      addUnsent: mortal(disk.addUnsent),
      putUnsent: mortal(disk.putUnsent),
      removeUnsent: mortal(disk.removeUnsent),
      forget: mortal(disk.forget),
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
      openTransport: (_room, events) => this.transport(events, () => alive),
      fetchPage: mortal(async (_room: string, before: number, limit: number) => {
        return await site.page(this.person, before, limit)
      }),
      fetchChanges: mortal((_room: string, since: number, from: number) => site.changes(since, from)),
      fetchPins: mortal(() => site.pins()),
      changeMembers: mortal((_room: string, { command, changes }: { command: string; changes: MemberChange[] }) => {
        return site.changeMembers((room) => room.changeMembers(this.person, command, changes))
      }),
      handOver: mortal((_room: string, { command, to }: { command: string; to: string }) => {
        return site.changeMembers((room) => room.handOver(this.person, command, to))
      }),
      deleteRoom: () => Promise.reject(new Error('Nobody deletes the room here.')),
      refresh: async () => 'renewed',
      clock: {
        now: () => site.time.now() + this.skewMs,
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

  /** A transport as the page's: one connection at a time, tried again after a growing pause. */
  private transport(events: TransportEvents, alive: () => boolean): Transport {
    const { site } = this
    let over = false
    let failures = 0
    let cancelRetry: (() => void) | null = null

    const attempt = () => {
      cancelRetry?.()
      cancelRetry = null
      this.connection?.close()
      events.connecting()
      const mine = () => alive() && !over && this.connection === connection
      const connection: Connection = new Connection(site, this.person, this.name, {
        open() {
          if (!mine()) return
          failures = 0
          events.open()
        },
        text: (text) => mine() && events.text(text),
        down: (code) => {
          if (!mine()) return
          this.connection = null
          if (decided.includes(code)) return events.down(code, null)
          const delayMs = Math.min(30_000, (500 + site.random.int(0, 500)) * 1.8 ** failures++)
          cancelRetry = site.time.after(delayMs, () => alive() && !over && attempt())
          events.down(code, site.time.now() + this.skewMs + delayMs)
        },
      })
      this.connection = connection
    }

    const cancelFirst = site.time.after(0, () => alive() && !over && !this.connection && attempt())
    return {
      send: (text) => {
        if (over || !alive() || !this.connection?.isOpen) return false
        this.connection.send(site.faults.up(text, this))
        return true
      },
      reconnect: () => {
        if (over) return
        cancelFirst()
        attempt()
      },
      close: () => {
        over = true
        cancelFirst()
        cancelRetry?.()
        if (!alive()) return
        this.connection?.close()
        this.connection = null
      },
    }
  }
}
