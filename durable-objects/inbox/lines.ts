import type { Preview, RoomLine, RoomPreferences } from '../../protocol/inbox.ts'
import { limits } from '../../protocol/limits.ts'
import type { Bump } from '../between.ts'
import { newer, standsAgainst, type Told } from './core/newer.ts'
import type { SqlLine } from './database.ts'

/** A line as the inbox keeps it: what devices are told, and what stands between the room, Postgres and the devices. */
export interface KeptLine extends Told {
  room: string
  version: number
  head: number
  /** How far the person's devices have received, as the room or Postgres said. */
  delivered: number
  /** The visit in which the room was told that nobody is there; 0: it tells everything. */
  silent: number
  /** Changes of what the person set that Postgres has not heard of. */
  unkept: number
  line: RoomLine
}

type KeptRow = Pick<KeptLine, 'room' | 'epoch' | 'n' | 'head' | 'delivered' | 'line'>

interface LineRow extends Record<string, SqlStorageValue> {
  room: string
  version: number
  epoch: number
  n: number
  head: number
  delivered: number
  silent: number
  unkept: number
  line: string
}

const columns = 'room, version, epoch, n, head, delivered, silent, unkept, line'

/** Rooms that went are remembered up to this many: a device that was away for longer gets the whole list. */
const goneKept = 500

/** What nobody has set anything about. */
const nothingSet = { pinnedAt: null, archivedAt: null, mutedUntil: null, level: 'all' } as const

/** The rooms of one person, in their storage. Every change of what devices see takes the next version. */
export class Lines {
  private readonly sql: SqlStorage
  private readonly comes: (room: string) => void

  /** `comes` hears, in the step that writes it, of each room that was not on the list. */
  constructor(sql: SqlStorage, now: number, comes: (room: string) => void) {
    this.sql = sql
    this.comes = comes
    // A visit is a time, so that one of an inbox that lost its storage is not older than what rooms have heard.
    sql.exec('insert or ignore into inbox (id, epoch, visit) values (1, ?, ?)', crypto.randomUUID(), now)
  }

  /** Whether there is a list at all: what was emptied has none. */
  begun(): boolean {
    return this.sql.exec('select 1 from inbox').toArray().length > 0
  }

  epoch(): string {
    return this.sql.exec<{ epoch: string }>('select epoch from inbox').one().epoch
  }

  version(): number {
    return this.sql.exec<{ version: number }>('select version from inbox').one().version
  }

  of(room: string): KeptLine | null {
    const row = this.sql.exec<LineRow>(`select ${columns} from lines where room = ?`, room).toArray()[0]
    return row ? keptLine(row) : null
  }

  all(): KeptLine[] {
    return this.sql.exec<LineRow>(`select ${columns} from lines`).toArray().map(keptLine)
  }

  /** The rooms that are too large to tell each of their members what is new. */
  large(): string[] {
    const rows = this.sql.exec<{ room: string }>(
      "select room from lines where json_extract(line, '$.memberCount') > ?",
      limits.bumpMembers,
    )
    return rows.toArray().map(({ room }) => room)
  }

  /** The lines that changed after a version, and the rooms that went. */
  since(version: number): { rooms: RoomLine[]; gone: string[] } {
    const lines = this.sql.exec<{ line: string }>('select line from lines where version > ? order by version', version)
    const gone = this.sql.exec<{ room: string }>('select room from gone where version > ?', version)
    return {
      rooms: lines.toArray().map(({ line }) => JSON.parse(line) as RoomLine),
      gone: gone.toArray().map(({ room }) => room),
    }
  }

  /** Whether a device that holds a version of an inbox of this name can be told what changed since. */
  reaches(epoch: string | null, version: number): boolean {
    const row = this.sql.exec<{ epoch: string; version: number; forgotten: number }>('select * from inbox').one()
    return row.epoch === epoch && version <= row.version && version >= row.forgotten
  }

