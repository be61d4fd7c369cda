import type { Marks, Member, Message, RefusalReason, RoomFacts } from './wire.ts'
import type { StoreApi } from 'zustand/vanilla'

/** How far an own message has come: the minimum over the other members. */
export type Tick = 'stored' | 'delivered' | 'read'

/** One row of the timeline. `key` is the client id for ever, so a row never remounts when its message is confirmed. */
export type Row =
  | { state: 'confirmed'; key: string; message: Message }
  | { state: 'pending'; key: string; text: string; at: number; replyTo: number | null; since: number }
  | {
      state: 'failed'
      key: string
      text: string
      at: number
      replyTo: number | null
      reason: RefusalReason
      detail: string
    }
  /** Messages between two covered ranges that are not loaded yet: shown as a gap that loads on sight or on click. */
  | { state: 'gap'; key: string; after: number; before: number }

/** What stands between this page and the room. Until it is live again, `since` is when it stopped being so. */
export type Connection =
  | { state: 'connecting'; since: number }
  | { state: 'catching_up'; since: number }
  | { state: 'live'; since: number }
  | { state: 'offline'; since: number; retryAt: number | null }

/** Why a room cannot be shown. */
export type Closed = 'not_a_member' | 'signed_out' | 'client_too_old'

/** Everything that a screen shows of one room. Replaced, never mutated. */
export interface RoomView {
  roomId: string
  /** Null until the room (or the local store) has answered for the first time. */
  room: RoomFacts | null
  closed: Closed | null
  connection: Connection
  me: string
  members: readonly Member[]
  /** Ordered: confirmed messages by seq with gaps between them, then what is not yet confirmed. */
  rows: readonly Row[]
  /** Whether older messages exist above the first row, and whether they are on their way. */
  older: 'more' | 'loading' | 'none' | 'failed'
  head: number
  /** Everyone who has the room open, me included. */
  here: readonly string[]
  /** Others who are writing now, in the order in which they began. */
  typing: readonly string[]
  /** My read mark as it stood when the room was opened: the unread divider stands behind it. */
  readAtOpen: number
  /** False when unsent messages would not survive closing the tab (no IndexedDB). */
  durable: boolean
}

/** One open room. Everything it does is shown in `view`. */
export interface RoomClient {
  view: StoreApi<RoomView>
  /** Keeps the message in the outbox, then shows it, then sends it. Resolves with its id once it is kept. */
  send(text: string, options?: { replyTo?: number; mentions?: string[] }): Promise<string>
  /** Sends a failed message again under its own id. */
  retry(id: string): void
  retryAll(): void
  /** Takes a failed message out of the outbox and returns its text (empty when it is not failed). */
  discard(id: string): Promise<string>
  /** Called at every keystroke; says so to the room at most every 3 s. */
  typing(on: boolean): void
  /** The person has seen everything up to `seq`. Sent at most once a second; only rises. */
  read(seq: number): void
  loadOlder(): Promise<void>
  loadGap(after: number, before: number): Promise<void>
  /** The reader is at the end: of a long window only the newest messages stay in memory. */
  forgetOlder(): void
  draft(): Promise<string>
  saveDraft(text: string): void
  close(): void
}

/** The tick of an own message, from the marks of the other members. */
export type TickOf = (seq: number, me: string, members: readonly Pick<Marks, 'person' | 'delivered' | 'read'>[]) => Tick
