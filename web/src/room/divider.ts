import type { Unread } from './entries.ts'

/** Where the unread divider stands. `running`: over messages that came while nobody looked, and still come. */
export interface Divider {
  unread: Unread | null
  running: boolean
}

/** What may move it. Seqs are of the room. */
export type Turn =
  /** The room is being opened: read up to `after`, and `upTo` is its head so far. */
  | { kind: 'opening'; after: number; upTo: number }
  /** Messages of others in (before, upTo]. `read` is how far I have read, `watched` whether anyone can be looking. */
  | { kind: 'arrived'; before: number; upTo: number; read: number; caughtUp: boolean; watched: boolean }
  /** Marked as unread by hand, from a seq on. */
  | { kind: 'marked'; from: number; upTo: number }
  /** I wrote something: whoever answers has read. */
  | { kind: 'sent' }

/** It stands still for the whole visit; only a new run of unread messages that nobody watches moves it. */
export function turned(divider: Divider, turn: Turn): Divider {
  switch (turn.kind) {
    case 'opening':
      return { unread: { after: turn.after, upTo: turn.upTo }, running: false }
    case 'marked':
      return { unread: { after: turn.from - 1, upTo: turn.upTo }, running: false }
    case 'sent':
      return { unread: null, running: false }
    case 'arrived': {
      const { unread, running } = divider
      if (turn.watched) return running ? { unread, running: false } : divider
      if (running && unread !== null && turn.read <= unread.after) {
        return { unread: { ...unread, upTo: turn.upTo }, running }
      }
      return turn.caughtUp ? { unread: { after: turn.before, upTo: turn.upTo }, running: true } : divider
    }
  }
}
