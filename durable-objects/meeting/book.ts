import {
  nobodyYet,
  type Attendee,
  type Connection,
  type Gathering,
  type MeetingFacts,
  type Session,
} from './core/gathering.ts'
import { endingsTable } from '../endings.ts'
import { grantsTable } from './sessions.ts'

/** What stands in the one row of `meeting`: all but people and connections. */
interface Head {
  facts: MeetingFacts | null
  session: Session | null
  ended: Gathering['ended']
  locked: boolean
  recording: Gathering['recording']
}

/** What a meeting knows, in memory and on disk in one step. */
export class Book {
  private readonly sql: SqlStorage
  private known: Gathering

  constructor(sql: SqlStorage) {
    this.sql = sql
    this.known = read(sql)
  }

  now(): Gathering {
    return this.known
  }

  /** Takes the place of what was known. Only what is another object by now is written. */
  keep(next: Gathering): void {
    const before = this.known
    if (next === before) return
    const { people, connections, ...head } = next
    const { people: _people, connections: _connections, ...headBefore } = before
    if (JSON.stringify(head) !== JSON.stringify(headBefore)) {
      this.sql.exec('insert or replace into meeting (id, head) values (1, ?)', JSON.stringify(head satisfies Head))
    }
    this.write('people', before.people, people)
    this.write('connections', before.connections, connections)
    this.known = next
  }

  private write(
    table: 'people' | 'connections',
    before: ReadonlyMap<string, object>,
    next: ReadonlyMap<string, object>,
  ) {
    for (const [id, value] of next) {
      if (before.get(id) === value) continue
      this.sql.exec(`insert or replace into ${table} (id, value) values (?, ?)`, id, JSON.stringify(value))
    }
    for (const id of before.keys()) if (!next.has(id)) this.sql.exec(`delete from ${table} where id = ?`, id)
  }
}

function read(sql: SqlStorage): Gathering {
  const [head] = sql.exec<{ head: string }>('select head from meeting').toArray()
  if (!head) return nobodyYet
  const rows = <T>(table: 'people' | 'connections') =>
    new Map(
      sql
        .exec<{ id: string; value: string }>(`select id, value from ${table}`)
        .toArray()
        .map(({ id, value }) => [id, JSON.parse(value) as T] as const),
    )
  const people = rows<Attendee>('people')
  return { ...(JSON.parse(head.head) as Head), people, connections: rows<Connection>('connections') }
}

/**
 * `meeting`: what holds for all; `people`: whoever came; `connections`: those to the media server; `reports`: which of its reports
 * were taken already; `owed`: what Postgres and the room have yet to hear; `chases`: when to look once more whether someone who was
 * put out is back; `grants`: which session was given a token for the call, by the identity there; `endings`: sessions that are over
 * before their tokens are; `agenda`: what is due when; `tries`: how often in a row it failed.
 */
export function createTables(sql: SqlStorage): void {
  sql.exec(`
    create table if not exists meeting (id integer primary key check (id = 1), head text not null);
    create table if not exists people (id text primary key, value text not null) without rowid;
    create table if not exists connections (id text primary key, value text not null) without rowid;
    create table if not exists reports (id text primary key, at integer not null) without rowid;
    create index if not exists reports_at on reports (at);
    create table if not exists owed (kind text not null, key text not null, value text not null, n integer not null, primary key (kind, key)) without rowid;
    create table if not exists chases (due integer primary key);
    create table if not exists agenda (kind text primary key, due integer not null) without rowid;
    create table if not exists tries (kind text primary key, failed integer not null) without rowid;
    ${grantsTable}
    ${endingsTable}
  `)
}
