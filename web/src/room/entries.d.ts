import type { Row } from '../../sync/types.ts'
/** One row of the timeline with what stands around it. Dividers belong to the row below them. */
export interface Entry {
  key: string
  row: Row
  /** Mine, or someone else's; neither for gaps and system rows. */
  side: 'mine' | 'theirs' | 'middle'
  /** First and last of a run of messages by one author. */
  first: boolean
  last: boolean
  /** The time whose day is written above this row, when a new day begins with it. */
  day: number | null
  /** How many unread messages begin here, when the unread divider stands above this row. */
  unread: number | null
}
/** What was unread when the room was opened: the messages of others in (after, upTo]. */
export interface Unread {
  after: number
  upTo: number
}
/** Arranges the rows of a room for the eye: groups, days and the unread divider. */
export declare function entriesOf(rows: readonly Row[], me: string, unread: Unread | null): Entry[]
/** Who a row is by: a person's id, a name from an import, or null when nobody wrote it. */
export declare function authorOf(row: Row, me: string): string | null
/** Whether a row holds a message of somebody else above a seq: what unread counts count. */
export declare function isFromOthersAfter(row: Row, me: string, seq: number): boolean
