import { isDeepStrictEqual } from 'node:util'
import type { RoomEvent } from '../../protocol/events.ts'
import { fold } from '../../protocol/fold.ts'
import type { Note } from './breach.ts'
import type { Entry } from './history.ts'
import type { Place, Sent } from './log.ts'

type Kept = Extract<Entry, { t: 'kept' }>

/** Whatever was acknowledged is in Postgres once, at its place; and nothing else is. */
export function checkStored(
  sent: readonly Sent[],
  told: ReadonlyMap<string, Place>,
  refused: ReadonlySet<string>,
  kept: Kept,
  shown: ReadonlySet<string>,
  note: Note,
): void {
  const commands = new Map<string, number[]>()
  for (const { id, seq } of kept.commands) commands.set(id, [...(commands.get(id) ?? []), seq])
  for (const { id, client, wish } of sent) {
    const place = told.get(id)
    const seqs = commands.get(id) ?? []
    if (seqs.length > 1) note('doubled', `${id} of ${client} is stored at ${seqs.join(' and ')}`)
    if (seqs.length > 0 && refused.has(id)) note('untold', `${id} of ${client} was refused, and is stored`)
    if (!place) continue
    if (seqs.length === 0) {
      if (place.seq <= kept.lastSeq && shown.has(id))
        note(
          'parked',
          `${id} of ${client} at ${place.seq} is in the room, and Postgres (at ${kept.lastSeq}) passed over it`,
        )
      else
        note(
          'lost',
          `${id} (${wish.kind}) of ${client} was acknowledged at ${place.seq}, and Postgres does not have it`,
        )
    } else if (!seqs.includes(place.seq)) {
      note('out of order', `${id} of ${client} was acknowledged at ${place.seq}, and is stored at ${seqs[0]}`)
    }
  }
  const ids = new Set(sent.map(({ id }) => id))
  for (const { id, seq } of kept.commands)
    if (!ids.has(id)) note('changed', `${id} at ${seq} is stored, and nobody sent it`)
  // Every text that is sent is one of a kind.
  const texts = new Map<string, number>()
  for (const { seq, type, text } of kept.messages) {
    if (type !== 'text' || text === '') continue
    if (texts.has(text)) note('doubled', `“${text.slice(0, 40)}” is stored at ${texts.get(text)} and ${seq}`)
    texts.set(text, seq)
  }
}

/** What one client posted stands in the order in which it was posted. */
export function checkOrder(
  sent: readonly Sent[],
  told: ReadonlyMap<string, Place>,
  refused: ReadonlySet<string>,
  note: Note,
): void {
  const last = new Map<string, { id: string; seq: number }>()
  for (const { id, client, wish } of sent) {
    const place = told.get(id)
    if (wish.kind !== 'post' || !place || refused.has(id)) continue
    const before = last.get(client)
    if (before && before.seq > place.seq)
      note('out of order', `${client} posted ${before.id} (at ${before.seq}) before ${id} (at ${place.seq})`)
    last.set(client, { id, seq: place.seq })
  }
}

/** Folding the log gives exactly the rows. */
export function checkRows(log: readonly RoomEvent[], people: ReadonlySet<string>, kept: Kept, note: Note): void {
  const { messages, commands } = fold(log, people)
  const head = log.at(-1)?.seq ?? 0
  if (kept.lastSeq !== head) note('unrest', `Postgres is at ${kept.lastSeq}, and clients were told ${head}`)
  const rows = new Map(kept.messages.map((row) => [row.seq, row]))
  const places = new Map(kept.commands.map(({ id, seq }) => [id, seq]))
  if (rows.size !== kept.messages.length) note('doubled', `Postgres has two messages at one place`)
  for (const expected of messages) {
    const row = rows.get(expected.seq)
    rows.delete(expected.seq)
    // A command that is not stored at all was named before.
    if (!row && (places.has(expected.id) || expected.type === 'system'))
      note('lost', `Postgres has no message at ${expected.seq}, where ${expected.id} belongs`)
    if (row && !isDeepStrictEqual(row, expected))
      note('changed', `Postgres holds another message at ${expected.seq}:\n    ${difference(row, expected)}`)
  }
  for (const [seq, { id }] of rows) note('changed', `Postgres holds ${id} at ${seq}, and no command leads there`)
  for (const { id, seq } of commands) {
    if (places.has(id) && places.get(id) !== seq)
      note('out of order', `Postgres has ${id} at ${places.get(id)}, not at ${seq}`)
  }
}

function difference(row: object, expected: object): string {
  const other = expected as Record<string, unknown>
  return Object.entries(row)
    .filter(([key, value]) => !isDeepStrictEqual(value, other[key]))
    .map(([key, value]) => `${key} is ${JSON.stringify(value)}, not ${JSON.stringify(other[key])}`)
    .join('; ')
}
