import type { Unsent } from './command.ts'
import { emptied, overlaid } from './overlay.ts'
import { holes } from './ranges.ts'
import type { Timeline } from './timeline.ts'
import type { Row } from './types.ts'
import type { Message } from './wire.ts'

/** What the rows are made of. `now` is the room's time. */
export interface RowSource {
  timeline: Timeline
  /** The rows of messages that the timeline may not have yet. */
  waiting: readonly Row[]
  /** What is on its way for each message, by its seq or id. */
  pending: ReadonlyMap<number | string, readonly Unsent[]>
  now: number
}

export interface Rows {
  /** Confirmed messages by seq with a gap row in each hole, then those of `waiting` that are not confirmed. */
  rows(source: RowSource): readonly Row[]
  /** When the next of the messages shown last disappears; null: none does. */
  expiresNext(): number | null
}

/**
 * A reader's view of the timeline. Rows stay the same, and their array too, while nothing in them changes: typing and
 * ticks redraw no timeline.
 */
export function createRows(me: string): Rows {
  let last: (RowSource & { rows: readonly Row[]; expiresNext: number }) | null = null
  const plain = new WeakMap<Message, Row>()
  let changed = new Map<string, { message: Message; commands: readonly Unsent[]; row: Row }>()

  function confirmed(message: Message, source: RowSource, fresh: typeof changed): Row {
    const commands = source.pending.get(message.seq)
    const before = changed.get(message.id)
    if (commands && before?.message === message && before.commands === commands) {
      fresh.set(message.id, before)
      return before.row
    }
    const shown = atTime(message, source.now)
    if (commands) {
      const row: Row = { ...rowOf(overlaid(shown, commands, me)), change: 'pending' }
      fresh.set(message.id, { message, commands, row })
      return row
    }
    const row = plain.get(shown) ?? rowOf(shown)
    plain.set(shown, row)
    return row
  }

  function build(source: RowSource): readonly Row[] {
    const rows: Row[] = []
    const fresh: typeof changed = new Map()
    const gaps = holes(source.timeline.covered)
    const unconfirmed = new Map(source.waiting.map((row) => [row.key, row]))
    for (const message of source.timeline.messages) {
      while (gaps[0] && gaps[0].after < message.seq) rows.push(gapRow(gaps.shift()!))
      rows.push(confirmed(message, source, fresh))
      if (unconfirmed.size > 0) unconfirmed.delete(message.id)
    }
    for (const gap of gaps) rows.push(gapRow(gap))
    for (const row of unconfirmed.values()) {
      const shown = waitingRow(row, source)
      if (shown) rows.push(shown)
    }
    changed = fresh
    return rows
  }

  return {
    rows(source) {
      const { timeline, waiting, pending, now } = source
      const same = last?.timeline === timeline && last.waiting === waiting && last.pending === pending
      if (same && last && now < last.expiresNext) return last.rows
      changed = last && now >= last.expiresNext ? new Map() : changed
      last = { ...source, rows: build(source), expiresNext: nextExpiry(timeline.messages, now) }
      return last.rows
    },
    expiresNext: () => (last && last.expiresNext < Infinity ? last.expiresNext : null),
  }
}

const gone = new WeakMap<Message, Message>()

/** The message as it stands at a time of the room: what was to disappear by then has, whatever was heard. */
export function atTime(message: Message, now: number): Message {
  const { expiresAt, deleted } = message
  if (expiresAt === undefined || deleted || expiresAt > now) return message
  let shown = gone.get(message)
  if (!shown) gone.set(message, (shown = emptied(message, { at: expiresAt, by: null })))
  return shown
}

function nextExpiry(messages: readonly Message[], now: number): number {
  let next = Infinity
  for (const { expiresAt } of messages)
    if (expiresAt !== undefined && expiresAt > now && expiresAt < next) next = expiresAt
  return next
}

function rowOf(message: Message): Row & { state: 'confirmed' } {
  return { state: 'confirmed', key: message.id, message }
}

/** A message that is still on its way, as it will be; null once its author has deleted it. */
function waitingRow(row: Row, { pending }: RowSource): Row | null {
  const commands = pending.get(row.key)
  if (!commands || row.state !== 'pending') return row
  if (commands.some(({ command }) => command.kind === 'delete')) return null
  const edit = commands.findLast(({ command }) => command.kind === 'edit')?.command
  return edit?.kind === 'edit' ? { ...row, text: edit.text } : row
}

function gapRow({ after, before }: { after: number; before: number }): Row {
  return { state: 'gap', key: `gap:${after}`, after, before }
}
