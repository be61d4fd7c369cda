import type { Member, RoomFacts } from '../../protocol/downstream.ts'
import type { Room } from '../room/room.ts'
import type { RoomState } from '../outbox/database.ts'

/** A member change that was begun: kept until Postgres has said what became of it. */
export interface Intent {
  command: string
  person: string
  codeHash: string
}

interface RoomRow extends Record<string, SqlStorageValue> {
  facts: string
  epoch: number
  start: number
  flushed: number
  members_version: number
  members_checked_at: number
  stopped: string | null
}

interface MemberRow extends Record<string, SqlStorageValue> {
  person: string
  name: string
  role: Member['role']
  delivered: number
  read: number
}

/** What the room keeps beside its log: what it is, its watermark, its members and their marks. */
export class RoomRecord {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  /** The room as it was left, or null when the storage is empty. `head` is the last seq in the log, if any. */
  load(head: number | null): Room | null {
    const row = this.row()
    if (!row) return null
    const members = new Map<string, Member>()
    for (const member of this.sql.exec<MemberRow>('select person, name, role, delivered, read from members')) {
      members.set(member.person, { ...member })
    }
    return {
      facts: JSON.parse(row.facts) as RoomFacts,
      epoch: row.epoch,
      head: head ?? row.start,
      floor: row.start + 1,
      flushed: row.flushed,
      membersVersion: row.members_version,
      members,
    }
  }

  /** Begins an epoch: the log starts after `start`, which Postgres has already. */
  begin(state: RoomState, epoch: number, start: number, now: number): void {
    this.end()
    this.sql.exec(
      `insert into room (id, facts, epoch, start, flushed, members_version, members_checked_at)
       values (1, ?, ?, ?, ?, ?, ?)`,
      ...[JSON.stringify(state.room), epoch, start, start, state.membersVersion, now],
    )
    this.replaceMembers(state, now)
  }

  /** Ends an epoch: the room is asleep until it has claimed the next one. */
  end(): void {
    this.sql.exec('delete from room')
    this.sql.exec('delete from members')
  }

  /** Takes the members as Postgres has them; marks of those who stay never fall. */
  replaceMembers(state: RoomState, now: number): void {
    this.sql.exec(
      'update room set facts = ?, members_version = ?, members_checked_at = ?',
      ...[JSON.stringify(state.room), state.membersVersion, now],
    )
    const stay = new Set(state.members.map((member) => member.person))
    for (const { person } of this.sql.exec<{ person: string }>('select person from members').toArray()) {
      if (!stay.has(person)) this.sql.exec('delete from members where person = ?', person)
    }
    for (const member of state.members) this.putMember(member)
  }

  putMember(member: Member): void {
    this.sql.exec(
      `insert into members (person, name, role, delivered, read) values (?, ?, ?, ?, ?)
       on conflict (person) do update set name = excluded.name, role = excluded.role,
         delivered = max(delivered, excluded.delivered), read = max(read, excluded.read)`,
      ...[member.person, member.name, member.role, member.delivered, member.read],
    )
  }

  setMembersVersion(version: number): void {
    this.sql.exec('update room set members_version = max(members_version, ?)', version)
  }

  membersCheckedAt(): number {
    return this.row()?.members_checked_at ?? 0
  }

  setFlushed(seq: number): void {
    this.sql.exec('update room set flushed = ?', seq)
  }

  /** Why this object must not write any more, or null. */
  stopped(): string | null {
    return this.row()?.stopped ?? null
  }

  stop(why: string): void {
    this.sql.exec('update room set stopped = ?', why)
  }

  setMarks(member: Member): void {
    this.sql.exec(
      'update members set delivered = ?, read = ?, dirty = 1 where person = ?',
      ...[member.delivered, member.read, member.person],
    )
  }

  /** Marks that Postgres does not have yet. */
  dirtyMarks(limit: number): { person: string; delivered: number; read: number }[] {
    return this.sql
      .exec<{ person: string; delivered: number; read: number }>(
        'select person, delivered, read from members where dirty = 1 limit ?',
        limit,
      )
      .toArray()
  }

  /** Postgres has these marks; those that rose meanwhile stay dirty. */
  marksKept(marks: { person: string; delivered: number; read: number }[]): void {
    for (const { person, delivered, read } of marks) {
      this.sql.exec(
        'update members set dirty = 0 where person = ? and delivered = ? and read = ?',
        ...[person, delivered, read],
      )
    }
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
