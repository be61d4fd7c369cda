import type { RoomLine } from '../../../protocol/inbox.ts'
import type { RoomChoice } from '../../../web/sync/inbox/types.ts'
import type { RoomView } from '../../../web/sync/types.ts'
import type { StoreApi } from 'zustand/vanilla'
import type { Connection } from '../world/connection.ts'

/** Someone's inbox on one device, whatever program shows it. */
export interface InboxDevice {
  readonly person: string
  readonly name: string
  /** Whether it is to be connected. */
  readonly wanted: boolean
  /** Whether it has everything that its inbox had when it last heard of it. */
  readonly live: boolean
  readonly connection: Connection | null
  open(): void
  close(): void
  /** Its process ends, without a word. */
  kill(): void
  /** Its page is looked at from now on, or hidden. */
  look(on: boolean): void
  /** It begins with nothing when it is opened next. */
  forget(): void
  line(room: string): RoomLine | null
  /** In the order of the list. */
  rooms(): readonly RoomLine[]
  badge(): number
  /** What it takes for the inbox's time: what is muted goes by it. */
  inboxTime(): number
  /** How much of what its person wished is not answered. */
  owes(): number
  set(room: string, choice: RoomChoice): void
  mark(room: string, as: 'read' | 'unread'): void
  /** An open room on the same device knows its line first. Answers how to stop. */
  follow(room: StoreApi<RoomView>): () => void
}
