import { badgeOf, type InboxDownstream, type MarkRoom, type RoomLine, type SetRoom } from '../../../protocol/inbox.ts'
import { uuidV7 } from '../../../protocol/ids.ts'
import { limits } from '../../../protocol/limits.ts'
import { protocolVersion } from '../../../protocol/version.ts'
import { Connection, type FarEnd } from '../world/connection.ts'
import type { InboxDevice } from './inbox-device.ts'

type Wish = Omit<SetRoom, 'id'> | Omit<MarkRoom, 'id'>

/** What it waits for a pong, and for the answer to a hello. */
const patienceMs = 10_000

/**
 * A program that follows one person's inbox without the client library: it holds the lines as the frames say, asks for
 * what it missed, and repeats what it wants under its id until that is answered.
 */
export class InboxBot implements InboxDevice {
  readonly person: string
  readonly name: string
  live = false
  connection: Connection | null = null
  private readonly far: FarEnd
  private readonly lines = new Map<string, RoomLine>()
  private readonly waiting: (SetRoom | MarkRoom)[] = []
  private epoch: string | null = null
  private version = 0
  private listed: Set<string> | null = null
  private on = false
  private heardAt = 0

  constructor(far: FarEnd, person: string, name: string) {
    this.far = far
    this.person = person
    this.name = name
  }

  open(): void {
    if (this.on) return
    this.on = true
    this.connect()
  }

  close(): void {
    this.on = false
    this.connection?.close()
    this.down()
  }

  kill(): void {
    this.on = false
    this.connection?.break()
    this.down()
  }

  forget(): void {
    this.close()
    this.lines.clear()
    this.epoch = null
    this.version = 0
  }

  line(room: string): RoomLine | null {
    return this.lines.get(room) ?? null
  }

  rooms(): RoomLine[] {
    return [...this.lines.values()].sort((one, other) => {
      return (
        (other.pinnedAt ?? -1) - (one.pinnedAt ?? -1) || other.lastAt - one.lastAt || (one.room < other.room ? -1 : 1)
      )
    })
  }

  inboxTime(): number {
    return this.far.time.now()
  }

  badge(): number {
    return this.rooms().reduce((sum, line) => sum + badgeOf(line, this.far.time.now()), 0)
  }

  get wanted(): boolean {
    return this.on
  }

  owes(): number {
    return this.waiting.length
  }

  set(room: string, choice: Parameters<InboxDevice['set']>[1]): void {
    this.want({ t: 'set', room, ...choice })
  }

  mark(room: string, as: 'read' | 'unread'): void {
    this.want({ t: 'mark', room, as })
  }

  /** Nobody looks at it. */
  look(): void {}

  /** It opens no rooms. */
  follow(): () => void {
    return () => {}
  }

  private want(wish: Wish): void {
    const id = uuidV7(this.far.time.now(), this.far.random.bytes(10))
    this.waiting.push({ ...wish, id })
    if (this.waiting.length === 1) this.say(this.waiting[0]!)
  }

  private connect(): void {
    const { time, random } = this.far
    const connection: Connection = new Connection(this.far, this.person, this.name, {
      open: () => this.hello(connection),
      text: (text) => this.connection === connection && this.hear(text),
      down: () => {
        if (this.connection !== connection) return
        this.down()
        time.after(random.int(500, 8_000), () => this.on && !this.connection && this.connect())
      },
    })
    this.connection = connection
  }

  private down(): void {
    this.connection = null
    this.live = false
    this.listed = null
  }

  private hello(connection: Connection): void {
    this.heardAt = this.far.time.now()
    this.live = false
    connection.send(JSON.stringify({ t: 'hello', v: protocolVersion, epoch: this.epoch, since: this.version }))
    this.ping(connection)
  }

  /** A connection on which nothing is heard is given up. */
  private ping(connection: Connection): void {
    const { time } = this.far
    time.after(limits.pingEveryMs, () => {
      if (this.connection !== connection) return
      connection.send('ping')
      time.after(patienceMs, () => {
        if (this.connection !== connection) return
        if (time.now() - this.heardAt > limits.pingEveryMs) connection.break()
        else this.ping(connection)
      })
    })
  }

  private hear(text: string): void {
    this.heardAt = this.far.time.now()
    if (text.startsWith('pong:')) {
      // It missed something on a socket that lives.
      if (this.live && Number(text.slice(5)) > this.version) this.connection?.break()
      return
    }
    const frame = JSON.parse(text) as InboxDownstream
    if (frame.t === 'welcome') {
      if (frame.whole) this.version = 0
      this.epoch = frame.epoch
      this.listed = frame.whole ? new Set() : null
    }
    if (frame.t === 'rooms') this.take(frame)
    if (frame.t === 'ack') this.answered(frame.id)
    if (frame.t !== 'refused') return
    if (frame.retryAfterMs === undefined) this.answered(frame.id)
    else this.far.time.after(frame.retryAfterMs, () => this.waiting[0] && this.say(this.waiting[0]))
  }

  private take({ version, rooms, gone, done }: Extract<InboxDownstream, { t: 'rooms' }>): void {
    for (const line of rooms) {
      this.lines.set(line.room, line)
      this.listed?.add(line.room)
    }
    for (const room of gone) this.lines.delete(room)
    if (!done) return
    for (const room of this.lines.keys()) if (this.listed && !this.listed.has(room)) this.lines.delete(room)
    this.listed = null
    this.version = version
    if (!this.live && this.waiting[0]) this.say(this.waiting[0])
    this.live = true
    this.report()
  }

  private report(): void {
    const { version } = this
    this.far.time.after(limits.reportEveryMs, () => {
      if (this.live && this.version === version) this.say({ t: 'seen', version })
    })
  }

  private answered(id: string | null): void {
    if (this.waiting[0]?.id !== id) return
    this.waiting.shift()
    if (this.waiting[0]) this.say(this.waiting[0])
  }

  private say(frame: object): void {
    this.connection?.send(JSON.stringify(frame))
  }
}
