import type { MemberChange } from '../../protocol/api.ts'
import type { RoomFacts } from '../../protocol/downstream.ts'
import type { Erasure } from '../../protocol/message.ts'
import type { RoomState } from '../outbox/database.ts'
import type { Room, RoomMember } from '../room/room.ts'

/** A member change that was begun: kept until Postgres has said what became of it. */
export type Intent =
  /** `codeHash` null: by nothing but that the room is public. */
  | { kind: 'join'; command: string; person: string; codeHash: string | null }
  | { kind: 'change'; command: string; by: string | null; changes: MemberChange[] }
  | { kind: 'hand_over'; command: string; from: string; to: string }
  | { kind: 'approve'; command: string; by: string; person: string }

/** The marks of a member as Postgres takes them. */
export interface KeptMarks {
  person: string
  delivered: number
  read: number
  unreadFrom: number | null
  unreadVersion: number
}

/** Why a room that its owner deleted must not write any more. */
export const ownerDeletedIt = 'its owner deleted the room'

/** An event that Postgres refuses, and why. */
export interface Parked {
  seq: number
  why: string
  at: number
}

interface RoomRow extends Record<string, SqlStorageValue> {
  facts: string
  epoch: number
  floor: number
  flushed: number
  members_version: number
  members_checked_at: number
  expired_at: number
  stopped: string | null
}

interface MemberRow extends Record<string, SqlStorageValue> {
  person: string
  name: string
  role: RoomMember['role']
  delivered: number
  read: number
  silenced_until: number | null
  receipts_hidden: number
  unread_from: number | null
  unread_version: number
  history_from: number
  blocks: string
}

/** What the room keeps beside its log: what it is, its watermark, its members and their marks. */
export class RoomRecord {
  private readonly sql: SqlStorage
  /** Read once: every message asks, and reading the row takes longer than the rest of the question. */
  private why: { stopped: string | null } | null = null

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  /** The room as it was left, or null when the storage is empty. `head` is the last seq in the log, if any. */
  load(head: number | null): Room | null {
    const row = this.row()
    if (!row) return null
    const members = new Map<string, RoomMember>()
    for (const member of this.sql.exec<MemberRow>('select * from members')) members.set(member.person, memberOf(member))
    return {
      facts: JSON.parse(row.facts) as RoomFacts,
      epoch: row.epoch,
      head: head ?? row.floor - 1,
      floor: row.floor,
      flushed: row.flushed,
      membersVersion: row.members_version,
      members,
    }
  }

  /** Begins an epoch: the log starts after `start`, which Postgres has already. */
  begin(state: RoomState, epoch: number, start: number, now: number): void {
    this.end()
    this.sql.exec(
      `insert into room (id, facts, epoch, floor, flushed, members_version, members_checked_at)
       values (1, ?, ?, ?, ?, ?, ?)`,
      ...[JSON.stringify(state.room), epoch, start + 1, start, state.membersVersion, now],
    )
    this.replaceMembers(state, now)
  }

  /** Ends an epoch: the room is asleep until it has claimed the next one. */
  end(): void {
    this.why = null
    this.sql.exec('delete from room')
    this.sql.exec('delete from members')
  }

  /** Takes the members as Postgres has them; marks of those who stay never fall. What the room is called it knows better. */
  replaceMembers(state: RoomState, now: number): void {
    this.sql.exec('update room set members_version = ?, members_checked_at = ?', ...[state.membersVersion, now])
    const stay = new Set(state.members.map((member) => member.person))
    for (const { person } of this.sql.exec<{ person: string }>('select person from members').toArray()) {
      if (!stay.has(person)) this.sql.exec('delete from members where person = ?', person)
    }
    for (const member of state.members) this.putMember(member)
  }

  /** Keeps a member as Postgres has them; marks never fall, and what one has marked as unread here stands. */
  putMember(member: RoomMember): void {
    const { person, name, role, delivered, read, silencedUntil = null, receiptsHidden, unread } = member
    const { historyFrom, blocks } = member
    this.sql.exec(
      `insert into members
         (person, name, role, delivered, read, silenced_until, receipts_hidden, unread_from, unread_version,
          history_from, blocks)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (person) do update set name = excluded.name, role = excluded.role,
         silenced_until = excluded.silenced_until, receipts_hidden = excluded.receipts_hidden,
         history_from = excluded.history_from, blocks = excluded.blocks,
         delivered = max(delivered, excluded.delivered), read = max(read, excluded.read),
         unread_from = iif(excluded.unread_version > unread_version, excluded.unread_from, unread_from),
         unread_version = max(unread_version, excluded.unread_version)`,
      ...[person, name, role, delivered, read, silencedUntil, receiptsHidden ? 1 : 0, unread.from, unread.version],
      ...[historyFrom, JSON.stringify(blocks)],
    )
  }

