import type { OwnStatus, Settings } from '../../../protocol/inbox.ts'
import { FakePostgres, type KeptLine, type Preferences } from './fake-postgres.ts'

/** How everyone is set before they change it. */
const usual: Settings = {
  ...{ lastSeen: 'everyone', photo: 'everyone', about: 'everyone', groupAdd: 'everyone' },
  ...{ readReceipts: true, quietHours: null, previews: true },
}

interface Profile {
  name: string
  status: OwnStatus
  lastSeenAt: number | null
  settings: Settings
  blocked: string[]
}

type RoomOf = Pick<ConstructorParameters<typeof FakePostgres>[0], 'roomId' | 'members' | 'type' | 'name' | 'createdAt'>

/** Stands for Postgres with many rooms in it, and for what it promises the inboxes. */
export class FakeDatabase {
  readonly rooms = new Map<string, FakePostgres>()
  private readonly names: ReadonlyMap<string, string>
  private readonly profiles = new Map<string, Profile>()

  constructor(names: ReadonlyMap<string, string>) {
    this.names = names
    for (const [person, name] of names) {
      const status = { show: 'available', custom: null } as const
      this.profiles.set(person, { name, status, lastSeenAt: null, settings: usual, blocked: [] })
    }
  }

  make(room: RoomOf): FakePostgres {
    const made = new FakePostgres({ ...room, names: this.names, blockedBy: (person) => this.blockedBy(person) })
    this.rooms.set(room.roomId, made)
    return made
  }

  /** A call of a service function as the Data API passes it on. */
  call(name: string, args: unknown): unknown {
    const { p_person, p_room_id, p_code_hash } = args as { p_person: string; p_room_id: string; p_code_hash?: string }
    switch (name) {
      case 'inbox_state':
        return this.inboxState(p_person)
      case 'room_lines': {
        const { p_rooms } = args as { p_rooms: string[] }
        return this.lines(p_person).filter(({ room }) => p_rooms.includes(room))
      }
      case 'keep_room_preferences':
        return this.keepPreferences(p_person, (args as { p_rooms: ({ room: string } & Preferences)[] }).p_rooms)
      case 'set_block': {
        const { p_other, p_on } = args as { p_other: string; p_on: boolean }
        return this.block(p_person, p_other, p_on)
      }
      case 'change_settings': {
        const profile = this.profiles.get(p_person)!
        profile.settings = { ...profile.settings, ...(args as { p_settings: Partial<Settings> }).p_settings }
        return { settings: profile.settings, rooms: [] }
      }
      case 'keep_presence': {
        const { p_show, p_custom, p_last_seen_ms } = args as {
          p_show: OwnStatus['show']
          p_custom: OwnStatus['custom']
          p_last_seen_ms: number
        }
        const profile = this.profiles.get(p_person)!
        profile.status = { show: p_show, custom: p_custom }
        profile.lastSeenAt = p_last_seen_ms
        return { outcome: 'kept', expiresAt: Date.now() + 120_000 }
      }
      case 'join_room':
        return this.withCode(p_code_hash)?.call(name, args) ?? { outcome: 'unknown' }
      default:
        return this.rooms.get(p_room_id)?.call(name, args) ?? null
    }
  }

  blockedBy(person: string): readonly string[] {
    return this.profiles.get(person)?.blocked ?? []
  }

  /** The person's room list, the most recent first. */
  lines(person: string): KeptLine[] {
    const lines = [...this.rooms.values()].flatMap((room) => room.line(person) ?? [])
    return lines.sort((one, other) => other.lastAt - one.lastAt || (one.room < other.room ? -1 : 1))
  }

  private inboxState(person: string): unknown {
    const profile = this.profiles.get(person)
    return profile ? { person: profile, rooms: this.lines(person) } : null
  }

  private keepPreferences(person: string, rooms: ({ room: string } & Preferences)[]): unknown {
    const kept = rooms.filter(({ room }) => this.rooms.get(room)?.isMember(person))
    for (const { room, ...preferences } of kept) this.rooms.get(room)!.keepPreferences(person, preferences)
    return { kept: kept.map(({ room }) => room) }
  }

  private block(person: string, other: string, on: boolean): unknown {
    const profile = this.profiles.get(person)!
    const shared = [...this.rooms.values()].filter((room) => room.isMember(person) && room.wasMember(other))
    if (profile.blocked.includes(other) !== on) {
      profile.blocked = on ? [...profile.blocked, other] : profile.blocked.filter((one) => one !== other)
      for (const room of shared) room.membersLookDifferent()
    }
    const direct = shared.find((room) => room.facts().room.type === 'direct')?.roomId ?? null
    return { outcome: 'done', blocked: profile.blocked, direct, shared: shared.map(({ roomId }) => roomId) }
  }

  private withCode(hash: string | undefined): FakePostgres | undefined {
    return [...this.rooms.values()].find(({ joinCode }) => joinCode === hash)
  }
}
