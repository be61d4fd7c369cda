import type { Downstream } from '../../../protocol/downstream.ts'
import { uuidV7 } from '../../../protocol/ids.ts'
import type { Message } from '../../../protocol/message.ts'
import type { Command } from '../../../protocol/upstream.ts'
import { protocolVersion } from '../../../protocol/version.ts'
import { Connection } from './connection.ts'
import type { World } from './world.ts'

const emoji = ['👍', '❤️', '🎉'] as const

/**
 * A program that works on messages as one of the people does, without the client library: it keeps its commands until
 * they are answered, and sends each one again under its id after whatever happened.
 */
export class Bot {
  readonly person: string
  /** What is not answered yet, first in first out. */
  readonly queue: Command[] = []
  private readonly world: World
  private readonly messages = new Map<number, Message>()
  private connection: Connection | null = null
  private live = false
  private floor = 0

  constructor(world: World, person: string) {
    this.world = world
    this.person = person
    this.connect()
  }

  /** Something on a message of the last few, its own ones more often than others'. */
  work(): string | null {
    const { random } = this.world
    const recent = [...this.messages.values()].filter(({ seq }) => seq >= this.floor).slice(-12)
    if (recent.length === 0) return null
    const own = recent.filter(({ by }) => by === this.person)
    const { seq } = random.pick(own.length > 0 && random.chance(0.7) ? own : recent)
    const id = uuidV7(this.world.time.now(), random.bytes(10))
    const command = random.pick<() => Command>([
      () => ({ t: 'edit', id, seq, text: `edited ${++this.world.posts}` }),
      () => ({ t: 'edit', id, seq, text: `edited ${++this.world.posts}` }),
      () => ({ t: 'delete', id, seq }),
      () => ({ t: 'undelete', id, seq }),
      () => ({ t: 'react', id, seq, emoji: random.pick(emoji), on: random.chance(0.7) }),
      () => ({ t: 'react', id, seq, emoji: random.pick(emoji), on: random.chance(0.7) }),
      () => ({ t: 'pin', id, seq, on: random.chance(0.6) }),
    ])()
    this.queue.push(command)
    if (this.queue.length === 1) this.send()
    return `${command.t} ${seq}`
  }

  break(): void {
    this.connection?.break()
  }

  private connect(): void {
    const { world } = this
    this.connection = new Connection(world.site, this.person, `bot of ${this.person}`, {
      open: () => {
        this.messages.clear()
        this.say({ t: 'hello', v: protocolVersion, epoch: null, since: 0, from: 0 })
        this.impatient()
      },
      text: (text) => this.hear(text),
      down: () => {
        this.live = false
        this.connection = null
        world.time.after(world.random.int(500, 8_000), () => this.connect())
      },
    })
  }

  /** A deaf connection is given up, as whoever pings notices. */
  private impatient(): void {
    const { connection } = this
    const [first] = this.queue
    this.world.time.after(40_000, () => {
      if (this.connection !== connection) return
      if (!this.live || (first && this.queue[0] === first)) connection?.break()
      this.impatient()
    })
  }

  private hear(text: string): void {
    const frame = JSON.parse(text) as Downstream
    if (frame.t === 'welcome') this.floor = frame.floor
    if (frame.t === 'ack') this.answered(frame.id)
    if (frame.t === 'refused') {
      if (frame.retryAfterMs === undefined) return this.answered(frame.id)
      return void this.world.time.after(frame.retryAfterMs, () => this.send())
    }
    if (frame.t !== 'changes') return
    for (const message of frame.messages) if (!message.system) this.messages.set(message.seq, message)
    if (!frame.live) return this.say({ t: 'more', to: frame.covers[1] })
    if (this.live) return
    this.live = true
    this.send()
  }

  private answered(id: string | null): void {
    if (this.queue[0]?.id !== id) return
    this.queue.shift()
    this.send()
  }

  private send(): void {
    if (this.live && this.queue[0]) this.say(this.queue[0])
  }

  private say(frame: object): void {
    this.connection?.send(JSON.stringify(frame))
  }
}
