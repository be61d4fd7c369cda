import type { RoomLine } from '../../protocol/inbox.ts'
import type { Bump } from '../between.ts'
import { newer, type Told } from './core/newer.ts'

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

/** What nobody has set anything about. */
export const nothingSet = { pinnedAt: null, archivedAt: null, mutedUntil: null, level: 'all' } as const

/** The rooms of one person, in their storage. Every change of what devices see takes the next version. */
export class Lines {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
    sql.exec('insert or ignore into inbox (id, epoch) values (1, ?)', crypto.randomUUID())
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

  /** The lines that changed after a version, and the rooms that went. */
  since(version: number): { lines: RoomLine[]; gone: string[] } {
    const lines = this.sql.exec<{ line: string }>('select line from lines where version > ? order by version', version)
    const gone = this.sql.exec<{ room: string }>('select room from gone where version > ?', version)
    return {
      lines: lines.toArray().map(({ line }) => JSON.parse(line) as RoomLine),
      gone: gone.toArray().map(({ room }) => room),
    }
  }

  /** Takes a bump that says more than what was heard before. False: an older one changes nothing. */
  bump(bump: Bump): boolean {
    const before = this.of(bump.room)
    if (!newer(bump, before ?? this.goneAt(bump.room))) return false
    const line = lineOf(bump, before?.line ?? null)
    const { epoch, n, head } = bump
    this.put({ ...{ room: bump.room, epoch, n, head, line }, delivered: bump.delivered }, before)
    return true
  }

  /** The room is the person's no more. False: it was not, or something newer says that it is. */
  remove(room: string, told: Told): boolean {
    const before = this.of(room)
    if (!newer(told, before ?? this.goneAt(room))) return false
    const version = before ? this.nextVersion() : 0
    this.sql.exec('delete from lines where room = ?', room)
    this.sql.exec(
      'insert or replace into gone (room, version, epoch, n) values (?, ?, ?, ?)',
      ...[room, version, told.epoch, told.n],
    )
    return before !== null
  }

  private put(
    kept: Told & { room: string; head: number; delivered: number; line: RoomLine },
    before: KeptLine | null,
  ): void {
    const line = JSON.stringify(kept.line)
    const same = before !== null && JSON.stringify(before.line) === line
    const version = same ? before.version : this.nextVersion()
    this.sql.exec('delete from gone where room = ?', kept.room)
    this.sql.exec(
      `insert into lines (room, version, epoch, n, head, delivered, line) values (?, ?, ?, ?, ?, ?, ?)
       on conflict (room) do update set version = excluded.version, epoch = excluded.epoch, n = excluded.n,
         head = excluded.head, delivered = excluded.delivered, line = excluded.line`,
      ...[kept.room, version, kept.epoch, kept.n, kept.head, kept.delivered, line],
    )
  }

  private goneAt(room: string): Told | null {
    return (
      this.sql.exec<{ epoch: number; n: number }>('select epoch, n from gone where room = ?', room).toArray()[0] ?? null
    )
  }

  private nextVersion(): number {
    return this.sql.exec<{ version: number }>('update inbox set version = version + 1 returning version').one().version
  }
}

/** What devices see of a room after a bump. What the person set is not the room's to say. */
function lineOf(bump: Bump, before: RoomLine | null): RoomLine {
  const { pinnedAt, archivedAt, mutedUntil, level } = before ?? nothingSet
  return {
    ...{ room: bump.room, type: bump.type, name: bump.name ?? 'Deleted account', other: bump.other, role: bump.role },
    ...{ memberCount: bump.memberCount, head: bump.head, read: bump.read, unreadFrom: bump.unread.from },
    ...{ unread: bump.count, mentions: bump.mentions, last: bump.last, lastAt: bump.lastAt },
    ...{ pinnedAt, archivedAt, mutedUntil, level },
  }
}

function keptLine({ line, ...row }: LineRow): KeptLine {
  return { ...row, line: JSON.parse(line) as RoomLine }
}
