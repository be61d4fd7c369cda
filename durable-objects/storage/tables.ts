import { endingsTable } from '../endings.ts'

/**
 * The room's SQLite.
 * `log`: the events; `target` is the message that an event changes, null when it makes one, -1 when it touches many.
 * `states`: the whole states of messages that were changed; of one that never was, the log's event tells everything.
 * `spine`: every message that someone wrote, for ever; `commands`: every other command, for ever.
 * `withdrawn`: what was deleted a moment ago and may be taken back. `erasing`: accounts whose messages Postgres still
 * works through. `parked`: events that Postgres refuses, with why.
 * `told`: how far the members' inboxes were told of the room; `inboxes`: who is silent, and to whom something is owed;
 * `live_call`: the call that is live; `rings`: what inboxes are to know of it.
 * `gone_from_meetings`: who is a member no more, and which meeting has yet to hear of it.
 * `leavers`: what those were called who are members no more.
 * `members`: the copy of the members with their marks (`dirty`: not yet in Postgres). `agenda`: what is due when;
 * `tries`: how often in a row it failed; `tickets`: those that were used; `intents`: the member changes whose outcome is not known yet; `endings`: sessions
 * that are over before their tokens are; `carried`: the
 * events of an epoch that ended before Postgres had them.
 */
export function createTables(sql: SqlStorage): void {
  sql.exec(`
    create table if not exists room (
      id integer primary key check (id = 1),
      facts text not null, epoch integer not null, floor integer not null, flushed integer not null,
      members_version integer not null, members_checked_at integer not null, expired_at integer not null default 0,
      stopped text
    );
    create table if not exists log (seq integer primary key, target integer, event text not null);
    create index if not exists log_target on log (target) where target is not null;
    create table if not exists states (seq integer primary key, rev integer not null, state text not null);
    create index if not exists states_rev on states (rev);
    create table if not exists spine (
      seq integer primary key, id text not null unique, author text, hash text not null, at integer not null,
      imported integer not null, rev integer not null, deleted integer not null, thread integer, expires_at integer,
      mentions text
    );
    create index if not exists spine_expires on spine (expires_at) where expires_at is not null and deleted = 0;
    create table if not exists commands (
      id text primary key, seq integer not null, hash text not null, at integer not null
    ) without rowid;
    create table if not exists withdrawn (seq integer primary key, content text not null, until integer not null);
    create table if not exists erasing (person text primary key, mode text not null, seq integer not null, at integer not null) without rowid;
    create table if not exists parked (seq integer primary key, why text not null, at integer not null);
    create table if not exists members (
      person text primary key, name text not null, role text not null,
      delivered integer not null, read integer not null, silenced_until integer, receipts_hidden integer not null,
      unread_from integer, unread_version integer not null default 0, dirty integer not null default 0,
      history_from integer not null default 0, blocks text not null default '[]'
    ) without rowid;
    create table if not exists told (
      id integer primary key check (id = 1),
      n integer not null, epoch integer not null, bumped integer not null, everyone integer not null
    );
    create table if not exists inboxes (
      person text primary key, owed integer, gone integer not null, since integer, failed integer not null,
      due integer not null, silent_visit integer, wake text, back_visit integer not null
    ) without rowid;
    create table if not exists live_call (id integer primary key check (id = 1), call text not null);
    create table if not exists rings (
      person text not null, call text not null, why text, owed integer not null, due integer not null,
      at integer not null, primary key (person, call)
    ) without rowid;
    create table if not exists gone_from_meetings (
      meeting text not null, person text not null, primary key (meeting, person)
    ) without rowid;
    create table if not exists leavers (person text primary key, name text not null) without rowid;
    create table if not exists agenda (kind text primary key, due integer not null) without rowid;
    create table if not exists tries (kind text primary key, failed integer not null) without rowid;
    create table if not exists carried (seq integer primary key, event text not null);
    create table if not exists tickets (id text primary key, burnt_at integer not null) without rowid;
    create table if not exists intents (command text primary key, body text not null) without rowid;
    ${endingsTable}
  `)
  // Rooms that were made before there were inboxes.
  const columns = sql.exec<{ name: string }>('pragma table_info(members)').toArray()
  if (columns.some(({ name }) => name === 'blocks')) return
  sql.exec(`
    alter table members add column history_from integer not null default 0;
    alter table members add column blocks text not null default '[]';
  `)
}
