import type { Me } from '../../protocol/api.ts'
import { createApi, type Api } from './api.ts'
import { systemClock, type Clock } from './clock.ts'
import { openStore } from './idb-store.ts'
import { createInbox } from './inbox/inbox.ts'
import type { Inbox } from './inbox/types.ts'
import { createOpenRooms } from './open-rooms.ts'
import { browserPage, noPage, type Page } from './page.ts'
import { createSend } from './requests.ts'
import { openRoom } from './room-client.ts'
import { createSession, type Session } from './session.ts'
import { socketTransport } from './socket.ts'
import type { Store } from './store.ts'
import { browserTabs, type Tabs } from './tabs.ts'
import type { Transport, TransportEvents } from './transport.ts'
import type { StoreApi } from 'zustand/vanilla'
import type { Connection, RoomClient } from './types.ts'

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
  /** The room's client, shared by all who ask for the same room; each closes their own. */
  openRoom(roomId: string): RoomClient
  /** Whether something waits on this device to be sent, which signing out would drop. */
  hasUnsent(): Promise<boolean>
  /**
   * Signs out on the server (`everywhere`: on all devices), then drops everything kept here, unsent messages too. Throws when
   * it cannot be reached.
   */
  signOut(everywhere?: boolean): Promise<void>
  /** Lets go of sockets and store. What is kept stays, for when the person signs in again. */
  close(): void
}

/** Opens the socket at a path under /api/v1. */
export type Connect = (path: string, events: TransportEvents) => Transport

/** Starts the client of a person who is signed in, as `api.me()` or signing in said. */
export async function startClient(gate: Gate, me: Me, own: { store?: Store; connect?: Connect } = {}): Promise<Client> {
  const { api, session, clock, page, tabs, origin } = gate
  const { person } = me
  const disk = own.store ?? (await openStore(person.id))
  const connect: Connect =
    own.connect ?? ((path, events) => socketTransport({ address: socketAddress(origin, path) }, events))
  const world = {
    refresh: session.refresh,
    ...{ clock, page, tabs },
    random: Math.random,
    randomBytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)),
  }
  const inbox = createInbox({
    ...world,
    me: person.id,
    store: disk,
    openTransport: (events) => connect('inbox/socket', events),
    changeSettings: api.changeSettings,
    block: api.block,
  })
  const { store } = inbox
  const join = together()
  const open = createOpenRooms(clock, (roomId) => {
    const room = openRoom({
      ...world,
      roomId,
      me: person.id,
      store,
      openTransport: (id, events) => connect(`rooms/${id}/socket`, events),
      fetchPage: api.messages,
      fetchNear: api.messagesNear,
      fetchChanges: api.changes,
      fetchPins: api.pins,
      changeMembers: api.changeMembers,
      handOver: api.handOver,
      deleteRoom: api.deleteRoom,
    })
    const stops = [inbox.follow(room.view), join(room.view, room.hurry)]
    return { room, stop: () => stops.forEach((stop) => stop()) }
  })
  const stops = [join(inbox.view, inbox.refresh), session.onRenewal(open.renew), session.onRenewal(inbox.renew)]
  session.keep(me)
  // What a closed tab left unsent goes out now, unless another tab is at it.
  void tabs.ifAlone(`parley:leftovers:${person.id}`, async () => {
    for (const roomId of await store.unsentRooms().catch(() => [])) open.drain(roomId)
  })

  function close(): void {
    for (const stop of stops) stop()
    open.close()
    inbox.close()
    store.close()
  }

  return {
    me: person,
    inbox,
    openRoom: open.open,
    hasUnsent: async () => (await store.unsentRooms()).length > 0,
    async signOut(everywhere) {
      session.leaving(true)
      await api.signOut(everywhere).catch((error: unknown) => {
        session.leaving(false)
        throw error
      })
      close()
      await store.destroy().catch(() => {})
      session.signedOut()
    },
    close,
  }
}

/** Where one connection came through, those that wait for their next attempt make it at once. `join` answers how to leave. */
function together(): (view: StoreApi<{ connection: Connection }>, hurry: () => void) => () => void {
  const waiting = new Set<() => void>()
  return (view, hurry) => {
    const attempt = () => {
      if (view.getState().connection.state === 'offline') hurry()
    }
    waiting.add(attempt)
    const stop = view.subscribe((now, before) => {
      if (now.connection.state === 'live' && before.connection.state !== 'live') waiting.forEach((run) => run())
    })
    return () => {
      waiting.delete(attempt)
      stop()
    }
  }
}

/** Where the socket at a path under /api/v1 is. */
export function socketAddress(origin: string, path: string): string {
  const url = new URL(`/api/v1/${path}`, origin || location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  return url.href
}
