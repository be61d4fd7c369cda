import { createInbox, type InboxDeps } from '../../../web/sync/inbox/inbox.ts'
import { memoryStore } from '../../../web/sync/memory-store.ts'
import { noTabs } from '../../../web/sync/tabs.ts'
import type { TransportEvents } from '../../../web/sync/transport.ts'
import { handClock, type HandClock, settled } from './hand-clock.ts'
import { lineOf, modelInbox, type ModelInbox } from './model-inbox.ts'
import { countedBytes, fakePage } from './opened.ts'
import { ada } from './people.ts'

type Way = 'up' | 'down'

/**
 * A device of ada's: her inbox's client over a network in the hands of a test. Frames wait in two queues until they are
 * let through or lost with their connection.
 */
export function inboxDevice(server: ModelInbox, clock: HandClock, own: Partial<InboxDeps> = {}) {
  const queues: Record<Way, string[]> = { up: [], down: [] }
  const page = fakePage()
  const store = own.store ?? memoryStore()
  let socket: ReturnType<ModelInbox['connect']> | null = null
  let events: TransportEvents | null = null
  let attempts = 0
  const inbox = createInbox({
    ...{ me: ada, store, page, clock, tabs: noTabs, random: () => 0.5, randomBytes: countedBytes() },
    openTransport(given) {
      events = given
      attempts++
      return {
        send(text) {
          if (socket) queues.up.push(text)
          return socket !== null
        },
        reconnect() {
          attempts++
          drop()
          given.connecting()
        },
        close: drop,
      }
    },
    refresh: async () => 'away',
    changeSettings: () => Promise.reject(new Error('No change of settings was expected')),
    block: () => Promise.reject(new Error('Nobody was expected to be blocked')),
    ...own,
  })

  function drop(): void {
    socket?.close()
    socket = null
    queues.up.length = 0
    queues.down.length = 0
  }

  function connect(): void {
    if (socket) return
    socket = server.connect((text) => queues.down.push(text))
    events?.open()
  }

  /** Lets frames through, as many as there are unless it is said how many. */
  function deliver(way: Way, count = queues[way].length): void {
    for (const text of queues[way].splice(0, count)) {
      if (way === 'up') socket?.receive(text)
      else events?.text(text)
    }
  }

  /** Lets everything through until nothing more is said. */
  async function exchange(): Promise<void> {
    do {
      await settled()
      deliver('up')
      deliver('down')
      await settled()
    } while (queues.up.length + queues.down.length > 0)
  }

  return {
    ...{ inbox, page, store, connect, deliver, exchange },
    view: () => inbox.view.getState(),
    connected: () => socket !== null,
    queued: (way: Way) => queues[way].length,
    attempts: () => attempts,
    /** What waits to go up. */
    saying: () => queues.up.map((text): { t: string } => (text === 'ping' ? { t: text } : JSON.parse(text))),
    async live(): Promise<void> {
      await settled()
      connect()
      await exchange()
    },
    /** Loses one frame on a connection that stays open. */
    lose: (way: Way) => void queues[way].shift(),
    /** The connection breaks, with whatever was in flight. */
    cut(code = 1006, retryAt: number | null = clock.now()): void {
      drop()
      events?.down(code, retryAt)
    },
  }
}

export type InboxDevice = ReturnType<typeof inboxDevice>

/** ada's inbox with these rooms in it, and a device of hers. */
export function started(
  rooms = [lineOf(1)],
  own: Partial<InboxDeps> = {},
): { clock: HandClock; server: ModelInbox; device: InboxDevice } {
  const clock = handClock()
  const server = modelInbox(clock.now)
  server.change(...rooms)
  return { clock, server, device: inboxDevice(server, clock, own) }
}
