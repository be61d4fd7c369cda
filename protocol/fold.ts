import type { EarlierText, Metadata, RoomEvent } from './events.ts'
import { limits } from './limits.ts'

/** A reaction as Postgres holds it. */
export interface ReactionRow {
  person: string
  emoji: string
  at: number
}

/** A message as Postgres holds it. Times are epoch milliseconds; a deleted message is empty. */
export interface MessageRow {
  seq: number
  rev: number
  id: string
  at: number
  by: string | null
  type: 'text' | 'system'
  text: string
  replyTo: number | null
  mentions: string[]
  metadata: Metadata | { system: Record<string, unknown> }
  edits: EarlierText[]
  editedAt: number | null
  deletedAt: number | null
  deletedBy: string | null
  pinnedAt: number | null
  expiresAt: number | null
  /** By person, then emoji. */
  reactions: ReactionRow[]
}

/** What a room is called and how people write in it, as far as its log says; absent: as it was made. */
export interface RoomFactsRow {
  name?: string
  description?: string
  postPolicy?: 'everyone' | 'admins'
  slowModeSeconds?: number
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
  private readonly accounts: ReadonlySet<string>

  constructor(accounts: ReadonlySet<string>) {
    this.accounts = accounts
  }

  rows(): Rows {
    return { messages: [...this.messages.values()], commands: [...this.commands.values()], room: this.room }
  }

  apply(event: RoomEvent): void {
    if ('hash' in event && !this.commands.has(event.id)) {
      const { id, seq, hash } = event
      this.commands.set(id, { id, seq, hash })
    }
    switch (event.kind) {
      case 'posted': {
        const { by, text, mentions, source, expiresAt = null } = event
        const replyTo = event.replyTo !== null && this.messages.has(event.replyTo) ? event.replyTo : null
        const metadata: Metadata = source === null ? {} : { import: source }
        return this.add(event, { type: 'text', by: this.known(by), text, replyTo, mentions, metadata, expiresAt })
      }
      case 'edited':
        return this.change(event, (row) => {
          const earlier = { text: row.text, until: event.at }
          const edits = event.text === row.text ? row.edits : [...row.edits, earlier].slice(-limits.earlierTexts)
          return { ...row, text: event.text, mentions: event.mentions, editedAt: event.at, edits }
        })
      case 'deleted':
        return this.change(event, (row) => emptied(row, event.at, this.known(event.by)))
      case 'undeleted': {
        const row = this.messages.get(event.target)
        if (!row || row.deletedAt === null || row.type === 'system') return
        const { text, mentions, metadata, edits } = event
        const back = { ...row, text, mentions, metadata, edits, deletedAt: null, deletedBy: null, rev: event.seq }
        this.messages.set(row.seq, back)
        return
      }
      case 'reacted':
        return this.change(event, (row) => {
          const { by: person, emoji, at } = event
          const already = row.reactions.some((reaction) => reaction.person === person && reaction.emoji === emoji)
          if (already || !this.accounts.has(person)) return row
          return { ...row, reactions: [...row.reactions, { person, emoji, at }].sort(byPerson) }
        })
      case 'unreacted':
        return this.change(event, (row) => {
          const reactions = row.reactions.filter(({ person, emoji }) => person !== event.by || emoji !== event.emoji)
          return { ...row, reactions }
        })
      case 'pinned':
        return this.change(event, (row) => ({ ...row, pinnedAt: event.at }))
      case 'unpinned':
        return this.change(event, (row) => ({ ...row, pinnedAt: null }))
      case 'expired':
        for (const row of this.messages.values()) {
          if (row.deletedAt !== null || row.expiresAt === null || row.expiresAt > event.at) continue
          this.messages.set(row.seq, { ...emptied(row, event.at, null), rev: event.seq })
        }
        return
      case 'account_erased':
        return this.erase(event.person, event.mode, event.seq, event.at)
      case 'renamed':
        this.room = { ...this.room, name: event.name }
        return this.tell(event)
      case 'room_changed': {
        const { description, postPolicy, slowModeSeconds } = event
        this.room = { ...this.room, ...present({ description, postPolicy, slowModeSeconds }) }
        return this.tell(event)
      }
      case 'member_joined':
      case 'member_left':
      case 'role_changed':
      case 'member_banned':
      case 'member_unbanned':
      case 'member_muted':
      case 'call_started':
      case 'call_ended':
        return this.tell(event)
    }
  }

  private known(person: string | null): string | null {
    return person !== null && this.accounts.has(person) ? person : null
  }

  private add(event: { seq: number; at: number; id: string }, own: Partial<MessageRow>): void {
    const { seq, at, id } = event
    // One id, one message, for ever.
    if (this.ids.has(id)) return
    this.ids.add(id)
    this.messages.set(seq, { ...blank, ...own, seq, rev: seq, id, at })
  }

  private tell(event: { seq: number; at: number; id: string }): void {
    const { seq: _seq, at: _at, id: _id, ...system } = event
    this.add(event, { type: 'system', metadata: { system } })
  }

  // Nothing touches what is deleted, and nothing a system row.
  private change(event: { seq: number; target: number }, next: (row: MessageRow) => MessageRow): void {
    const row = this.messages.get(event.target)
    if (!row || row.deletedAt !== null || row.type === 'system') return
    this.messages.set(row.seq, { ...next(row), rev: event.seq })
  }

  private erase(person: string, mode: 'keep' | 'erase', seq: number, at: number): void {
    for (const row of this.messages.values()) {
      const touched = { ...row, rev: seq }
      if (row.type === 'system') {
        const { system } = row.metadata as { system: Record<string, unknown> }
        // The name is what tells who it was; the id leads nowhere any more.
        if (system['person'] === person && system['name'] !== '') {
          this.messages.set(row.seq, { ...touched, metadata: { system: { ...system, name: '' } } })
        }
        continue
      }
      const own = row.by === person
      const reactions = row.reactions.filter((reaction) => reaction.person !== person)
      const deletedBy = row.deletedBy === person ? null : row.deletedBy
      if (!own && reactions.length === row.reactions.length && deletedBy === row.deletedBy) continue
      const kept = { ...touched, by: own ? null : row.by, reactions, deletedBy }
      const gone = own && mode === 'erase' && row.deletedAt === null
      this.messages.set(row.seq, gone ? { ...emptied(kept, at, null), rev: seq } : kept)
    }
  }
}

const blank: Omit<MessageRow, 'seq' | 'rev' | 'id' | 'at'> = {
  by: null,
  type: 'text',
  text: '',
  replyTo: null,
  mentions: [],
  metadata: {},
  edits: [],
  editedAt: null,
  deletedAt: null,
  deletedBy: null,
  pinnedAt: null,
  expiresAt: null,
  reactions: [],
}

// What is deleted is gone: nothing of its content stays.
function emptied(row: MessageRow, deletedAt: number, deletedBy: string | null): MessageRow {
  return {
    ...row,
    text: '',
    mentions: [],
    metadata: {},
    edits: [],
    pinnedAt: null,
    reactions: [],
    deletedAt,
    deletedBy,
  }
}

function byPerson(a: ReactionRow, b: ReactionRow): number {
  return compare(a.person, b.person) || compare(a.emoji, b.emoji)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
