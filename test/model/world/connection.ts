import type { Downstream } from '../../../protocol/downstream.ts'
import type { Sent, FakeSocket } from '../platform/fake-socket.ts'
import { Lane } from './lane.ts'
import type { World } from './world.ts'

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
  private readonly world: World
  private readonly events: ConnectionEvents
  private readonly up: Lane<{ text: string } | { close: number }>
  private readonly down: Lane<Sent | { open: true }>
  private socket: FakeSocket | null = null
  private gone = false
  /** Up to where the changes on this connection reach; null: the next ones may begin anywhere. */
  private reaches: number | null = null

  constructor(world: World, person: string, device: string, events: ConnectionEvents) {
    this.world = world
    this.person = person
    this.device = device
    this.events = events
    this.up = new Lane(world.time, world.random, (item) => this.arriveUp(item))
    this.down = new Lane(world.time, world.random, (item) => this.arriveDown(item))
    world.time.after(world.random.int(1, 60), () => void this.open())
    world.time.after(openWithinMs, () => {
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
    const { random } = this.world
    if (random.chance(0.5)) this.up.cut()
    this.roomNotices(random.chance(0.5) ? random.int(1, 100) : random.int(1_000, 120_000))
    this.lose()
  }

  /** It stays open and swallows what is sent, one way or both. The network stack notices after minutes. */
  goDeaf(): void {
    const { random } = this.world
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
    const { world } = this
    if (this.gone) return
    let socket: FakeSocket
    try {
      socket = await world.letIn(this.person, this.device)
    } catch {
      return this.lose()
    }
    this.socket = socket
    if (this.gone) return this.roomNotices(50)
    this.down.send({ open: true })
    socket.hear((sent) => {
      world.watch.sent(this.person, sent)
      // What a process had said before it died may be lost with it.
      if ('lost' in sent && world.random.chance(0.5)) this.lose()
      else this.down.send(sent)
    })
  }

  private arriveUp(item: { text: string } | { close: number }): void {
    if (!this.socket) return
    if ('text' in item) this.world.host.receive(this.socket, item.text)
    else this.world.host.closed(this.socket, item.close)
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
    this.look(item.text)
    const text = this.world.faults.down(item.text)
    if (text !== null) this.events.text(text)
  }

  /** What is on the wire is whole, in order, and kept. */
  private look(text: string): void {
    if (text.startsWith('pong')) return
    const frame = JSON.parse(text) as Downstream
    const { watch } = this.world
    // What the log dropped meanwhile comes over HTTP, and the socket goes on after it.
    if (frame.t === 'welcome' || frame.t === 'behind') this.reaches = null
    if (frame.t === 'ack' && !this.world.settings.has(frame.id)) watch.acked(frame.id, frame.seq)
    if (frame.t !== 'changes') return
    const [from, to] = frame.covers
    if (this.reaches !== null && from !== this.reaches + 1) {
      watch.fail(`changes begin at ${from} although the socket of ${this.device} has heard up to ${this.reaches}`)
    }
    this.reaches = to
    watch.shown(frame.messages, from, to)
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
    this.world.time.after(ms, () => {
      if (this.socket) this.world.host.closed(this.socket, 1006)
    })
  }
}
