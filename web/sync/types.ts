import type { MemberChange, MembersChanged } from '../../protocol/api.ts'
import type { Act } from '../../protocol/permissions.ts'
import type { StoreApi } from 'zustand/vanilla'
import type { Queued, Settings, Target } from './command.ts'
import type { Marks, Member, Message, RefusalReason, Role, RoomCall, RoomFacts, UnreadMark } from './wire.ts'

/** How far an own message has come: the minimum over the other members. */
export type Tick = 'stored' | 'delivered' | 'read'

/**
 * One row of the timeline. `key` is the client id for ever, so a row never remounts when its message is confirmed.
 * With `change`, `message` is as it will be: a command on it is on its way. `thread` is absent outside of one.
 */
export type Row =
  | { state: 'confirmed'; key: string; message: Message; change?: 'pending' }
  | { state: 'pending'; key: string; text: string; at: number; replyTo: number | null; since: number; thread?: number }
  | {
      state: 'failed'
      key: string
      text: string
      at: number
      replyTo: number | null
      thread?: number
      reason: RefusalReason
      detail: string
    }
  /** Messages between two covered ranges that are not here yet: shown as a gap. They are on their way. */
  | { state: 'gap'; key: string; after: number; before: number }

/** A command that failed for good, until it is dismissed. `text` is what was written in it, to be put back where it came from. */
export interface Notice {
  id: string
  kind: Exclude<Queued['kind'], 'post'>
  /** The message that it was about; null when it was about the room, or the message never came to be. */
  seq: number | null
  text: string | null
  reason: RefusalReason
  detail: string
}

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
  /** The window that the reader looks through, where that is not the one with the newest messages. */
  away: AwayView | null
  head: number
  /** Everyone who has the room open, me included. */
  here: readonly string[]
  /** Others who are writing now, in the order in which they began. */
  typing: readonly string[]
  /** How many others are writing, also where they are too many to be named. */
  typists: number
  /** The call that is live. */
  call: RoomCall | null
  /** What I may do here goes by this; null until it is known. */
  myRole: Role | null
  /** My own mark as unread: everything from `from` on counts as unread; null: nothing does. */
  unread: UnreadMark
  /** Pinned messages, the newest pin first. */
  pins: readonly Message[]
  /** The room's clock minus this device's, in milliseconds. */
  clockOffset: number
  /** Commands that failed for good, oldest first. */
  notices: readonly Notice[]
  /** My read mark as it stood when the room was opened: the unread divider stands behind it. */
  readAtOpen: number
  /** False when unsent messages would not survive closing the tab (no IndexedDB). */
  durable: boolean
}

/** Messages away from the newest ones, which stand in the room's own rows: between the two lies what is not known here. */
export interface AwayView {
  rows: readonly Row[]
  older: RoomView['older']
  newer: Exclude<RoomView['older'], 'none'>
}

/** Whether the message that was asked for is in view now; gone: it was deleted, or is not for this person to see. */
export type Shown = 'shown' | 'gone' | 'failed'

/** What a message may carry beside its text. `thread` is the first message of the thread it belongs to. */
export interface SendOptions {
  replyTo?: number
  thread?: number
  mentions?: readonly string[]
  forwarded?: boolean
}

/** One open room. Everything it does is shown in `view`. */
export interface RoomClient {
  view: StoreApi<RoomView>
  /**
   * Each of these keeps a command in the outbox, shows it, then sends it, and resolves with its id once it is kept. It
   * rejects with a RangeError when it does not fit. A target is the seq of a message, or the key of an own one that is
   * still on its way. What the room refuses for good stands in the rows (a message) or in the notices (anything else).
   */
  send(text: string, options?: SendOptions): Promise<string>
  edit(target: Target, text: string, mentions?: readonly string[]): Promise<string>
  remove(target: Target): Promise<string>
  undelete(target: Target): Promise<string>
  react(target: Target, emoji: string, on: boolean): Promise<string>
  pin(target: Target, on: boolean): Promise<string>
  change(settings: Settings): Promise<string>
  /** Sends a failed message again under its own id. */
  retry(id: string): void
  retryAll(): void
  /** Takes a failed message out of the outbox and returns its text (empty when it is not failed). */
  discard(id: string): Promise<string>
  /** The notice was read. */
  dismiss(id: string): void
  /** Marks everything from a seq on as unread for oneself, or (null) takes that back. Needs a live room. */
  markUnread(from: number | null): void
  /** Whether the person looks at the room, or has it open elsewhere. */
  look(away: boolean): void
  /**
   * Changes members, or hands the room over, over HTTP; what was not answered is asked again under the same command id.
   * Both throw ProblemError (the server said no) or NetworkError (it did not answer for half a minute).
   */
  changeMembers(changes: readonly MemberChange[]): Promise<MembersChanged>
  handOver(to: string): Promise<MembersChanged>
  /** Ends the room for everyone. Asked again and throwing as above; a room that is gone already is deleted. */
  deleteRoom(): Promise<void>
  /** Whether I may do this here now: by my role, by who may write here, and unless I was silenced. */
  may(act: Act): boolean
  /** Called at every keystroke; says so to the room at most every 3 s. */
  typing(on: boolean): void
  /** The person has seen everything up to `seq`. Sent at most once a second; only rises. */
  read(seq: number): void
  loadOlder(): Promise<void>
  /** Makes the window with this message the one in view: the newest messages, or one of its own (`away`). */
  show(seq: number): Promise<Shown>
  /** More of the window that is away. */
  loadAway(side: 'older' | 'newer'): Promise<void>
  /** Back to the newest messages. */
  comeBack(): void
  /** Asks for what is missing between two messages, unless it is on its way. */
  loadGap(after: number, before: number): Promise<void>
  /** The reader is at the end: of a long window only the newest messages stay in memory. */
  forgetOlder(): void
  close(): void
}

/** The tick of an own message, from the marks of the other members. */
export type TickOf = (seq: number, me: string, members: readonly Pick<Marks, 'person' | 'delivered' | 'read'>[]) => Tick
