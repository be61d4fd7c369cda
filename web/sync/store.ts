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
  /** Adds to the end of the room's queue; what came from the composer drops the room's draft in the same transaction. */
  addUnsent(unsent: Omit<Unsent, 'order'>): Promise<Unsent>
  putUnsent(unsent: Unsent): Promise<void>
  removeUnsent(id: string): Promise<void>
  /** The rooms in which something waits to be sent. */
  unsentRooms(): Promise<string[]>
  draft(room: string): Promise<string>
  /** What is half written, by room. */
  drafts(): Promise<Record<string, string>>
  saveDraft(room: string, text: string): Promise<void>
  close(): void
  /** Deletes everything: the person signs out. */
  destroy(): Promise<void>
}

/** Whether it was written in the room's composer, whose draft it then takes along. */
export function fromComposer({ command }: Pick<Unsent, 'command'>): boolean {
  return command.kind === 'post' && !command.forwarded
}