  removeMember(person: string): void {
    this.sql.exec('delete from members where person = ?', person)
  }

  setFacts(facts: RoomFacts): void {
    this.sql.exec('update room set facts = ?', JSON.stringify(facts))
  }

  setFloor(floor: number): void {
    this.sql.exec('update room set floor = ?', floor)
  }

  /** When disappearing messages were last taken out. */
  expiredAt(): number {
    return this.row()?.expired_at ?? 0
  }

  setExpiredAt(now: number): void {
    this.sql.exec('update room set expired_at = ?', now)
  }

  setMembersVersion(version: number): void {
    this.sql.exec('update room set members_version = max(members_version, ?)', version)
  }

  membersCheckedAt(): number {
    return this.row()?.members_checked_at ?? 0
  }

  /** The copy of the members may be wrong: whoever comes next has it compared. */
  doubtMembers(): void {
    this.sql.exec('update room set members_checked_at = 0')
  }

  setFlushed(seq: number): void {
    this.sql.exec('update room set flushed = ?', seq)
  }

  /** Why this object must not write any more, or null. */
  stopped(): string | null {
    this.why ??= { stopped: this.row()?.stopped ?? null }
    return this.why.stopped
  }

  stop(why: string): void {
    this.why = null
    this.sql.exec('update room set stopped = ?', why)
  }

  setMarks({ person, delivered, read, unread }: RoomMember): void {
    this.sql.exec(
      'update members set delivered = ?, read = ?, unread_from = ?, unread_version = ?, dirty = 1 where person = ?',
      ...[delivered, read, unread.from, unread.version, person],
    )
  }

  /** Marks that Postgres does not have yet. */
  dirtyMarks(limit: number): KeptMarks[] {
    const dirty = `select person, delivered, read, unread_from as unreadFrom, unread_version as unreadVersion
      from members where dirty = 1 limit ?`
    return this.sql.exec<KeptMarks & Record<string, SqlStorageValue>>(dirty, limit).toArray()
  }

  /** Postgres has these marks; those that moved meanwhile stay dirty. */
  marksKept(marks: KeptMarks[]): void {
    for (const { person, delivered, read, unreadVersion } of marks) {
      this.sql.exec(
        'update members set dirty = 0 where person = ? and delivered = ? and read = ? and unread_version = ?',
        ...[person, delivered, read, unreadVersion],
      )
    }
  }

  /** Accounts that are gone and whose messages Postgres still works through. */
  erasing(): Erasure[] {
    const rows = this.sql.exec<{ person: string; mode: string; seq: number; at: number }>(
      'select * from erasing order by seq',
    )
    return rows.toArray().map(({ mode, ...row }) => ({ ...row, mode: mode as Erasure['mode'] }))
  }

  addErasing({ person, mode, seq, at }: Erasure): void {
    this.sql.exec('insert or replace into erasing (person, mode, seq, at) values (?, ?, ?, ?)', person, mode, seq, at)
  }

  removeErasing(person: string): void {
    this.sql.exec('delete from erasing where person = ?', person)
  }

  parked(): Parked[] {
    return this.sql.exec<Parked & Record<string, SqlStorageValue>>('select * from parked order by seq').toArray()
  }

  park({ seq, why, at }: Parked): void {
    this.sql.exec('insert or replace into parked (seq, why, at) values (?, ?, ?)', seq, why, at)
  }

  unpark(seq: number): void {
    this.sql.exec('delete from parked where seq = ?', seq)
  }

  addIntent(intent: Intent): void {
    this.sql.exec('insert or ignore into intents (command, body) values (?, ?)', intent.command, JSON.stringify(intent))
  }

  removeIntent(command: string): void {
    this.sql.exec('delete from intents where command = ?', command)
  }

  intents(): Intent[] {
    const rows = this.sql.exec<{ body: string }>('select body from intents').toArray()
    return rows.map((row) => JSON.parse(row.body) as Intent)
  }

  private row(): RoomRow | null {
    return this.sql.exec<RoomRow>('select * from room').toArray()[0] ?? null
  }
}

function memberOf(row: MemberRow): RoomMember {
  const { person, name, role, delivered, read } = row
  return {
    ...{ person, name, role, delivered, read, receiptsHidden: row.receipts_hidden === 1 },
    unread: { from: row.unread_from, version: row.unread_version },
    ...{ historyFrom: row.history_from, blocks: JSON.parse(row.blocks) as string[] },
    ...(row.silenced_until !== null && { silencedUntil: row.silenced_until }),
  }
}
