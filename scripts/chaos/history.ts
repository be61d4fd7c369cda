import { createHash } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import type { Message } from '../../protocol/message.ts'
import type { RefusalReason } from '../../protocol/refusals.ts'
import type { MessageRow } from '../../protocol/row.ts'

/** What someone asked of a room. A target is a seq, or the id of an own message that had none yet. */
export type Wish =
  | { kind: 'post'; text: string; replyTo: number | null; mentions: readonly string[] }
  | { kind: 'edit'; target: number | string; text: string; mentions: readonly string[] }
  | { kind: 'delete'; target: number | string }
  | { kind: 'react'; target: number | string; emoji: string; on: boolean }
  | { kind: 'pin'; target: number | string; on: boolean }

/** The state of one message as a client saw it: its place, its rev, its id, the digest of the whole, when it was posted. */
export type Seen = [seq: number, rev: number, id: string, digest: string, at: number]

/** The faults that are injected. */
export type FaultKind =
  | 'workerd killed'
  | 'sockets cut'
  | 'reader that never reads'
  | 'tab killed'
  | 'Postgres stopped'
  | 'Postgres stopped mid-transaction'
  | 'backend ended mid-transaction'
  | 'no connections left'
  | 'answers slow by 2 s'
  | 'answers 500'
  | 'answers hang'
  | 'answers lost'

/**
 * One line of a history: what a client did or heard, what was done to the system, and at the end what every client
 * shows and what Postgres holds. Times are epoch milliseconds of one machine.
 */
export type Entry =
  | { t: 'room'; room: string; people: string[] }
  /** The command is in the client's outbox: from here on it must not get lost. */
  | { t: 'sent'; at: number; client: string; person: string; room: string; id: string; wish: Wish }
  | { t: 'opened'; at: number; client: string; room: string; conn: number }
  | { t: 'closed'; at: number; conn: number }
  /** A command went out on a connection; more than once when it is repeated. */
  | { t: 'up'; at: number; conn: number; id: string }
  | { t: 'hello'; at: number; conn: number; since: number; from: number }
  | { t: 'welcome'; at: number; conn: number; epoch: number; head: number }
  | { t: 'reset' | 'behind'; at: number; conn: number }
  | { t: 'ack'; at: number; conn: number; id: string; seq: number; stamp: number }
  | { t: 'refused'; at: number; conn: number; id: string; reason: RefusalReason; final: boolean }
  | { t: 'changes'; at: number; conn: number; covers: [number, number]; seen: Seen[]; system: Message[] }
  | { t: 'killed'; at: number; back: number }
  /** `seen` is the effect that was observed; null: there was none, and the fault does not count. */
  | { t: 'fault'; kind: FaultKind; from: number; until: number; seen: string | null }
  /** What a client shows when all is quiet: rows in order, null where it shows a gap. `fresh`: it began with nothing. */
  | {
      t: 'view'
      client: string
      room: string
      fresh: boolean
      rows: (Seen | null)[]
      waiting: number
      failed: string[]
    }
  | {
      t: 'kept'
      room: string
      epoch: number
      lastSeq: number
      messages: MessageRow[]
      commands: { id: string; seq: number }[]
    }

/** Where a history is written, a line at a time, so that it is there whatever happens. */
export interface History {
  entries: Entry[]
  add(entry: Entry): void
  close(): void
}

/** Begins a history in a file, in place of what was there. */
export function openHistory(file: string): History {
  const handle = openSync(file, 'w')
  const entries: Entry[] = []
  return {
    entries,
    add(entry) {
      entries.push(entry)
      writeSync(handle, `${JSON.stringify(entry)}\n`)
    },
    close: () => closeSync(handle),
  }
}

/** Reads a history that was written before. */
export function readHistory(text: string): Entry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry)
}

/** A message as a history names it. */
export function seenOf(message: Message): Seen {
  return [message.seq, message.rev, message.id, digestOf(message), message.at]
}

/** The same for the same message, however its keys are ordered. */
function digestOf(message: Message): string {
  return createHash('sha1')
    .update(JSON.stringify(sorted(message)))
    .digest('hex')
    .slice(0, 12)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]))
}
