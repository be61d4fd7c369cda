import type { Downstream } from '../../protocol/downstream.ts'
import type { Upstream } from '../../protocol/upstream.ts'
import { type History, seenOf } from './history.ts'

/** Whose connections are recorded, and the headers that say so to the worker. */
export interface Recorded {
  client: string
  room: string
  headers: Record<string, string>
  history: History
}

const commands: ReadonlySet<Upstream['t']> = new Set(['post', 'edit', 'delete', 'react', 'pin'])
let connections = 0

/** A WebSocket class that carries headers, as bots' do, and writes down what passes. */
export function recordingSocket({ client, room, headers, history }: Recorded): typeof WebSocket {
  return class extends WebSocket {
    private readonly conn = ++connections

    constructor(url: string | URL) {
      // Node's WebSocket takes headers, which the type of the browser's does not know.
      super(url, { headers } as never)
      const { conn } = this
      this.addEventListener('open', () => history.add({ t: 'opened', at: Date.now(), client, room, conn }))
      this.addEventListener('close', () => history.add({ t: 'closed', at: Date.now(), conn }))
      this.addEventListener('message', ({ data }) => {
        if (typeof data === 'string' && !data.startsWith('pong')) this.hear(JSON.parse(data) as Downstream)
      })
    }

    override send(data: string): void {
      const at = Date.now()
      if (data !== 'ping') {
        const frame = JSON.parse(data) as Upstream
        const { conn } = this
        if (frame.t === 'hello') history.add({ t: 'hello', at, conn, since: frame.since, from: frame.from })
        else if (commands.has(frame.t) && 'id' in frame) history.add({ t: 'up', at, conn, id: frame.id })
      }
      super.send(data)
    }

    private hear(frame: Downstream): void {
      const at = Date.now()
      const { conn } = this
      switch (frame.t) {
        case 'welcome':
          return history.add({ t: 'welcome', at, conn, epoch: frame.epoch, head: frame.head })
        case 'reset':
        case 'behind':
          return history.add({ t: frame.t, at, conn })
        case 'ack':
          return history.add({ t: 'ack', at, conn, id: frame.id, seq: frame.seq, stamp: frame.at })
        case 'refused': {
          const { id, reason, retryAfterMs } = frame
          if (id !== null) history.add({ t: 'refused', at, conn, id, reason, final: retryAfterMs === undefined })
          return
        }
        case 'changes': {
          const { covers, messages } = frame
          const system = messages.filter((message) => message.system !== null)
          return history.add({ t: 'changes', at, conn, covers, seen: messages.map(seenOf), system })
        }
        default:
      }
    }
  }
}
