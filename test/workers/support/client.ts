import type { Changes, Downstream, Welcome } from '../../../protocol/downstream.ts'
import type { Message } from '../../../protocol/message.ts'
import type { Upstream } from '../../../protocol/upstream.ts'
import { ask, site, type Person } from './people.ts'

type Frame<T extends Downstream['t']> = Extract<Downstream, { t: T }>

/** A socket as a browser holds it: frames wait in order until a test takes them. */
export class Client {
  readonly frames: Downstream[] = []
  readonly pongs: string[] = []
  closedWith: number | null = null
  private readonly socket: WebSocket
  private waiting: (() => void)[] = []

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.addEventListener('message', ({ data }) => {
      if (typeof data !== 'string') return
      if (data.startsWith('pong:')) this.pongs.push(data)
      else this.frames.push(JSON.parse(data) as Downstream)
      this.wakeAll()
    })
    socket.addEventListener('close', ({ code }) => {
      this.closedWith = code
      this.wakeAll()
    })
    socket.accept()
  }

  send(frame: Upstream | string | ArrayBuffer): void {
    const asIs = typeof frame === 'string' || frame instanceof ArrayBuffer
    this.socket.send(asIs ? frame : JSON.stringify(frame))
  }

  close(code = 1000): void {
    this.socket.close(code)
  }

  /** Takes the next frame of this kind, and drops what came before it. */
  async next<T extends Downstream['t']>(kind: T, fits: (frame: Frame<T>) => boolean = () => true): Promise<Frame<T>> {
    const found = (frame: Downstream) => frame.t === kind && fits(frame as Frame<T>)
    await this.until(() => this.frames.some(found))
    const at = this.frames.findIndex(found)
    return this.frames.splice(0, at + 1).at(-1) as Frame<T>
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.waiting.push(resolve))
  }

  /** Says hello and pulls chunks until nothing is left to catch up. */
  async hello(held: { epoch: number | null; since: number; from: number }): Promise<CaughtUp> {
    this.send({ t: 'hello', v: 2, ...held })
    const welcome = await this.next('welcome')
    const chunks: Changes[] = []
    while (true) {
      const changes = await this.next('changes')
      chunks.push(changes)
      if (changes.live) break
      this.send({ t: 'more', to: changes.covers[1] })
    }
    return { welcome, chunks, messages: chunks.flatMap((chunk) => chunk.messages) }
  }

  private wakeAll(): void {
    for (const resolve of this.waiting.splice(0)) resolve()
  }
}

interface CaughtUp {
  welcome: Welcome
  chunks: Changes[]
  messages: Message[]
}

/** A client that holds nothing yet. */
export const nothing = { epoch: null, since: 0, from: 0 }

/** Opens the room's socket with the person's cookies. */
export async function connect(person: Person, room: string, headers: Record<string, string> = {}): Promise<Client> {
  const cookie = [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await ask(`/rooms/${room}/socket`, {
    headers: { upgrade: 'websocket', origin: site, cookie, ...headers },
  })
  if (!answer.webSocket) throw new Error(`no socket: ${answer.status} ${await answer.text()}`)
  return new Client(answer.webSocket)
}

/** Opens the room and catches up. */
export async function enter(person: Person, room: string): Promise<Client> {
  const client = await connect(person, room)
  await client.hello(nothing)
  return client
}
