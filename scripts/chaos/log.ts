import type { RoomEvent } from '../../protocol/events.ts'
import { type Message, messageOf } from '../../protocol/message.ts'
import { changed, isChange, isRow, made, type MessageRow } from '../../protocol/row.ts'
import type { Note } from './breach.ts'
import { type Entry, type Seen, seenOf } from './history.ts'

/** A command that a client took. */
export type Sent = Extract<Entry, { t: 'sent' }>

/** Where a command came to stand, as its sender was told: the seq, and the room's time of it. */
export interface Place {
  seq: number
  stamp: number
}

/** Where each command stands, as its sender was told first. Notes those that were told two places. */
export function toldOf(entries: readonly Entry[], note: Note): Map<string, Place> {
  const told = new Map<string, Place>()
  const senders = new Map(entries.flatMap((entry) => (entry.t === 'sent' ? [[entry.id, entry.client]] : [])))
  const clients = new Map<number, string>()
  const take = (id: string, place: Place) => {
    const before = told.get(id)
    if (!before) told.set(id, place)
    else if (before.seq !== place.seq) note('doubled', `${id} was told at ${before.seq} and at ${place.seq}`)
  }
  for (const entry of entries) {
    if (entry.t === 'opened') clients.set(entry.conn, entry.client)
    if (entry.t === 'ack') take(entry.id, entry)
    if (entry.t !== 'changes') continue
    const client = clients.get(entry.conn)
    for (const [seq, , id, , stamp] of entry.seen) if (senders.get(id) === client) take(id, { seq, stamp })
  }
  return told
}

/**
 * The log of a room as its clients know it: what they sent, at the places that they were told, and the system rows that
 * they heard. Notes what cannot be placed.
 */
export function logOf(
  sent: readonly Sent[],
  told: ReadonlyMap<string, Place>,
  system: readonly Message[],
  note: Note,
): RoomEvent[] {
  const log = new Map<number, RoomEvent>()
  for (const { seq, at, id, system: fact } of system) {
    if (fact) log.set(seq, { ...fact, seq, at, id })
  }
  for (const one of sent) {
    const place = told.get(one.id)
    if (!place) continue
    const event = eventOf(one, place, told)
    const other = log.get(place.seq)
    if (other && 'id' in other) note('doubled', `seq ${place.seq} was given to ${other.id} and to ${one.id}`)
    if (event) log.set(place.seq, event)
    else note('changed', `${one.id} was accepted, and the message that it is about was not`)
  }
  const events = [...log.values()].sort((one, other) => one.seq - other.seq)
  for (const [index, { seq }] of events.entries()) {
    if (seq !== index + 1) {
      note('hole', `nobody was told of seq ${index + 1}; the next one that somebody was told of is ${seq}`)
      break
    }
  }
  return events
}

function eventOf({ id, person: by, wish }: Sent, place: Place, told: ReadonlyMap<string, Place>): RoomEvent | null {
  const own = { seq: place.seq, at: place.stamp, id, by, hash: '' }
  if (wish.kind === 'post') {
    const { text, replyTo, mentions } = wish
    return { kind: 'posted', ...own, text, replyTo, mentions: [...mentions], source: null }
  }
  const target = typeof wish.target === 'number' ? wish.target : told.get(wish.target)?.seq
  if (target === undefined) return null
  switch (wish.kind) {
    case 'edit':
      return { kind: 'edited', ...own, target, text: wish.text, mentions: [...wish.mentions] }
    case 'delete':
      return { kind: 'deleted', ...own, target }
    case 'react':
      return { kind: wish.on ? 'reacted' : 'unreacted', ...own, target, emoji: wish.emoji }
    case 'pin':
      return { kind: wish.on ? 'pinned' : 'unpinned', ...own, target }
  }
}

/** Every state that a log leads through: of each message by rev, and the last one. */
export interface States {
  at(seq: number, rev: number): Seen | undefined
  last: ReadonlyMap<number, Seen>
  /** The message that has this rev in the end. */
  lastWithRev: ReadonlyMap<number, Seen>
}

export function statesOf(log: readonly RoomEvent[], people: ReadonlySet<string>): States {
  const rows = new Map<number, MessageRow>()
  const seen = new Map<string, Seen>()
  const last = new Map<number, Seen>()
  const known = (person: string) => people.has(person)
  for (const event of log) {
    const before = isChange(event) ? rows.get(event.target) : undefined
    const row = isChange(event) ? before && changed(before, event, known) : isRow(event) && made(event, known)
    if (!row || row === before) continue
    rows.set(row.seq, row)
    const state = seenOf(messageOf(row))
    seen.set(`${row.seq} ${row.rev}`, state)
    last.set(row.seq, state)
  }
  const lastWithRev = new Map([...last.values()].map((state) => [state[1], state]))
  return { at: (seq, rev) => seen.get(`${seq} ${rev}`), last, lastWithRev }
}
