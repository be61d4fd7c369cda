import type { Me } from '../../protocol/api.ts'
import { createApi, type Api } from './api.ts'
import { systemClock, type Clock } from './clock.ts'
import { watchDrafts, type Drafts } from './drafts.ts'
import { openStore } from './idb-store.ts'
import { createInbox } from './inbox/inbox.ts'
import type { Inbox } from './inbox/types.ts'
import { createOpenRooms } from './open-rooms.ts'
import { browserPage, noPage, type Page } from './page.ts'
import { createSend } from './requests.ts'
import { openRoom } from './room-client.ts'
import { createRooms, type Rooms } from './rooms.ts'
import { createSession, type Session } from './session.ts'
import { socketTransport } from './socket.ts'
import type { Store } from './store.ts'
import { browserTabs, type Tabs } from './tabs.ts'
import type { OpenTransport } from './transport.ts'
import type { RoomClient } from './types.ts'

/** What a page needs before anyone is signed in. One per page. */
export interface Gate {
  api: Api
  session: Session
  tabs: Tabs
  clock: Clock
  page: Page
  /** Where the server is; empty on the page itself. */
  origin: string
}

/** What a test, a bot or an embedder brings itself; with nothing given, everything is the page's own. */
export interface GateOptions {
  origin?: string
  fetch?: typeof globalThis.fetch
  tabs?: Tabs
  clock?: Clock
  page?: Page
  /** How the session is renewed: a page refreshes its cookies, a program with a bearer token asks with its next one. */
  renewal?: 'auth/refresh' | 'auth/renewal'
}

export function openGate(options: GateOptions = {}): Gate {
  const { origin = '', clock = systemClock, tabs = browserTabs(), renewal = 'auth/refresh' } = options
  const page = options.page ?? (typeof document === 'undefined' ? noPage : browserPage())
  // The page's fetch must be called on the page.
  const send = createSend(options.fetch ?? ((input, init) => fetch(input, init)), origin)
  const session = createSession({ send, renewal, tabs, clock, page, random: Math.random })
  return { api: createApi(send, session.refresh), session, tabs, clock, page, origin }
}

/** One signed-in person on this device. */
export interface Client {
  me: Me['person']
  inbox: Inbox
  rooms: Rooms
  drafts: Drafts
  /** The room's client, shared by all who ask for the same room; each closes their own. */
  openRoom(roomId: string): RoomClient
  /** Signs out on the server, then drops everything kept here, unsent messages too. Throws when it cannot be reached. */
  signOut(): Promise<void>
  /** Lets go of sockets and store. What is kept stays, for when the person signs in again. */
  close(): void
}

/** Starts the client of a person who is signed in, as `api.me()` or signing in said. */
export async function startClient(
  gate: Gate,
  me: Me,
  own: { store?: Store; openTransport?: OpenTransport } = {},
): Promise<Client> {
  const { api, session, clock, page, tabs, origin } = gate
  const { person } = me
  const { store, drafts } = watchDrafts(own.store ?? (await openStore(person.id)))
  const openTransport = own.openTransport ?? socketTransport({ address: (roomId) => socketAddress(origin, roomId) })
  const rooms = createRooms({ fetchRooms: api.rooms, store, clock, page })
  const inbox = createInbox({ rooms, drafts, store, clock })
  const open = createOpenRooms(clock, (roomId) => {
    const room = openRoom({
      roomId,
      me: person.id,
      store,
      openTransport,
      fetchPage: api.messages,
      fetchChanges: api.changes,
      fetchPins: api.pins,
      changeMembers: api.changeMembers,
      handOver: api.handOver,
      deleteRoom: api.deleteRoom,
      refresh: session.refresh,
      clock,
      page,
      random: Math.random,
      randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    })
    return { room, stop: rooms.follow(room.view) }
  })
  const stops = [session.onRenewal(open.renew)]
  session.keep(me)
  // What a closed tab left unsent goes out now, unless another tab is at it.
  void tabs.ifAlone(`parley:leftovers:${person.id}`, async () => {
    for (const roomId of await store.unsentRooms().catch(() => [])) open.drain(roomId)
  })

  function close(): void {
    for (const stop of stops) stop()
    open.close()
    inbox.close()
    rooms.close()
    store.close()
  }

  return {
    me: person,
    inbox,
    rooms,
    drafts,
    openRoom: open.open,
    async signOut() {
      await api.signOut()
      close()
      await store.destroy().catch(() => {})
      session.signedOut()
    },
    close,
  }
}

/** Where a room's socket is. */
export function socketAddress(origin: string, roomId: string): string {
  const url = new URL(`/api/v1/rooms/${roomId}/socket`, origin || location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  return url.href
}