  /** Takes a bump that says more than what was heard before. False: an older one changes nothing. */
  bump(bump: Bump): boolean {
    const before = this.of(bump.room)
    if (!newer(bump, before ?? this.goneAt(bump.room))) return false
    const { room, epoch, n, head } = bump
    const delivered = before?.epoch === epoch ? Math.max(before.delivered, bump.delivered) : bump.delivered
    this.put({ room, epoch, n, head, delivered, line: lineOf(bump, before?.line ?? nothingSet) }, before)
    return true
  }

  /** The room is the person's no more. False: it was not, or something newer says that it is. */
  remove(room: string, told: Told): boolean {
    const before = this.of(room)
    if (!newer(told, before ?? this.goneAt(room))) return false
    this.drop(room, told, before !== null)
    return before !== null
  }

  /** The room is the person's no more, unless it was heard of since. */
  removeUnlessTold(room: string, since: Told): boolean {
    const before = this.of(room)
    if (!before || newer(before, since)) return false
    this.drop(room, before, true)
    return true
  }

  /**
   * Takes the list as Postgres has it. Rooms that were heard of while it was read, and whatever else the rooms know
   * better, stand; so does what the person set and Postgres may not have had.
   */
  take(sqlLines: readonly SqlLine[], heard: ReadonlySet<string>, set: ReadonlySet<string>): void {
    const kept = new Map(this.all().map((line) => [line.room, line]))
    for (const sqlLine of sqlLines) {
      const before = kept.get(sqlLine.room) ?? null
      kept.delete(sqlLine.room)
      // It went while the list was read.
      if (!before && heard.has(sqlLine.room)) continue
      this.takeOne(sqlLine, before, set)
    }
    for (const line of kept.values()) if (!heard.has(line.room)) this.drop(line.room, line, true)
  }

  /** Takes one line as Postgres has it. */
  takeOne(sqlLine: SqlLine, before: KeptLine | null, set: ReadonlySet<string>): void {
    const { epoch, delivered: received, accepted: _accepted, name, ...said } = sqlLine
    const { room, head } = said
    const own = before && (before.unkept > 0 || set.has(room)) ? before.line : said
    if (before && standsAgainst({ ...before, silent: before.silent > 0 }, { epoch, head })) {
      const line = { ...before.line, ...preferencesOf(own) }
      return this.put({ ...before, line }, before)
    }
    const sameEpoch = before?.epoch === epoch
    const line: RoomLine = { ...said, name: name ?? lost, ...preferencesOf(own) }
    const n = sameEpoch ? before.n : 0
    const delivered = sameEpoch ? Math.max(before.delivered, received) : received
    this.put({ room, epoch, n, head, delivered, line }, before)
    // Whether a room fell silent of which nothing is kept here is not known: it hears of the visit.
    if (!before) this.sql.exec('update lines set back = (select visit from inbox) where room = ?', room)
  }

  /** What the person set about a room. False: it is none of theirs. */
  setPreferences(room: string, change: Partial<RoomPreferences>): boolean {
    const before = this.of(room)
    if (!before) return false
    this.put({ ...before, line: { ...before.line, ...change } }, before)
    this.sql.exec('update lines set unkept = unkept + 1 where room = ?', room)
    return true
  }

  /** What Postgres has not heard of, with how many changes that is. */
  unkept(): { room: string; unkept: number; preferences: RoomPreferences }[] {
    const rows = this.sql.exec<LineRow>(`select ${columns} from lines where unkept > 0`).toArray().map(keptLine)
    return rows.map(({ room, unkept, line }) => ({ room, unkept, preferences: preferencesOf(line) }))
  }

  /** Postgres has heard of these; what was set since it has not. */
  preferencesKept(rooms: { room: string; unkept: number }[]): void {
    for (const { room, unkept } of rooms)
      this.sql.exec('update lines set unkept = 0 where room = ? and unkept = ?', room, unkept)
  }

