import { memoryStore } from '../../../web/sync/memory-store.ts'
import { noPage } from '../../../web/sync/page.ts'
import { openRoom } from '../../../web/sync/room-client.ts'
import type { Store } from '../../../web/sync/store.ts'
import type { OpenTransport, Transport, TransportEvents } from '../../../web/sync/transport.ts'
import type { HandClock } from './hand-clock.ts'
import type { ModelRoom } from './model-room.ts'
import { roomId } from './people.ts'

/** A deliberate fault, put between the client and the world, to see whether the walk would notice it. */
export type Fault = 'none' | 'new id per retry' | 'removed on send' | 'holes joined'

type Way = 'up' | 'down'

/**
 * One person's device: a client over a network in the hands of the walk, and a disk that survives its tab.
 * Frames wait in two queues until the walk lets them through, loses them, doubles them or lets them overtake.
 */
export function createDevice(
  person: string,
  room: ModelRoom,
  clock: HandClock,
  randomBytes: (count: number) => Uint8Array,
  fault: Fault = 'none',
) {
  const disk = memoryStore()
  const queues: Record<Way, string[]> = { up: [], down: [] }
  let socket: ReturnType<ModelRoom['connect']> | null = null
  let events: TransportEvents | null = null
  let tab = openTab()

  function openTab() {
    let alive = true
    // Of a killed tab nothing is heard any more: no timer, no answer of the disk, no frame.
    const never = new Promise<never>(() => {})
    const mortal =
      <A extends unknown[], T>(run: (...args: A) => Promise<T>) =>
      async (...args: A): Promise<T> => {
        if (!alive) return never
        const result = await run(...args)
        return alive ? result : never
      }
    const store: Store = {
      ...disk,
      durable: true,
      open: mortal(disk.open),
      keep: mortal(disk.keep),
      addUnsent: mortal(disk.addUnsent),
      putUnsent: mortal(disk.putUnsent),
      removeUnsent: mortal(disk.removeUnsent),
    }
    const client = openRoom({
      roomId,
      me: person,
      store,
      openTransport: openTransport(() => alive),
      fetchPage: mortal(async (_room, before: number, limit: number) => room.page(before, limit)),
      fetchNear: () => Promise.reject(new Error('away')),
      fetchChanges: () => Promise.reject(new Error('away')),
      fetchPins: async () => ({ messages: [], asOf: room.head() }),
      changeMembers: () => Promise.reject(new Error('away')),
      handOver: () => Promise.reject(new Error('away')),
      deleteRoom: () => Promise.reject(new Error('away')),
      refresh: async () => 'away',
      clock: { ...clock, after: (ms, run) => clock.after(ms, () => alive && run()) },
      page: noPage,
      random: () => 0.5,
      randomBytes,
    })
    const kill = () => {
      alive = false
    }
    return { client, kill }
  }

  function openTransport(alive: () => boolean): OpenTransport {
    return (_roomId, given) => {
      const ids = new Map<string, number>()
      const transport: Transport = {
        send(text) {
          if (!socket || !alive()) return false
          queues.up.push(altered(text, ids))
          return true
        },
        reconnect() {
          disconnect()
          given.connecting()
        },
        close: () => disconnect(),
      }
      events = given
      return transport
    }
  }

  function altered(text: string, sends: Map<string, number>): string {
    const frame: unknown = text === 'ping' ? null : JSON.parse(text)
    const post = frame as { t: string; id: string } | null
    if (post?.t !== 'post') return text
    if (fault === 'removed on send') void disk.removeUnsent(post.id)
    if (fault !== 'new id per retry') return text
    const times = (sends.get(post.id) ?? 0) + 1
    sends.set(post.id, times)
    const id = times === 1 ? post.id : `${post.id.slice(0, -4)}${(0xf000 + times).toString(16)}`
    return JSON.stringify({ ...post, id })
  }

  let lastTo = 0
  function widened(text: string): string {
    if (fault !== 'holes joined' || text.startsWith('pong')) return text
    const frame = JSON.parse(text) as { t: string; covers: [number, number] }
    if (frame.t !== 'changes') return text
    const [from, to] = frame.covers
    const after = lastTo
    lastTo = to
    return JSON.stringify({ ...frame, covers: [after > 0 ? Math.min(from, after + 1) : from, to] })
  }

  function disconnect(): void {
    socket?.close()
    socket = null
    queues.up.length = 0
    queues.down.length = 0
  }

  return {
    person,
    client: () => tab.client,
    view: () => tab.client.view.getState(),
    connected: () => socket !== null,
    queued: (way: Way) => queues[way].length,
    connect(): void {
      if (socket) return
      socket = room.connect(person, (text) => queues.down.push(text))
      events?.open()
    },
    /** Lets frames through. */
    deliver(way: Way, count: number): void {
      for (const text of queues[way].splice(0, count)) {
        if (way === 'up') socket?.receive(text)
        else events?.text(widened(text))
      }
    },
    /** Loses one frame on a connection that stays open. */
    lose: (way: Way) => void queues[way].shift(),
    double(way: Way): void {
      const [text] = queues[way]
      if (text !== undefined) queues[way].push(text)
    },
    /** The first frame is overtaken by the rest. */
    delay(way: Way): void {
      const text = queues[way].shift()
      if (text !== undefined) queues[way].push(text)
    },
    /** The connection breaks, with whatever was in flight. */
    cut(): void {
      if (!socket) return
      disconnect()
      events?.down(1006, clock.now())
    },
    /** The tab is killed: what it did not keep is gone. Another one opens. */
    crash(): void {
      tab.kill()
      disconnect()
      lastTo = 0
      tab = openTab()
    },
  }
}

export type Device = ReturnType<typeof createDevice>
