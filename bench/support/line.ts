import { io } from 'socket.io-client'
import type { Downstream } from '../../protocol/downstream.ts'
import type { Upstream } from '../../protocol/upstream.ts'
import { freshId } from './people.ts'

/** One person's connection to one room: `post` resolves when the server has acknowledged, and throws when it refuses. */
export type Line = { post(text: string): Promise<void>; close(): void }

/** A socket of Parley, as a bot opens it; resolves when it is live. */
export async function parleyLine(url: string, room: string, token: string): Promise<Line> {
  const address = `${url.replace('http', 'ws')}/api/v1/rooms/${room}/socket`
  // Node's WebSocket takes headers, which the browser's does not.
  const socket: WebSocket = Reflect.construct(WebSocket, [address, { headers: { authorization: `Bearer ${token}` } }])
  const send = (frame: Upstream) => socket.send(JSON.stringify(frame))
  const waiting = new Map<string, { done: () => void; failed: (why: Error) => void }>()
  await new Promise<void>((live, failed) => {
    socket.addEventListener('open', () => send({ t: 'hello', v: 2, epoch: null, since: 0, from: 0 }))
    socket.addEventListener('error', () => failed(new Error(`no socket to ${address}`)))
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(String(data)) as Downstream
      if (frame.t === 'ack') waiting.get(frame.id)?.done()
      else if (frame.t === 'refused') waiting.get(frame.id ?? '')?.failed(new Error(`refused: ${frame.reason}`))
      else if (frame.t === 'changes' && frame.live) live()
    })
  })
  return {
    async post(text) {
      const id = freshId()
      await new Promise<void>((done, failed) => {
        waiting.set(id, { done, failed })
        send({ t: 'post', id, text })
      }).finally(() => waiting.delete(id))
    },
    close: () => socket.close(),
  }
}

/** The same to bench/socket-io.ts. */
export async function socketIoLine(url: string, room: string): Promise<Line> {
  const socket = io(url, { transports: ['websocket'], forceNew: true })
  await socket.emitWithAck('join', room)
  // Parley's line reads what the others said, so this one does too.
  socket.on('message', () => {})
  return {
    async post(text) {
      await socket.emitWithAck('post', { id: freshId(), text })
    },
    close: () => void socket.close(),
  }
}
