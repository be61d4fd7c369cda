import type { Unsent } from './command.ts'
import type { Ranges } from './ranges.ts'
import type { Member, Message, RoomFacts } from './wire.ts'

/** A room as it was last seen here, without its messages. */
export interface KeptRoom {
  id: string
  room: RoomFacts | null
  members: readonly Member[]
  epoch: number | null
  head: number
  covered: Ranges
  atStart: boolean
  /** How far the person has read, whether or not the room knows it yet. */
  read: number
  /** The room's clock minus this device's, as it was last heard. */
  clockOffset: number
}

/** What is kept of a room: the messages and what is covered among them belong together. */
export interface Kept {
  room: KeptRoom
  /** Ascending by seq, all inside `room.covered`. */
  messages: readonly Message[]
}

/** A window is cut back to what is kept once it holds more than this: an hour of scrolling must not slow the page. */
export const mostMessages = 1_000

/** How much of a room is kept, and of how many rooms. */
export const keptMessages = 200
export const keptRooms = 50

/**
 * What one person keeps on this device. Two implementations pass the same tests: IndexedDB, and memory where that fails.
 * Every call may reject; nothing but the outbox is worth telling anyone.
 */
export interface Store {
  /** False when nothing survives closing the tab. */
  durable: boolean
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<void>
  /** The room, its messages and its unsent messages in their order. */
  open(room: string): Promise<{ kept: Kept | null; unsent: Unsent[] }>
  /** Keeps cursor and messages in one transaction. A window that another tab has brought further is left alone. */
  keep(kept: Kept): Promise<void>
  /** Drops the room's messages, never what is unsent. */
  forget(room: string): Promise<void>
  /**
   * Adds to the end of the room's queue. What was written in a composer leaves there, in the same transaction, what
   * `left` says, or nothing.
   */
  addUnsent(unsent: Omit<Unsent, 'order'>, left?: KeptDraft | null): Promise<Unsent>
  putUnsent(unsent: Unsent): Promise<void>
  removeUnsent(id: string): Promise<void>
  /** The rooms in which something waits to be sent. */
  unsentRooms(): Promise<string[]>
  /** What is half written, by `draftKey`. */
  drafts(): Promise<Record<string, KeptDraft>>
  keepDraft(key: string, draft: KeptDraft | null): Promise<void>
  close(): void
  /** Deletes everything: the person signs out. */
  destroy(): Promise<void>
}

/** What is half written in one composer. An empty text is kept until the person's inbox has heard of it. */
export interface KeptDraft {
  text: string
  /** When it was last edited, by the inbox's clock. */
  at: number
  /** Whether the inbox has yet to hear of it, and whether it may hold an earlier text. */
  owed: boolean
  there: boolean
}

/** Where a draft is kept: one per room, and one per thread (the seq of its first message). */
export function draftKey(room: string, thread: number | null): string {
  return thread === null ? room : `${room}/${thread}`
}

/** The draft of the composer that it was written in, which it takes along; null when it was written nowhere. */
export function composerOf({ room, command }: Pick<Unsent, 'room' | 'command'>): string | null {
  return command.kind === 'post' && !command.forwarded ? draftKey(room, command.thread) : null
}
