import type { StoreApi } from 'zustand/vanilla'
import { createInbox, type OpenedInbox } from '../../../web/sync/inbox/inbox.ts'
import { memoryStore } from '../../../web/sync/memory-store.ts'
import type { Store } from '../../../web/sync/store.ts'
import { noTabs } from '../../../web/sync/tabs.ts'
import type { RoomView } from '../../../web/sync/types.ts'
import type { Connection, FarEnd } from '../world/connection.ts'
import { mortal, pageTransport, type NearEnd } from '../world/page-transport.ts'
import type { InboxDevice } from './inbox-device.ts'

interface Page {
  inbox: OpenedInbox
  kill(): void
  wake(): void
  hide(): void
}

/** The client library's inbox in a page: a disk that survives it, and a clock of its own. */
export class InboxPage implements InboxDevice, NearEnd {
  readonly person: string
  readonly name: string
  connection: Connection | null = null
  private readonly far: FarEnd
  private readonly skewMs: number
  private disk = memoryStore()
  private page: Page | null = null

  constructor(far: FarEnd, person: string, name: string) {
    this.far = far
    this.person = person
    this.name = name
    this.skewMs = far.random.int(-5 * 3_600_000, 5 * 3_600_000)
  }

  get wanted(): boolean {
    return this.page !== null
  }

  get live(): boolean {
    const view = this.page?.inbox.view.getState()
    return view?.connection.state === 'live' && !view.stale
  }

  now(): number {
    return this.far.time.now() + this.skewMs
  }

  up(text: string): string {
    return text
  }

  open(): void {
    this.page ??= this.start()
  }

  close(): void {
    this.page?.inbox.close()
    this.page = null
  }

  kill(): void {
    this.page?.kill()
    this.page = null
    this.connection?.break()
    this.connection = null
  }

  forget(): void {
    this.close()
    this.disk = memoryStore()
  }

  look(on: boolean): void {
    if (on) this.page?.wake()
    else this.page?.hide()
  }

  line(room: string) {
    return this.rooms().find((line) => line.room === room) ?? null
  }

  rooms() {
    return this.page?.inbox.view.getState().rooms ?? []
  }

  badge(): number {
    return this.page?.inbox.view.getState().badge ?? 0
  }

  inboxTime(): number {
    return this.page?.inbox.now() ?? this.now()
  }

  /** What it wished is shown on its lines until it is done or refused. */
  owes(): number {
    return 0
  }

  set(room: string, choice: Parameters<InboxDevice['set']>[1]): void {
    this.page?.inbox.setRoom(room, choice)
  }

  mark(room: string, as: 'read' | 'unread'): void {
    this.page?.inbox.markRoom(room, as)
  }

  follow(room: StoreApi<RoomView>): () => void {
    return this.page?.inbox.follow(room) ?? (() => {})
  }

  private start(): Page {
    const { far, disk } = this
    let isAlive = true
    const alive = () => isAlive
    const wakes = new Set<() => void>()
    const hides = new Set<() => void>()
    const on = (set: Set<() => void>) => (run: () => void) => {
      set.add(run)
      return () => void set.delete(run)
    }
    const never = () => Promise.reject(new Error('Nobody asks for this here.'))
    const store: Store = { ...disk, durable: true, get: mortal(alive, disk.get), set: mortal(alive, disk.set) }
    const inbox = createInbox({
      ...{ me: this.person, store, tabs: noTabs, changeSettings: never, block: never },
      openTransport: (events) => pageTransport(far, this, events, alive),
      refresh: async () => 'renewed',
      clock: {
        now: () => this.now(),
        elapsed: far.time.now,
        after: (ms, run) => far.time.after(ms, () => isAlive && run()),
      },
      page: { visible: () => true, onWake: on(wakes), onHide: on(hides) },
      random: far.random.next,
      randomBytes: far.random.bytes,
    })
    return {
      inbox,
      kill: () => {
        isAlive = false
      },
      wake: () => wakes.forEach((run) => run()),
      hide: () => hides.forEach((run) => run()),
    }
  }
}