  private put(kept: KeptRow, before: KeptLine | null): void {
    const line = JSON.stringify(ordered(kept.line))
    const same = before !== null && JSON.stringify(before.line) === line
    const version = same ? before.version : this.nextVersion()
    // Most of a list that is read is as it was: a row that is not written costs nothing.
    if (same && alike(before, kept)) return
    if (!before) this.sql.exec('delete from gone where room = ?', kept.room)
    this.sql.exec(
      `insert into lines (room, version, epoch, n, head, delivered, line) values (?, ?, ?, ?, ?, ?, ?)
       on conflict (room) do update set version = excluded.version, epoch = excluded.epoch, n = excluded.n,
         head = excluded.head, delivered = excluded.delivered, line = excluded.line`,
      ...[kept.room, version, kept.epoch, kept.n, kept.head, kept.delivered, line],
    )
    if (!before) this.comes(kept.room)
  }

  private drop(room: string, { epoch, n }: Told, known: boolean): void {
    // Of a room that they never heard of devices need not be told; of one that went before, not again.
    const version = known ? this.nextVersion() : this.goneVersion(room)
    this.sql.exec('delete from lines where room = ?', room)
    this.sql.exec('delete from drafts where room = ?', room)
    this.sql.exec(
      'insert or replace into gone (room, version, epoch, n) values (?, ?, ?, ?)',
      ...[room, version, epoch, n],
    )
    const oldest = this.sql.exec<{ room: string; version: number }>(
      'select room, version from gone order by version desc limit -1 offset ?',
      goneKept,
    )
    for (const each of oldest.toArray()) {
      this.sql.exec('delete from gone where room = ?', each.room)
      this.sql.exec('update inbox set forgotten = max(forgotten, ?)', each.version)
    }
  }

  private goneAt(room: string): Told | null {
    const rows = this.sql.exec<{ epoch: number; n: number }>('select epoch, n from gone where room = ?', room)
    return rows.toArray()[0] ?? null
  }

  /** The version at which devices were told that the room went; 0: they were not. */
  private goneVersion(room: string): number {
    const rows = this.sql.exec<{ version: number }>('select version from gone where room = ?', room)
    return rows.toArray()[0]?.version ?? 0
  }

  private nextVersion(): number {
    return this.sql.exec<{ version: number }>('update inbox set version = version + 1 returning version').one().version
  }
}

/** What a direct room is called that lost its other person. */
const lost = 'Deleted account'

/** What devices see of a room after a bump. What the person set is not the room's to say. */
function lineOf(bump: Bump, own: RoomPreferences): RoomLine {
  return {
    ...{ room: bump.room, type: bump.type, name: bump.name ?? lost, other: bump.other, role: bump.role },
    ...{ memberCount: bump.memberCount, head: bump.head, read: bump.read, unreadFrom: bump.unread.from },
    ...{ unread: bump.count, mentions: bump.mentions, last: bump.last, lastAt: bump.lastAt },
    ...preferencesOf(own),
  }
}

/** The same line is the same text, whether a room or Postgres told it. */
function ordered({ room, type, name, other, role, memberCount, head, read, unreadFrom, ...rest }: RoomLine): RoomLine {
  const { unread, mentions, last, lastAt } = rest
  return {
    ...{ room, type, name, other, role, memberCount, head, read, unreadFrom, unread, mentions },
    last: last && orderedPreview(last),
    lastAt,
    ...preferencesOf(rest),
  }
}

function orderedPreview({ seq, at, by, name, text, deleted, attachments }: Preview): Preview {
  return { seq, at, by, name, text, ...(deleted && { deleted }), ...(attachments && { attachments }) }
}

function alike(before: KeptLine, { epoch, n, head, delivered }: Omit<KeptRow, 'line'>): boolean {
  return before.epoch === epoch && before.n === n && before.head === head && before.delivered === delivered
}

function preferencesOf({ pinnedAt, archivedAt, mutedUntil, level }: RoomPreferences): RoomPreferences {
  return { pinnedAt, archivedAt, mutedUntil, level }
}

function keptLine({ line, ...row }: LineRow): KeptLine {
  return { ...row, line: JSON.parse(line) as RoomLine }
}
