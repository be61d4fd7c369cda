import type { StoreApi } from 'zustand/vanilla'
import type {
  InvitationNews,
  NotifyLevel,
  OwnStatus,
  Presence,
  RoomLine,
  Ring,
  Settings,
} from '../../../protocol/inbox.ts'
import type { RefusalReason } from '../../../protocol/refusals.ts'
import type { Closed, Connection, RoomView } from '../types.ts'

/** Someone who writes in a room. */
export interface Typist {
  person: string
  name: string
}

/** A command that was refused for good, and is undone here. */
export interface InboxNotice {
  id: string
  kind: 'set' | 'mark' | 'status' | 'answer'
  /** The room that it was about; null: none. */
  room: string | null
  reason: RefusalReason
  detail: string
}

/** Everything that a screen shows of a person's inbox. Replaced, never mutated; what did not change stays the same object. */
export interface InboxView {
  /** Pinned rooms first, the newest pin on top, then by when someone last wrote. The archived are among them. */
  rooms: readonly RoomLine[]
  /** `unknown`: neither the inbox nor this device has said anything yet. */
  state: 'unknown' | 'known'
  /** Whether the list is what is remembered: the inbox has not answered, not lately, or could not ask the database. */
  stale: boolean
  /** Why the last attempt to reach the inbox failed; null when it did not. */
  failure: unknown
  connection: Connection
  /** Why there will be no connection any more; null while there may. */
  closed: Closed | null
  /** Who writes, by room; rooms in which nobody does are not in it. */
  typing: Readonly<Record<string, readonly Typist[]>>
  /** How those are who are watched, as far as the inbox has said. */
  presence: Readonly<Record<string, Presence>>
  status: OwnStatus
  /** Null until the inbox has said it once. */
  settings: Settings | null
  blocked: readonly string[]
  /** Calls that ring here. */
  rings: readonly Ring[]
  /** Those that rang here and that nobody took. */
  missed: readonly Ring[]
  /** What was said last of a meeting to which the person is invited, since this page is here. */
  invitation: InvitationNews | null
  /** Unread messages of all rooms that are not muted. */
  badge: number
  /** What is half written, by room; drafts of threads are not in it. */
  drafts: Readonly<Record<string, string>>
  notices: readonly InboxNotice[]
}

/** What can be changed about a room for oneself; what is missing stays as it is. */
export interface RoomChoice {
  pinned?: boolean
  archived?: boolean
  mutedUntil?: number | null
  level?: NotifyLevel
}

/** A composer on screen. */
export interface Composer {
  /** Called with every change: kept on this device at once, sent to the others when it has rested for a second. */
  save(text: string): void
  /** While it has the focus nothing is put into it; what came meanwhile comes when it loses it, unless it was edited since. */
  focus(on: boolean): void
  close(): void
}

/** What concerns a person beyond one room. Everything it does is shown in `view`. */
export interface Inbox {
  view: StoreApi<InboxView>
  /** Asks at once whether the list is right; tries to connect where there is no connection. */
  refresh(): void
  /** Takes over what an open room knows of its line, as soon as it knows it. Answers how to stop. */
  follow(room: StoreApi<RoomView>): () => void
  /** Each of these is shown at once, kept, and repeated until the inbox has it. What it refuses stands in the notices. */
  setRoom(room: string, choice: RoomChoice): void
  markRoom(room: string, as: 'read' | 'unread'): void
  setStatus(status: OwnStatus): void
  answerRing(call: string, how: 'accept' | 'decline'): void
  /** The notice was read. */
  dismiss(id: string): void
  /** Whose presence is on screen from now on. Answers how to stop; the same person may be asked for many times. */
  watch(people: readonly string[]): () => void
  /** Whether the person has left the device alone for a while. A hidden page is away by itself. */
  look(away: boolean): void
  /**
   * The composer of a room, or (`thread`: the seq of its first message) of a thread. `show` is called with what this
   * device kept, and then with what other devices write there.
   */
  compose(room: string, thread: number | null, show: (text: string) => void): Composer
  /** Both go over HTTP, and throw ProblemError (the server said no) or NetworkError (it did not answer). */
  changeSettings(part: Partial<Settings>): Promise<void>
  block(person: string, on: boolean): Promise<void>
  /** Whether this tab speaks for all tabs of the browser: it notifies. */
  isLeader(): boolean
  /** The inbox's clock, in epoch milliseconds: what mutes and ringing go by. */
  now(): number
  close(): void
}
