import type { RoomEvent } from './events.ts'
import { changed, erased, expired, isChange, isRow, made, type HasAccount, type MessageRow } from './row.ts'

/** What a room is called and how people write in it, as far as its log says; absent: as it was made. */
export interface RoomFactsRow {
  name?: string
  description?: string
  postPolicy?: 'everyone' | 'admins'
  slowModeSeconds?: number
  disappearingMs?: number | null
}

/** All that Postgres holds of a room's log. */
export interface Rows {
  messages: MessageRow[]
  commands: { id: string; seq: number; hash: string }[]
  room: RoomFactsRow
}

/**
 * The rows that a room's log leads to, in the log's order: what Postgres holds once it has every event. `accounts` are
 * the people who have a profile; anyone else is nobody there.
 */
export function fold(log: Iterable<RoomEvent>, accounts: ReadonlySet<string>): Rows {
  const folding = new Folding(accounts)
  for (const event of log) folding.apply(event)
  return folding.rows()
}

class Folding {
  private readonly messages = new Map<number, MessageRow>()
  private readonly ids = new Set<string>()
  private readonly commands = new Map<string, { id: string; seq: number; hash: string }>()
  private room: RoomFactsRow = {}
  private readonly known: HasAccount

  constructor(accounts: ReadonlySet<string>) {
    this.known = (person) => accounts.has(person)
  }

  rows(): Rows {
    return { messages: [...this.messages.values()], commands: [...this.commands.values()], room: this.room }
  }

  apply(event: RoomEvent): void {
    if ('hash' in event && !this.commands.has(event.id)) {
      const { id, seq, hash } = event
      this.commands.set(id, { id, seq, hash })
    }
    if (isChange(event)) {
      const row = this.messages.get(event.target)
      if (row) this.messages.set(row.seq, changed(row, event, this.known))
    } else if (isRow(event)) {
      // One id, one message, for ever.
      if (this.ids.has(event.id)) return
      this.ids.add(event.id)
      this.messages.set(event.seq, this.referring(made(event, this.known)))
      this.room = { ...this.room, ...factsOf(event) }
    } else {
      const touch = (row: MessageRow) => (event.kind === 'expired' ? expired(row, event) : erased(row, event))
      for (const row of this.messages.values()) this.messages.set(row.seq, touch(row))
    }
  }

  /** What it refers to is there, or it refers to nothing. */
  private referring(row: MessageRow): MessageRow {
    const there = (seq: number | null) => (seq !== null && this.messages.has(seq) ? seq : null)
    return { ...row, replyTo: there(row.replyTo), thread: there(row.thread) }
  }
}

/** What an event says of the room itself. */
export function factsOf(event: RoomEvent): RoomFactsRow {
  if (event.kind === 'renamed') return { name: event.name }
  if (event.kind !== 'room_changed') return {}
  const { description, postPolicy, slowModeSeconds, disappearingMs } = event
  return present({ description, postPolicy, slowModeSeconds, disappearingMs })
}

function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
