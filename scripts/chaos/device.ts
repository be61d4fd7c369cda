import { createApi } from '../../web/sync/api.ts'
import { systemClock } from '../../web/sync/clock.ts'
import type { Queued } from '../../web/sync/command.ts'
import { memoryStore } from '../../web/sync/memory-store.ts'
import { createSend } from '../../web/sync/requests.ts'
import { openRoom } from '../../web/sync/room-client.ts'
import type { OpenedRoom } from '../../web/sync/room-deps.ts'
import { socketTransport } from '../../web/sync/socket.ts'
import type { Store } from '../../web/sync/store.ts'
import type { RoomView } from '../../web/sync/types.ts'
import type { Random } from '../seed/random.ts'
import { type History, seenOf, type Wish } from './history.ts'
import type { Account } from './people.ts'
import { recordingSocket } from './recording.ts'

interface Tab {
  room: OpenedRoom
  kill(): void
}

/** One person's device with a room on it: the page's own client library over real sockets, and a disk that survives. */
export class Device {
  readonly client: string
  readonly account: Account
  readonly room: string
  private readonly url: string
  private readonly history: History
  private readonly random: Random
  private readonly disk = memoryStore()
  private readonly wakes = new Set<() => void>()
  private tab: Tab

  constructor(options: {
    account: Account
    room: string
    client: string
    url: string
    history: History
    random: Random
  }) {
    this.account = options.account
    this.room = options.room
    this.client = options.client
    this.url = options.url
    this.history = options.history
    this.random = options.random
    this.tab = this.openTab()
  }

  get view(): RoomView {
    return this.tab.room.view.getState()
  }

  /** The client itself, until the tab is killed. */
  get opened(): OpenedRoom {
    return this.tab.room
  }

  isQuiet(): boolean {
    return this.view.connection.state === 'live' && this.tab.room.waiting() === 0
  }

  /** The tab's process ends without a word; another one opens what it left on the disk. */
  restart(): void {
    this.tab.kill()
    this.tab = this.openTab()
  }

  /** The person comes back to the page: a connection that is gone is tried again at once. */
  wake(): void {
    for (const run of this.wakes) run()
  }

  close(): void {
    this.tab.room.close()
  }

  /** Writes down what it shows. */
  record(fresh: boolean): void {
    const { rows, notices } = this.view
    this.history.add({
      ...{ t: 'view', client: this.client, room: this.room, fresh, waiting: this.tab.room.waiting() },
      rows: rows.flatMap((row) =>
        row.state === 'confirmed' ? [seenOf(row.message)] : row.state === 'gap' ? [null] : [],
      ),
      failed: [...rows.flatMap((row) => (row.state === 'failed' ? [row.key] : [])), ...notices.map(({ id }) => id)],
    })
  }

  private openTab(): Tab {
    const { account, disk, history, client, room: roomId } = this
    let alive = true
    const never = new Promise<never>(() => {})
    // Of a killed tab nothing reaches the disk any more.
    const mortal =
      <A extends unknown[], T>(run: (...args: A) => Promise<T>) =>
      (...args: A): Promise<T> =>
        alive ? run(...args).then((result) => (alive ? result : never)) : never
    const store: Store = {
      ...disk,
      durable: true,
      open: mortal(disk.open),
      keep: mortal(disk.keep),
      forget: mortal(disk.forget),
      putUnsent: mortal(disk.putUnsent),
      removeUnsent: mortal(disk.removeUnsent),
      addUnsent: mortal(async (fresh) => {
        const { id, room, command } = fresh
        history.add({ t: 'sent', at: Date.now(), client, person: account.person, room, id, wish: wishOf(command) })
        return await disk.addUnsent(fresh)
      }),
    }
    const api = createApi(
      createSend(
        (input, init) => fetch(input, { ...init, headers: { ...init?.headers, ...account.headers } }),
        this.url,
      ),
      async () => 'away',
    )
    const socket = {
      address: `${this.url.replace('http', 'ws')}/api/v1/rooms/${roomId}/socket`,
      random: this.random.next,
      WebSocket: recordingSocket({ client, room: roomId, headers: account.headers, history }),
    }
    const transports: { close(): void }[] = []
    const room = openRoom({
      ...{ roomId, me: account.person, store, random: this.random.next },
      page: {
        visible: () => true,
        onWake: (wake) => {
          this.wakes.add(wake)
          return () => void this.wakes.delete(wake)
        },
        onHide: () => () => {},
      },
      openTransport(_room, events) {
        const transport = socketTransport(socket, {
          connecting: () => alive && events.connecting(),
          open: () => alive && events.open(),
          text: (data) => alive && events.text(data),
          down: (code, retryAt) => alive && events.down(code, retryAt),
        })
        transports.push(transport)
        return transport
      },
      fetchPage: api.messages,
      fetchNear: api.messagesNear,
      fetchChanges: api.changes,
      fetchPins: api.pins,
      changeMembers: api.changeMembers,
      handOver: api.handOver,
      deleteRoom: api.deleteRoom,
      refresh: async () => 'away',
      clock: { ...systemClock, after: (ms, run) => systemClock.after(ms, () => alive && run()) },
      randomBytes: (count) => Uint8Array.from({ length: count }, () => this.random.below(256)),
    })
    return {
      room,
      kill: () => {
        alive = false
        this.wakes.clear()
        for (const transport of transports) transport.close()
      },
    }
  }
}

function wishOf(command: Queued): Wish {
  switch (command.kind) {
    case 'post':
      return { kind: 'post', text: command.text, replyTo: command.replyTo, mentions: command.mentions }
    case 'edit':
    case 'delete':
    case 'react':
    case 'pin':
      return command as Wish
    default:
      throw new Error(`nobody here asks for ${command.kind}`)
  }
}
