/**
 * The room's SQLite. `log` holds the events, `states` the current state of every message in the log, `spine` what is
 * kept for ever to tell a repeat from a conflict, `members` the copy of the members with their marks (`dirty`: not yet
 * in Postgres), `agenda` what is due when, `tries` how often in a row it failed, `intents` the member changes whose
 * outcome is not known yet, `tickets` those that were used, `carried` the events of an epoch that ended before Postgres had them.
 */
export function createTables(sql: SqlStorage): void {
  sql.exec(`
    create table if not exists room (
      id integer primary key check (id = 1),
      facts text not null, epoch integer not null, start integer not null, flushed integer not null,
      members_version integer not null, members_checked_at integer not null, stopped text
    );
    create table if not exists log (seq integer primary key, event text not null);
    create table if not exists states (seq integer primary key, rev integer not null, state text not null);
    create index if not exists states_rev on states (rev);
    create table if not exists spine (
      seq integer primary key, id text not null unique, author text, hash text not null,
      at integer not null, imported integer not null
    );
    create table if not exists members (
      person text primary key, name text not null, role text not null,
      delivered integer not null, read integer not null, dirty integer not null default 0
    ) without rowid;
    create table if not exists agenda (kind text primary key, due integer not null) without rowid;
    create table if not exists tries (kind text primary key, failed integer not null) without rowid;
    create table if not exists carried (seq integer primary key, event text not null);
    create table if not exists tickets (id text primary key, burnt_at integer not null) without rowid;
    create table if not exists intents (command text primary key, body text not null) without rowid;
  `)
}
