import type { RoomEvent } from '../../../protocol/events.ts'
import type { FakeStorage } from '../platform/fake-storage.ts'

/** What decides how much someone has to read. */
export interface Reader {
  person: string
  /** Nothing from before counts. */
  historyFrom: number
  read: number
  unreadFrom: number | null
  blocked: readonly string[]
}

export interface Recount {
  unread: number
  mentions: number
  /** The newest message that someone wrote, by its seq and what it says by now. */
  last: { seq: number; text: string } | null
}

interface Said {
  by: string | null
  text: string
  mentions: readonly string[]
  gone: boolean
  expiresAt: number
}

/** Every event that a room ever committed, and what there is to read, counted one by one. */
export class Ledger {
  private readonly roomId: string
  private readonly events: RoomEvent[] = []

  constructor(roomId: string) {
    this.roomId = roomId
  }

  committed(storage: FakeStorage): void {
    const after = this.events.at(-1)?.seq ?? 0
    const rows = storage.read<{ event: string }>('select event from log where seq > ? order by seq', after)
    for (const { event } of rows) this.events.push(JSON.parse(event) as RoomEvent)
  }

  head(): number {
    return this.events.at(-1)?.seq ?? 0
  }

  count({ person, historyFrom, read, unreadFrom, blocked }: Reader): Recount {
    const said = this.said()
    const recount: Recount = { unread: 0, mentions: 0, last: null }
    for (const [seq, { by, text, mentions, gone }] of said) {
      recount.last = { seq, text }
      const isNew = seq > read || (unreadFrom !== null && seq >= unreadFrom)
      if (gone || by === person || seq <= historyFrom || !isNew) continue
      recount.unread += 1
      if (by !== null && blocked.includes(by)) continue
      if (mentions.includes(person) || mentions.includes(this.roomId)) recount.mentions += 1
    }
    return recount
  }

  private said(): Map<number, Said> {
    const said = new Map<number, Said>()
    for (const event of this.events) {
      const target = 'target' in event ? said.get(event.target) : undefined
      switch (event.kind) {
        case 'posted':
          said.set(event.seq, { ...event, gone: false, expiresAt: event.expiresAt ?? Infinity })
          break
        case 'edited':
          if (target) Object.assign(target, { text: event.text, mentions: event.mentions })
          break
        case 'deleted':
          if (target) Object.assign(target, { text: '', mentions: [], gone: true })
          break
        case 'undeleted':
          if (target) Object.assign(target, { text: event.text, mentions: event.mentions, gone: false })
          break
        case 'reacted':
        case 'unreacted':
        case 'pinned':
        case 'unpinned':
        case 'expired':
          for (const one of said.values()) {
            if (one.expiresAt <= event.at) Object.assign(one, { text: '', mentions: [], gone: true })
          }
          break
        case 'account_erased':
        case 'member_joined':
        case 'member_left':
        case 'role_changed':
        case 'member_banned':
        case 'member_unbanned':
        case 'member_muted':
        case 'renamed':
        case 'room_changed':
        case 'call_started':
        case 'call_ended':
          break
      }
    }
    return said
  }
}
