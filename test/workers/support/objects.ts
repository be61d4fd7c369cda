import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import type { Inbox } from '../../../durable-objects/inbox-object.ts'
import type { Room } from '../../../durable-objects/room-object.ts'
import { bindings } from './database.ts'

/** The object of a room. */
export function objectOf(room: string): DurableObjectStub<Room> {
  return bindings.ROOM.get(bindings.ROOM.idFromName(room))
}

/** The object of a person's inbox. */
export function inboxOf(person: string): DurableObjectStub<Inbox> {
  return bindings.INBOX.get(bindings.INBOX.idFromName(person))
}

/** Puts the object to sleep under its sockets, as the platform does with a quiet room. */
export async function hibernate(room: string): Promise<void> {
  await evictDurableObject(objectOf(room))
}

/** Lets everything that the room has planned happen now, until its log is in Postgres. */
export async function flushed(room: string): Promise<void> {
  while (await unflushed(room)) await ring(room, 'flush')
}

/** Whether something waits for Postgres. */
export async function unflushed(room: string): Promise<boolean> {
  return await inStorage(room, (sql) => {
    const behind = sql.exec('select 1 from log, room where seq > flushed limit 1').toArray().length > 0
    return behind || sql.exec('select 1 from members where dirty = 1 limit 1').toArray().length > 0
  })
}

/** Moves a duty to now and does what the alarm does: the object's clock turned by hand. */
export async function ring(room: string, duty: string): Promise<void> {
  // The handler itself, which joins a flush in the air. `runDurableObjectAlarm` returns at once when the alarm rings
  // already, and a loop over it keeps workerd too busy to read the answer that the flush waits for.
  await runInDurableObject(objectOf(room), async (object, state) => {
    // One that keeps nothing has nothing planned.
    object['furnish']()
    state.storage.sql.exec('update agenda set due = 0 where kind = ?', duty)
    await object.alarm()
  })
}

/** The tables that a room's object keeps; none of a room that does not exist. */
export async function tablesOf(room: string): Promise<string[]> {
  return await inStorage(room, (sql) =>
    sql
      .exec<{ name: string }>(
        "select name from sqlite_master where type = 'table' and name not glob '_cf_*' and name not glob 'sqlite_*'",
      )
      .toArray()
      .map(({ name }) => name),
  )
}

/** Moves a duty of someone's inbox to now and does what the alarm does. */
export async function ringInbox(person: string, duty: string): Promise<void> {
  await runInDurableObject(inboxOf(person), async (object, state) => {
    state.storage.sql.exec('update agenda set due = 0 where kind = ?', duty)
    await object.alarm()
  })
}

/** Reads or changes the storage of someone's inbox. */
export async function inInbox<T>(person: string, work: (sql: SqlStorage) => T): Promise<T> {
  return (await runInDurableObject(inboxOf(person), (_, state) => work(state.storage.sql))) as T
}

/** Lets the room tell inboxes what it owes them, until nothing is owed. */
export async function bumped(room: string): Promise<void> {
  await runInDurableObject(objectOf(room), async (object) => {
    do await object['bumps'].tell()
    while (object['bumps'].owes())
  })
}

/** Compares the room's copy of its members with Postgres, as a connect does in the background. */
export async function compareMembers(room: string): Promise<void> {
  await runInDurableObject(objectOf(room), async (object) => await object['membership']['compare']())
}

/** Reads or changes the object's own storage. */
export async function inStorage<T>(room: string, work: (sql: SqlStorage) => T): Promise<T> {
  return (await runInDurableObject(objectOf(room), (_, state) => work(state.storage.sql))) as T
}

/** The object loses everything, as when its storage is gone: nothing in SQLite, nothing in memory. */
export async function loseStorage(room: string): Promise<void> {
  await lose(objectOf(room))
}

/** Puts someone's inbox to sleep under the sockets of their devices. */
export async function hibernateInbox(person: string): Promise<void> {
  await inInbox(person, () => undefined)
  await evictDurableObject(inboxOf(person))
}

/** Someone's inbox dies, and its sockets with it; what it stored stays. */
export async function crashInbox(person: string): Promise<void> {
  await crash(inboxOf(person))
}

/** Someone's inbox loses everything. */
export async function loseInbox(person: string): Promise<void> {
  await lose(inboxOf(person))
}

async function lose(object: DurableObjectStub): Promise<void> {
  // What is under way ends first: it would go on with a storage that has no tables.
  await crash(object)
  await runInDurableObject(object, async (_, { storage }) => {
    await storage.deleteAlarm()
    await storage.deleteAll()
  })
  await evictDurableObject(object, { webSockets: 'close' })
}

async function crash(object: DurableObjectStub): Promise<void> {
  // Only what runs can die.
  await runInDurableObject(object, () => undefined)
  await evictDurableObject(object, { webSockets: 'close' })
}

/** Looks into an object until it is so: each look lets the object go on, and no test looks for ever. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 1_000; look++) if (await holds()) return
  throw new Error(`it never was so: ${holds.toString()}`)
}

/** Tells the inboxes of a room's members what is owed to them, without the pause between two tellings. */
export async function tellInboxes(room: string): Promise<void> {
  await runInDurableObject(objectOf(room), async (object) => await object['bumps'].tell())
}

/** Has someone's inbox do what it owes: read the list, call rooms back, say what was received, keep what was set. */
export async function runErrand(
  person: string,
  errand: 'reading' | 'calling' | 'receiving' | 'keeping',
): Promise<void> {
  await runInDurableObject(inboxOf(person), async (object) => await object[errand].start())
}
