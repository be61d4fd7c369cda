import { noPage, type Page } from '../../../web/sync/page.ts'
import { memoryStore } from '../../../web/sync/memory-store.ts'
import { openRoom } from '../../../web/sync/room-client.ts'
import type { RoomDeps } from '../../../web/sync/room-deps.ts'
import type { Downstream } from '../../../protocol/downstream.ts'
import type { Message } from '../../../protocol/message.ts'
import { fakeLink, welcome } from './fake-link.ts'
import { handClock, settled } from './hand-clock.ts'
import { ada, roomId } from './people.ts'

/** Numbered bytes, so that every id of a test is another one and the same in each run. */
export function countedBytes(): (count: number) => Uint8Array {
  let counter = 0
  return (count) => {
    counter++
    return Uint8Array.from({ length: count }, (_, index) => (index < 4 ? (counter >> (8 * (3 - index))) & 0xff : 0))
  }
}

/** A page that a test wakes and hides. */
export function fakePage(): Page & { wake(): void; hide(): void; seen: boolean } {
  const wakes = new Set<() => void>()
  const hides = new Set<() => void>()
  const on = (set: Set<() => void>) => (run: () => void) => {
    set.add(run)
    return () => set.delete(run)
  }
  const page = {
    seen: true,
    visible: () => page.seen,
    onWake: on(wakes),
    onHide: on(hides),
    wake: () => wakes.forEach((run) => run()),
    hide: () => hides.forEach((run) => run()),
  }
  return page
}

/** ada's client of one room over a link in the hands of the test; what a test brings itself replaces a part. */
export function opened(own: Partial<RoomDeps> = {}) {
  const clock = handClock()
  const link = fakeLink()
  const store = own.store ?? memoryStore()
  const client = openRoom({
    roomId,
    me: ada,
    store,
    openTransport: link.openTransport,
    fetchPage: () => Promise.reject(new Error('No page was expected')),
    fetchNear: () => Promise.reject(new Error('No page was expected')),
    fetchChanges: () => Promise.reject(new Error('No changes were expected')),
    fetchPins: async () => ({ messages: [], asOf: Number.MAX_SAFE_INTEGER }),
    changeMembers: () => Promise.reject(new Error('No change of members was expected')),
    handOver: () => Promise.reject(new Error('No change of members was expected')),
    deleteRoom: () => Promise.reject(new Error('No deletion was expected')),
    refresh: async () => 'away',
    clock,
    page: noPage,
    random: () => 0.5,
    randomBytes: countedBytes(),
    ...own,
  })
  /** Opens the link and answers hello with these messages, up to the head. */
  async function live(messages: Message[] = [], from = messages[0]?.seq ?? 1): Promise<void> {
    const head = messages.at(-1)?.seq ?? from - 1
    await settled()
    link.open()
    link.say(welcome({ head }), changes([from, head], messages))
    await settled()
    link.heard()
  }
  return { client, clock, link, store, live, view: () => client.view.getState() }
}

export function changes(covers: [number, number], messages: Message[], live = true): Downstream {
  return { t: 'changes', covers, messages, live }
}

/** The rows as a reader sees them: text, and what stands in between. */
export function seen(rows: ReturnType<ReturnType<typeof opened>['view']>['rows']): string[] {
  return rows.map((row) => {
    switch (row.state) {
      case 'confirmed':
        return `${row.message.seq} ${row.message.text}`
      case 'pending':
      case 'failed':
        return `${row.state} ${row.text}`
      case 'gap':
        return `gap ${row.after}..${row.before}`
    }
  })
}
