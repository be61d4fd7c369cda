import { closeCodes } from '../../protocol/close-codes.ts'
import { alarm, systemClock } from './clock.ts'
import type { Transport, TransportEvents } from './transport.ts'

// After these closes another attempt is somebody's decision: after a refresh, or never.
const decided: readonly number[] = [closeCodes.signIn, closeCodes.notAMember, closeCodes.clientTooOld]

const minDelayMs = 500
const growth = 1.8
// 30 s: long enough to spare a server that is down, short enough to wait for.
const maxDelayMs = 30_000
const openWithinMs = 10_000
// A socket that is closed as soon as it is open is no success.
const goodAfterMs = 5_000
const lost = 1006

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
  const { address, now = Date.now, random = Math.random } = options
  const Socket = (options.WebSocket ?? WebSocket) as new (address: string, more?: object) => WebSocket
  const next = alarm(systemClock)
  const good = alarm(systemClock)
  let socket: WebSocket | null = null
  let firstDelayMs = 0
  let failures = 0
  let attempts = 0
  let closed = false

  begin()

  function begin(): void {
    firstDelayMs = minDelayMs + random() * minDelayMs
    failures = 0
    next.set(0, () => void attempt())
  }

  /** What still happens to the socket, or on the way to one, concerns nobody. */
  function giveUp(): void {
    attempts++
    next.clear()
    good.clear()
    socket?.close()
    socket = null
  }

  async function attempt(): Promise<void> {
    const mine = ++attempts
    const current = () => mine === attempts
    events.connecting()
    next.set(openWithinMs, () => over(lost))
    let made: WebSocket
    try {
      const headers = await options.headers?.()
      if (!current()) return
      made = headers ? new Socket(address, { headers }) : new Socket(address)
    } catch {
      if (current()) over(lost)
      return
    }
    socket = made
    made.addEventListener('open', () => {
      if (!current()) return
      next.clear()
      good.set(goodAfterMs, () => {
        failures = 0
      })
      events.open()
    })
    made.addEventListener('message', ({ data }) => current() && events.text(String(data)))
    made.addEventListener('close', ({ code }) => current() && over(code))
  }

  function over(code: number): void {
    giveUp()
    if (decided.includes(code)) return events.down(code, null)
    const delayMs = Math.min(maxDelayMs, firstDelayMs * growth ** failures)
    failures++
    next.set(delayMs, () => void attempt())
    events.down(code, now() + delayMs)
  }

  return {
    send(text) {
      if (socket?.readyState !== 1) return false
      socket.send(text)
      return true
    },
    reconnect() {
      if (closed) return
      giveUp()
      begin()
    },
    close() {
      closed = true
      giveUp()
    },
  }
}
