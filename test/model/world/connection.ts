import type { Sent, FakeSocket } from '../platform/fake-socket.ts'
import { Lane } from './lane.ts'
import type { Living, ObjectHost } from '../platform/object-host.ts'
import type { Random } from '../platform/random.ts'
import type { VirtualTime } from '../platform/virtual-time.ts'

/** The object that connections lead to, and whoever looks at what they carry. */
export interface FarEnd {
  readonly time: VirtualTime
  readonly random: Random
  readonly host: Pick<ObjectHost<Living>, 'receive' | 'closed'>
  letIn(person: string, device: string): Promise<FakeSocket>
  /** The object says something to a person. */
  said(person: string, sent: Sent): void
  /** How a new connection reads what arrives; null: it was lost. */
  reader(device: string): (text: string) => string | null
}

/** What a device hears of its connection. */
export interface ConnectionEvents {
  open(): void
  text(text: string): void
  down(code: number): void
}

/** A server that says nothing for this long is given up, as a browser's socket does. */
const openWithinMs = 10_000

/** One connection of a device to the room, over a network that breaks. */
export class Connection {
  readonly person: string
  readonly device: string
  isOpen = false
  private readonly far: FarEnd
  private readonly events: ConnectionEvents
  private readonly up: Lane<{ text: string } | { close: number }>
  private readonly down: Lane<Sent | { open: true }>
  private socket: FakeSocket | null = null
  private gone = false
  private readonly read: (text: string) => string | null

  constructor(far: FarEnd, person: string, device: string, events: ConnectionEvents) {
    this.far = far
    this.person = person
    this.device = device
    this.events = events
    this.read = far.reader(device)
    this.up = new Lane(far.time, far.random, (item) => this.arriveUp(item))
    this.down = new Lane(far.time, far.random, (item) => this.arriveDown(item))
    far.time.after(far.random.int(1, 60), () => void this.open())
    far.time.after(openWithinMs, () => {
      if (!this.isOpen) this.lose()
    })
  }

  send(text: string): void {
    if (this.isOpen) this.up.send({ text })
  }

  /** The device closes it. */
  close(): void {
    if (this.gone) return
    this.leave()
    this.up.send({ close: 1000 })
  }

  /** It breaks: the device notices now, the room sooner or later. */
  break(): void {
    if (this.gone) return
    const { random } = this.far
    if (random.chance(0.5)) this.up.cut()
    this.roomNotices(random.chance(0.5) ? random.int(1, 100) : random.int(1_000, 120_000))
    this.lose()
  }

  /** It stays open and swallows what is sent, one way or both. The network stack notices after minutes. */
  goDeaf(): void {
    const { random } = this.far
    const which = random.int(1, 3)
    if (which !== 1) this.up.deaf = true
    if (which !== 2) this.down.deaf = true
    this.roomNotices(random.int(60_000, 900_000))
  }

  goSlow(ms: number): void {
    this.up.slowestMs = ms
    this.down.slowestMs = ms
  }

  private async open(): Promise<void> {
    const { far } = this
    if (this.gone) return
    let socket: FakeSocket
    try {
      socket = await far.letIn(this.person, this.device)
    } catch {
      return this.lose()
    }
    this.socket = socket
    if (this.gone) return this.roomNotices(50)
    this.down.send({ open: true })
    socket.hear((sent) => {
      far.said(this.person, sent)
      // What a process had said before it died may be lost with it.
      if ('lost' in sent && far.random.chance(0.5)) this.lose()
      else this.down.send(sent)
    })
  }

  private arriveUp(item: { text: string } | { close: number }): void {
    if (!this.socket) return
    if ('text' in item) this.far.host.receive(this.socket, item.text)
    else this.far.host.closed(this.socket, item.close)
  }

  private arriveDown(item: Sent | { open: true }): void {
    if (this.gone) return
    if ('open' in item) {
      this.isOpen = true
      return this.events.open()
    }
    if ('lost' in item) return this.lose()
    if ('close' in item) {
      this.leave()
      this.up.send({ close: item.close })
      return this.events.down(item.close)
    }
    const text = this.read(item.text)
    if (text !== null) this.events.text(text)
  }

  private lose(): void {
    if (this.gone) return
    this.leave()
    this.events.down(1006)
  }

  private leave(): void {
    this.gone = true
    this.isOpen = false
    this.down.cut()
  }

  private roomNotices(ms: number): void {
    this.far.time.after(ms, () => {
      if (this.socket) this.far.host.closed(this.socket, 1006)
    })
  }
}
