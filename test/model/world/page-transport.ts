import { closeCodes } from '../../../protocol/close-codes.ts'
import type { Transport, TransportEvents } from '../../../web/sync/transport.ts'
import { Connection, type FarEnd } from './connection.ts'

const decided: readonly number[] = [closeCodes.signIn, closeCodes.notAMember, closeCodes.clientTooOld]

/** The end of a connection that stands on a device: a page that may be gone, and a clock that may be wrong. */
export interface NearEnd {
  readonly person: string
  readonly name: string
  /** The connection of the page that is open. */
  connection: Connection | null
  now(): number
  /** What becomes of a text on its way out. */
  up(text: string): string
}

/** A transport as the page's: one connection at a time, tried again after a growing pause. */
export function pageTransport(far: FarEnd, near: NearEnd, events: TransportEvents, alive: () => boolean): Transport {
  let over = false
  let failures = 0
  let cancelRetry: (() => void) | null = null

  const attempt = () => {
    cancelRetry?.()
    cancelRetry = null
    near.connection?.close()
    events.connecting()
    const mine = () => alive() && !over && near.connection === connection
    const connection: Connection = new Connection(far, near.person, near.name, {
      open() {
        if (!mine()) return
        failures = 0
        events.open()
      },
      text: (text) => mine() && events.text(text),
      down: (code) => {
        if (!mine()) return
        near.connection = null
        if (decided.includes(code)) return events.down(code, null)
        const delayMs = Math.min(30_000, (500 + far.random.int(0, 500)) * 1.8 ** failures++)
        cancelRetry = far.time.after(delayMs, () => alive() && !over && attempt())
        events.down(code, near.now() + delayMs)
      },
    })
    near.connection = connection
  }

  const cancelFirst = far.time.after(0, () => alive() && !over && !near.connection && attempt())
  return {
    send: (text) => {
      if (over || !alive() || !near.connection?.isOpen) return false
      near.connection.send(near.up(text))
      return true
    },
    reconnect: () => {
      if (over) return
      cancelFirst()
      attempt()
    },
    close: () => {
      over = true
      cancelFirst()
      cancelRetry?.()
      if (!alive()) return
      near.connection?.close()
      near.connection = null
    },
  }
}

/** Of what is asked by a page that died nothing is heard any more: no timer, no answer of the disk, no frame. */
export function mortal<A extends unknown[], T>(alive: () => boolean, run: (...args: A) => Promise<T>) {
  const never = new Promise<never>(() => {})
  return async (...args: A): Promise<T> => {
    if (!alive()) return never
    const result = await run(...args)
    return alive() ? result : never
  }
}
