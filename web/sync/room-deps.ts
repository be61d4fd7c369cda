import type { ChangesPage, MemberChange, MembersChanged, Page as HistoryPage, Pins } from '../../protocol/api.ts'
import type { Near } from './away.ts'
import type { Clock } from './clock.ts'
import type { Refresh } from './link.ts'
import type { Page } from './page.ts'
import type { Store } from './store.ts'
import type { OpenTransport } from './transport.ts'
import type { RoomClient } from './types.ts'

/** Everything a room client needs of the world around it. */
export interface RoomDeps {
  roomId: string
  /** The person's id. */
  me: string
  store: Store
  openTransport: OpenTransport
  /** A page of history: the newest messages below `before`. */
  fetchPage(roomId: string, before: number, limit: number): Promise<HistoryPage>
  /** A page of history below, above or around a seq. */
  fetchNear(roomId: string, near: Near, limit: number): Promise<HistoryPage>
  /**
   * What the room's log no longer holds of what changed after `since`, of the messages from `from` on; of the next event,
   * what it touched above `seq`.
   */
  fetchChanges(roomId: string, since: number, from: number, seq: number): Promise<ChangesPage>
  fetchPins(roomId: string): Promise<Pins>
  changeMembers(roomId: string, body: { command: string; changes: MemberChange[] }): Promise<MembersChanged>
  handOver(roomId: string, body: { command: string; to: string }): Promise<MembersChanged>
  deleteRoom(roomId: string): Promise<void>
  refresh(): Promise<Refresh>
  clock: Clock
  page: Page
  random(): number
  randomBytes(count: number): Uint8Array
}

/** What whoever opens rooms may do with one, beside what a screen may. */
export interface OpenedRoom extends RoomClient {
  /** Resolves once the store has answered. */
  ready: Promise<void>
  /** Passes a renewal ticket on, so that the socket outlives the old session. */
  renew(ticket: string): void
  /** Makes the next attempt to connect now. */
  hurry(): void
  /** How much still has to reach the room: commands, and what was read here. */
  waiting(): number
}
