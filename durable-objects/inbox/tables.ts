import { endingsTable } from '../endings.ts'

/**
 * The inbox's SQLite.
 * `inbox`: one row. `epoch` names this storage, `version` rises with each change of a line, `visit` with each first
 * device; `read_at` is when Postgres last told the whole list (0: never), `wanted` whether it is to be asked, `stale`
 * whether it could not be; no device at a version below `forgotten` can be told what went.
 * `lines`: the rooms, each as it was last told, with `version` at which it changed, (`epoch`, `n`) of its last bump, how
 * far devices have `delivered`, the visit in which the room was told that nobody is there (`silent`, 0: it tells
 * everything), the visit that it has to be told of (`back`, 0: none), how far it has to hear that devices have received
 * (`received`, 0: nothing), and how many changes of what the person set Postgres has not heard of (`unkept`).
 * `gone`: rooms that are the person's no more, so that no late bump brings them back.
 * `self`: one row. What Postgres `said` of the person, their `status`, their `visit` and when they were last seen, what of it
 * Postgres was `told`, and whether a push would reach them (`subscribed`). `contacts`: whose direct room they opened.
 * `watchers`: who has the person on screen and what each was `told`; `screens`: whom each socket has on screen;
 * `watched`: how those people are, and whether they have answered (`asked`) what was asked in this `round`. `wishes`: blocks that are not known to be done;
 * `refreshes`: rooms that have to read their members anew; `pushes`: the last news of each room that is worth a push.
 * `endings`: sessions that are over before their tokens are; `farewells`: rooms that have to hear of it.
 * `meetings`: those that the person came to lately, and how many endings each has yet to hear of (`owed`).
 * `keys`: requests over HTTP that came with a key, by its hash: a `print` of each, the `command` id under which it is carried
 * out, until when it is under way, and its answer, which is sealed.
 * `erasure`: one row once the account is to be deleted, with how far that is (`rooms` that have to hear of it, those that were
 * `told`, `rows` in Postgres) and whether something cannot be reached (`waiting`); after it no other table has a row of the person.
 * `drafts`, `rings`; `commands`: what was carried out; `agenda`, `tries`, `tickets` as in a room.
 */
export function createTables(sql: SqlStorage): void {
  sql.exec(`
    create table if not exists inbox (
      id integer primary key check (id = 1),
      epoch text not null, version integer not null default 0, visit integer not null,
      read_at integer not null default 0, wanted integer not null default 0, stale integer not null default 0,
      forgotten integer not null default 0
    );
    create table if not exists lines (
      room text primary key, version integer not null, epoch integer not null, n integer not null,
      head integer not null, delivered integer not null, line text not null,
      silent integer not null default 0, back integer not null default 0, received integer not null default 0,
      unkept integer not null default 0
    ) without rowid;
    create index if not exists lines_version on lines (version);
    create index if not exists lines_members on lines (json_extract(line, '$.memberCount'));
    create index if not exists lines_back on lines (back) where back > 0;
    create index if not exists lines_silent on lines (silent) where silent > 0;
    create index if not exists lines_news on lines (version) where head > delivered and head > received;
    create index if not exists lines_received on lines (received) where received > 0;
    create index if not exists lines_unkept on lines (unkept) where unkept > 0;
    create table if not exists gone (
      room text primary key, version integer not null, epoch integer not null, n integer not null
    ) without rowid;
    create index if not exists gone_version on gone (version);
    create table if not exists self (
      id integer primary key check (id = 1),
      said text, status text, last_seen_at integer, visit text, told text, subscribed integer not null default 0
    );
    create table if not exists contacts (person text primary key) without rowid;
    create table if not exists watchers (
      person text primary key, hides integer not null, blocks integer not null, told text not null,
      asked integer not null default 0
    ) without rowid;
    create table if not exists screens (socket text not null, person text not null, primary key (socket, person)) without rowid;
    create index if not exists screens_person on screens (person);
    create table if not exists watched (
      person text primary key, presence text, asked integer not null default 0, round integer not null default 0
    ) without rowid;
    create table if not exists wishes (
      other text primary key, command text not null, block integer not null, done integer not null, direct text
    ) without rowid;
    create table if not exists refreshes (room text primary key, asked integer not null default 0) without rowid;
    create table if not exists pushes (
      room text primary key, seq integer not null, news text not null, at integer not null
    ) without rowid;
    create table if not exists erasure (
      id integer primary key check (id = 1),
      command text not null, mode text not null, since integer not null, rooms integer not null default 0,
      told integer not null default 0, rows integer not null default 0, waiting integer not null default 0,
      erased_at integer
    );
    create table if not exists drafts (
      room text not null, thread integer not null, text text not null, at integer not null, primary key (room, thread)
    ) without rowid;
    create table if not exists rings (call text primary key, room text not null, until integer not null, ring text not null) without rowid;
    create table if not exists commands (id text primary key, at integer not null) without rowid;
    create index if not exists commands_at on commands (at);
    create table if not exists keys (
      key text primary key, print text not null, command text not null, at integer not null,
      busy_until integer not null, status integer, answer text
    ) without rowid;
    create index if not exists keys_at on keys (at);
    create table if not exists agenda (kind text primary key, due integer not null) without rowid;
    create table if not exists tries (kind text primary key, failed integer not null) without rowid;
    create table if not exists tickets (id text primary key, burnt_at integer not null) without rowid;
    create table if not exists farewells (room text primary key, asked integer not null default 0) without rowid;
    create table if not exists meetings (
      meeting text primary key, at integer not null, owed integer not null default 0
    ) without rowid;
    create index if not exists meetings_at on meetings (at);
    create index if not exists meetings_owed on meetings (owed) where owed > 0;
    ${endingsTable}
  `)
}

/** Empties every table but `erasure`. What the inbox is known by to devices is kept, and tells nothing of the person. */
export function emptyTables(sql: SqlStorage): void {
  const tables = sql
    .exec<{ name: string }>(
      "select name from sqlite_master where type = 'table' and name not in ('inbox', 'erasure') and name not glob '_cf_*' and name not glob 'sqlite_*'",
    )
    .toArray()
  for (const { name } of tables) sql.exec(`delete from "${name}"`)
  sql.exec('update inbox set visit = 0, read_at = 0, wanted = 0, stale = 0')
}
