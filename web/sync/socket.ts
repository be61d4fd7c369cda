import ReconnectingWebSocket from 'partysocket/ws'
import { closeCodes } from '../../protocol/close-codes.ts'
import type { Transport, TransportEvents } from './transport.ts'

// After these closes another attempt is somebody's decision: after a refresh, or never.
const decided: readonly number[] = [closeCodes.signIn, closeCodes.notAMember, closeCodes.clientTooOld]

const minDelayMs = 500
const growth = 1.8
// 30 s: long enough to spare a server that is down, short enough to wait for.
const maxDelayMs = 30_000

export interface SocketOptions {
  address: string
  now?: () => number
  random?: () => number
  /** What each handshake carries; a browser's WebSocket takes no headers, Node's does. */
  headers?: () => Promise<Record<string, string>>
  /** Another WebSocket class than the global one. */
  WebSocket?: unknown
}

/** A transport over WebSockets that reconnect with growing, jittered delays. */
export function socketTransport(options: SocketOptions, events: TransportEvents): Transport {
  const now = options.now ?? Date.now
  const random = options.random ?? Math.random
  let closed = false
  let carried: Record<string, string> = {}
  const Carrying = options.headers && carrying(() => carried)
  let current = connect()

  function connect(): ReconnectingWebSocket {
    const firstDelayMs = minDelayMs + random() * minDelayMs
    const address = async () => {
      if (current === socket && !closed) events.connecting()
      if (options.headers) carried = await options.headers()
      return options.address
    }
    const socket: ReconnectingWebSocket = new ReconnectingWebSocket(address, undefined, {
      maxEnqueuedMessages: 0,
      minReconnectionDelay: firstDelayMs,
      maxReconnectionDelay: maxDelayMs,
      reconnectionDelayGrowFactor: growth,
      connectionTimeout: 10_000,
      shouldReconnectOnClose: (event: { code: number }) => !decided.includes(event.code),
      ...(options.WebSocket ? { WebSocket: options.WebSocket } : options.headers ? { WebSocket: Carrying } : {}),
    })
    const mine = (run: (events: TransportEvents) => void) => {
      if (current === socket && !closed) run(events)
    }
    socket.addEventListener('open', () => mine(({ open }) => open()))
    socket.addEventListener('message', (event) => mine(({ text }) => text(String(event.data))))
    socket.addEventListener('close', ({ code }) =>
      mine(({ down }) => {
        const delayMs = Math.min(maxDelayMs, firstDelayMs * growth ** Math.max(0, socket.retryCount - 1))
        down(code, socket.shouldReconnect ? now() + delayMs : null)
      }),
    )
    return socket
  }

  return {
    send(text) {
      return !closed && current.readyState === current.OPEN && current.send(text)
    },
    // A socket that waits out its delay ignores its own reconnect(), so a new one takes its place.
    reconnect() {
      if (closed) return
      const old = current
      current = connect()
      old.close()
    },
    close() {
      closed = true
      current.close()
    },
  } satisfies Transport
}

/** Node's WebSocket with headers, as a class that is made with an address alone. */
function carrying(headers: () => Record<string, string>): typeof WebSocket {
  return new Proxy(WebSocket, {
    construct: (target, [address]: [string]) =>
      Reflect.construct(target, [address, { headers: headers() }]) as WebSocket,
  })
}
