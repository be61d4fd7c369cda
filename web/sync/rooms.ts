import { createStore, type StoreApi } from 'zustand/vanilla'
import { RoomList, type RoomSummary } from '../../protocol/api.ts'
import { alarm, type Clock } from './clock.ts'
import type { Page } from './page.ts'
import type { Store } from './store.ts'
import type { RoomView } from './types.ts'

/** Everything that a screen shows of the room list. Replaced, never mutated. */
export interface RoomsView {
  /** Most recent first. */
  rooms: readonly RoomSummary[]
  /** `unknown`: neither the server nor this device has said anything yet. */
  state: 'unknown' | 'known'
  /** Whether the list is what this device remembers: the server has not answered, or not lately. */
  stale: boolean
  /** Why the last attempt to fetch it failed; null when it did not. */
  failure: unknown
}

/** The list of the person's rooms. */
export interface Rooms {
  view: StoreApi<RoomsView>
  /** Fetches the list; a failure stands in the view. */
  refresh(): Promise<void>
  /** Takes over what an open room shows, as soon as it shows it. Answers how to stop. */
  follow(room: StoreApi<RoomView>): () => void
  close(): void
}

export interface RoomsDeps {
  fetchRooms(): Promise<RoomList>
  store: Store
  clock: Clock
  page: Page
}

const everyMs = 30_000
const kvKey = 'rooms'
// The server cuts the text of the last message here, too.
const previewLength = 200
const unreadCap = 1_000

/** What an open room knows of its own line: newer than any list that was fetched before. */
interface News {
  /** Null when the list names it better: a direct room has no name of its own. */
  name: string | null
  last: NonNullable<RoomSummary['last']> | null
  lastMessageAt: number
  read: number
  /** Null when messages since the read mark are not all loaded. */
  unread: number | null
}

export function createRooms({ fetchRooms, store, clock, page }: RoomsDeps): Rooms {
  const view = createStore<RoomsView>(() => ({ rooms: [], state: 'unknown', stale: true, failure: null }))
  const news = new Map<string, News>()
  const later = alarm(clock)
  let flight: Promise<void> | null = null
  let over = false

  const stopListening = page.onWake(() => void refresh())
  void remember()
  void refresh()

  async function remember(): Promise<void> {
    const read = RoomList.safeParse({ rooms: await store.get(kvKey).catch(() => null) })
    if (over || !read.success || view.getState().state === 'known') return
    show(read.data.rooms, { state: 'known' })
  }

  function refresh(): Promise<void> {
    flight ??= ask().finally(() => {
      flight = null
    })
    return flight
  }

  async function ask(): Promise<void> {
    later.clear()
    try {
      const { rooms } = await fetchRooms()
      if (over) return
      show(rooms, { state: 'known', stale: false, failure: null })
      void store.set(kvKey, rooms).catch(() => {})
    } catch (failure) {
      if (!over) view.setState({ stale: true, failure })
    } finally {
      if (!over) later.set(everyMs, tick)
    }
  }

  function tick(): void {
    if (page.visible()) void refresh()
    else later.set(everyMs, tick)
  }

  function show(rooms: readonly RoomSummary[], rest: Partial<RoomsView> = {}): void {
    const lines = rooms.map((line) => overlay(line, news.get(line.id)))
    lines.sort((one, other) => other.lastMessageAt - one.lastMessageAt)
    view.setState({ rooms: lines, ...rest })
  }

  function follow(room: StoreApi<RoomView>): () => void {
    const heard = (shown: RoomView) => {
      const known = newsOf(shown)
      if (!known) return
      const before = news.get(shown.roomId)
      if (before && JSON.stringify(before) === JSON.stringify(known)) return
      news.set(shown.roomId, known)
      show(view.getState().rooms)
    }
    heard(room.getState())
    const stop = room.subscribe(heard)
    return () => {
      stop()
      // Nobody tells this tab any more what other devices read: from here on the server counts, and names.
      const { roomId } = room.getState()
      const known = news.get(roomId)
      if (known) news.set(roomId, { ...known, name: null, unread: null })
    }
  }

  return {
    view,
    refresh,
    follow,
    close() {
      over = true
      later.clear()
      stopListening()
    },
  }
}

function newsOf({ room, rows, members, me, older, unread: mark }: RoomView): News | null {
  const mine = members.find(({ person }) => person === me)?.read
  if (mine === undefined) return null
  // What is marked as unread counts as unread, whatever was read.
  const read = mark.from === null ? mine : Math.min(mine, mark.from - 1)
  let last: News['last'] = null
  let lastMessageAt = 0
  let unread = 0
  let whole = older === 'none'
  for (let index = rows.length - 1; index >= 0; index--) {
    const row = rows[index]!
    if (row.state === 'gap') {
      whole = false
      break
    }
    if (row.state !== 'confirmed') continue
    const { seq, by, text, system, source, at, deleted } = row.message
    if (seq <= read) whole = true
    else if (!system && !deleted && by !== me) unread++
    if (!last && !system) {
      const name = members.find(({ person }) => person === by)?.name ?? source?.name ?? null
      last = { seq, by, name, text: text.slice(0, previewLength) }
      lastMessageAt = at
    }
    if (seq <= read && last) break
  }
  const name = room?.name ?? null
  return { name, last, lastMessageAt, read, unread: whole ? Math.min(unread, unreadCap) : null }
}

/** A line of the list with what an open room knows better. What was read stays read, however old the list is. */
function overlay(line: RoomSummary, known: News | undefined): RoomSummary {
  if (!known) return line
  const { read, unread, lastMessageAt } = known
  const newer = known.last !== null && known.last.seq >= (line.last?.seq ?? 0)
  const last = newer ? known.last : line.last
  return {
    ...line,
    name: known.name ?? line.name,
    last,
    lastMessageAt: newer ? Math.max(line.lastMessageAt, lastMessageAt) : line.lastMessageAt,
    unread: last && read >= last.seq ? 0 : newer && unread !== null ? unread : line.unread,
  }
}
