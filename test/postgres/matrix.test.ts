import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, type Sql, type Tx } from './support/database.ts'
import { actAs } from './support/people.ts'
import { matrix, tally } from './support/access.ts'

/** Whoever may knock at a table. `blocked` is a member whom the owner has blocked. */
const actors = [
  ...(['anonymous', 'stranger', 'member', 'moderator', 'admin', 'owner', 'banned', 'left', 'blocked'] as const),
  'service' as const,
]
type Actor = (typeof actors)[number]
const commands = ['select', 'insert', 'update', 'delete'] as const
type Command = (typeof commands)[number]

const ids = Object.fromEntries(actors.map((actor, i) => [actor, `a0000000-0000-4000-8000-00000000000${i}`])) as Record<
  Actor,
  string
>
const newcomer = 'a0000000-0000-4000-8000-0000000000ff'

type Place = { tx: Tx; room: string; writer: string; me: string; seq: number; meeting: string }
type Probe = Record<Command, (place: Place) => PromiseLike<{ count: number }>>

/** What is tried on each table, by whoever `me` is: on another person's rows, and where it says so on one's own. */
const probes: Record<string, Probe> = {
  user_profiles: {
    select: ({ tx }) => tx`select from user_profiles where id = ${ids.owner}`,
    insert: ({ tx, me }) => tx`insert into user_profiles (id, display_name) values (${me}, 'x')`,
    update: ({ tx }) => tx`update user_profiles set about = 'x' where id = ${ids.owner}`,
    delete: ({ tx }) => tx`delete from user_profiles where id = ${ids.stranger}`,
  },
  rooms: {
    select: ({ tx, room }) => tx`select from rooms where id = ${room}`,
    insert: ({ tx, me, writer }) =>
      tx`insert into rooms (type, name, created_by, writer) values ('group', 'x', ${me}, ${writer})`,
    update: ({ tx, room }) => tx`update rooms set name = 'x' where id = ${room}`,
    delete: ({ tx, room }) => tx`delete from rooms where id = ${room}`,
  },
  'room_participants, of others': {
    select: ({ tx, room }) => tx`select from room_participants where room_id = ${room} and user_id = ${ids.owner}`,
    insert: ({ tx, room }) => tx`insert into room_participants (room_id, user_id) values (${room}, ${newcomer})`,
    update: ({ tx, room }) =>
      tx`update room_participants set silenced_until = now() where room_id = ${room} and user_id = ${ids.blocked}`,
    delete: ({ tx, room }) => tx`delete from room_participants where room_id = ${room} and user_id = ${ids.blocked}`,
  },
  'room_participants, own': {
    select: ({ tx, room, me }) => tx`select from room_participants where room_id = ${room} and user_id = ${me}`,
    insert: ({ tx, room, me }) => tx`insert into room_participants (room_id, user_id) values (${room}, ${me})`,
    update: ({ tx, room, me }) =>
      tx`update room_participants set pinned_at = now() where room_id = ${room} and user_id = ${me}`,
    delete: ({ tx, room, me }) => tx`delete from room_participants where room_id = ${room} and user_id = ${me}`,
  },
  'messages, of others': {
    select: ({ tx, room }) => tx`select from messages where room_id = ${room} and seq = 99`,
    insert: ({ tx, room, seq }) =>
      tx`insert into messages (room_id, seq, rev, client_id, sender_id) values (${room}, ${seq + 200}, ${seq + 200}, ${randomUUID()}, ${newcomer})`,
    update: ({ tx, room }) => tx`update messages set content = 'x' where room_id = ${room} and seq = 99`,
    delete: ({ tx, room }) => tx`delete from messages where room_id = ${room} and seq = 99`,
  },
  'messages, own': {
    select: ({ tx, room, seq }) => tx`select from messages where room_id = ${room} and seq = ${seq}`,
    insert: ({ tx, room, me, seq }) =>
      tx`insert into messages (room_id, seq, rev, client_id, sender_id) values (${room}, ${seq + 200}, ${seq + 200}, ${randomUUID()}, ${me})`,
    update: ({ tx, room, seq }) => tx`update messages set content = 'x' where room_id = ${room} and seq = ${seq}`,
    delete: ({ tx, room, seq }) => tx`delete from messages where room_id = ${room} and seq = ${seq}`,
  },
  'message_status, of others': {
    select: ({ tx, room }) => tx`select from message_status where room_id = ${room} and user_id = ${newcomer}`,
    insert: ({ tx, room }) => tx`insert into message_status (room_id, seq, user_id) values (${room}, 98, ${newcomer})`,
    update: ({ tx, room }) =>
      tx`update message_status set read_at = now() where room_id = ${room} and user_id = ${newcomer}`,
    delete: ({ tx, room }) => tx`delete from message_status where room_id = ${room} and user_id = ${newcomer}`,
  },
  'message_status, own': {
    select: ({ tx, room, me }) => tx`select from message_status where room_id = ${room} and user_id = ${me}`,
    insert: ({ tx, room, me }) => tx`insert into message_status (room_id, seq, user_id) values (${room}, 98, ${me})`,
    update: ({ tx, room, me }) =>
      tx`update message_status set read_at = now() where room_id = ${room} and user_id = ${me}`,
    delete: ({ tx, room, me }) => tx`delete from message_status where room_id = ${room} and user_id = ${me}`,
  },
  'message_reactions, of others': {
    select: ({ tx, room }) => tx`select from message_reactions where room_id = ${room} and user_id = ${newcomer}`,
    insert: ({ tx, room }) =>
      tx`insert into message_reactions (room_id, seq, user_id, emoji) values (${room}, 98, ${newcomer}, 'x')`,
    update: ({ tx, room }) =>
      tx`update message_reactions set emoji = 'y' where room_id = ${room} and user_id = ${newcomer}`,
    delete: ({ tx, room }) => tx`delete from message_reactions where room_id = ${room} and user_id = ${newcomer}`,
  },
  'message_reactions, own': {
    select: ({ tx, room, me }) => tx`select from message_reactions where room_id = ${room} and user_id = ${me}`,
    insert: ({ tx, room, me }) =>
      tx`insert into message_reactions (room_id, seq, user_id, emoji) values (${room}, 98, ${me}, 'x')`,
    update: ({ tx, room, me }) =>
      tx`update message_reactions set emoji = 'y' where room_id = ${room} and user_id = ${me}`,
    delete: ({ tx, room, me }) => tx`delete from message_reactions where room_id = ${room} and user_id = ${me}`,
  },
  'typing_indicators, of others': {
    select: ({ tx, room }) => tx`select from typing_indicators where room_id = ${room} and user_id = ${newcomer}`,
    insert: ({ tx, room }) => tx`insert into typing_indicators (room_id, user_id) values (${room}, ${newcomer})`,
    update: ({ tx, room }) =>
      tx`update typing_indicators set expires_at = now() where room_id = ${room} and user_id = ${newcomer}`,
    delete: ({ tx, room }) => tx`delete from typing_indicators where room_id = ${room} and user_id = ${newcomer}`,
  },
  'typing_indicators, own': {
    select: ({ tx, room, me }) => tx`select from typing_indicators where room_id = ${room} and user_id = ${me}`,
    insert: ({ tx, room, me }) => tx`insert into typing_indicators (room_id, user_id) values (${room}, ${me})`,
    update: ({ tx, room, me }) =>
      tx`update typing_indicators set expires_at = now() where room_id = ${room} and user_id = ${me}`,
    delete: ({ tx, room, me }) => tx`delete from typing_indicators where room_id = ${room} and user_id = ${me}`,
  },
  user_presence: {
    select: ({ tx }) => tx`select from user_presence where user_id = ${ids.owner}`,
    insert: ({ tx, me }) => tx`insert into user_presence (user_id) values (${me})`,
    update: ({ tx }) => tx`update user_presence set is_online = false where user_id = ${ids.owner}`,
    delete: ({ tx }) => tx`delete from user_presence where user_id = ${ids.owner}`,
  },
  meetings: {
    select: ({ tx, meeting }) => tx`select from meetings where id = ${meeting}`,
    insert: ({ tx, room, me }) => tx`insert into meetings (room_id, host_id) values (${room}, ${me})`,
    update: ({ tx, meeting }) => tx`update meetings set title = 'x' where id = ${meeting}`,
    delete: ({ tx, meeting }) => tx`delete from meetings where id = ${meeting}`,
  },
  meeting_participants: {
    select: ({ tx, meeting }) => tx`select from meeting_participants where meeting_id = ${meeting}`,
    insert: ({ tx, meeting, me }) =>
      tx`insert into meeting_participants (meeting_id, participant_id, user_id) values (${meeting}, ${me}, ${me})`,
    update: ({ tx, meeting }) =>
      tx`update meeting_participants set audio_enabled = true where meeting_id = ${meeting} and role = 'host'`,
    delete: ({ tx, meeting }) =>
      tx`delete from meeting_participants where meeting_id = ${meeting} and user_id = ${newcomer}`,
  },
  meeting_invitations: {
    select: ({ tx, meeting }) => tx`select from meeting_invitations where meeting_id = ${meeting}`,
    insert: ({ tx, meeting, me }) =>
      tx`insert into meeting_invitations (meeting_id, inviter_id, invitee_id) values (${meeting}, ${me}, ${ids.stranger})`,
    update: ({ tx, meeting }) => tx`update meeting_invitations set status = 'cancelled' where meeting_id = ${meeting}`,
    delete: ({ tx, meeting }) => tx`delete from meeting_invitations where meeting_id = ${meeting}`,
  },
  meeting_recordings: {
    select: ({ tx, meeting }) => tx`select from meeting_recordings where meeting_id = ${meeting}`,
    insert: ({ tx, meeting }) =>
      tx`insert into meeting_recordings (meeting_id, livekit_egress_id) values (${meeting}, ${randomUUID()})`,
    update: ({ tx, meeting }) => tx`update meeting_recordings set error = 'x' where meeting_id = ${meeting}`,
    delete: ({ tx, meeting }) => tx`delete from meeting_recordings where meeting_id = ${meeting}`,
  },
}

let sql: Sql
const places: Record<string, { room: string; meeting: string }> = {}
beforeAll(async () => {
  sql = await freshDatabase()
  for (const actor of actors.slice(1, -1))
    await sql`insert into auth.users (id, email) values (${ids[actor]}, ${`${actor}@example.org`})`
  await sql`insert into auth.users (id, email) values (${newcomer}, 'newcomer@example.org')`
  await sql`update user_profiles set blocked_user_ids = ${[ids.blocked]}, privacy_last_seen = 'everyone' where id = ${ids.owner}`
  for (const writer of ['do', 'sql']) places[writer] = await furnish(writer)
  await sql`insert into user_presence (user_id) values (${ids.owner})`
})
afterAll(() => sql.end())

// A room of that kind in which everybody who was ever in it has one row of everything.
async function furnish(writer: string): Promise<{ room: string; meeting: string }> {
  const room = randomUUID()
  await sql`insert into rooms (id, type, name, created_by, writer, last_seq) values (${room}, 'group', 'Engines', ${ids.owner}, ${writer}, 100)`
  for (const role of ['member', 'moderator', 'admin']) {
    await sql`insert into room_participants (room_id, user_id, role) values (${room}, ${ids[role as Actor]}, ${role})`
  }
  for (const actor of ['banned', 'left', 'blocked'] as const) {
    await sql`insert into room_participants (room_id, user_id) values (${room}, ${ids[actor]})`
  }
  await sql`update room_participants set left_at = now() where room_id = ${room} and user_id in (${ids.left}, ${ids.banned})`
  await sql`update room_participants set banned_until = 'infinity' where room_id = ${room} and user_id = ${ids.banned}`
  const say = (seq: number, by: string) =>
    sql`insert into messages (room_id, seq, rev, client_id, sender_id) values (${room}, ${seq}, ${seq}, ${randomUUID()}, ${by})`
  await say(98, newcomer)
  await say(99, newcomer)
  await sql`delete from message_status where room_id = ${room}`
  for (const [i, who] of [...actors.slice(2, -1).map((actor) => ids[actor]), newcomer].entries()) {
    if (who !== newcomer) await say(i + 3, who)
    await sql`insert into message_status (room_id, seq, user_id) values (${room}, 99, ${who}) on conflict do nothing`
    await sql`insert into message_reactions (room_id, seq, user_id, emoji) values (${room}, 99, ${who}, 'x')`
    await sql`insert into typing_indicators (room_id, user_id) values (${room}, ${who})`
  }
  const [meeting] = await sql`insert into meetings (room_id, host_id) values (${room}, ${ids.owner}) returning id`
  const id = meeting!['id'] as string
  await sql`insert into meeting_participants (meeting_id, participant_id, user_id) values (${id}, ${newcomer}, ${newcomer})`
  await sql`insert into meeting_invitations (meeting_id, inviter_id, invitee_id) values (${id}, ${ids.owner}, ${newcomer})`
  await sql`insert into meeting_recordings (meeting_id, livekit_egress_id) values (${id}, ${randomUUID()})`
  return { room, meeting: id }
}

// Whether the actor reaches a row. A policy hides rows or refuses; whatever comes after it is no matter of access.
async function reaches(actor: Actor, work: (tx: Tx) => PromiseLike<{ count: number }>): Promise<boolean> {
  let reached = false
  try {
    await sql.begin(async (tx) => {
      await actAs(
        tx,
        actor === 'anonymous' ? 'anon' : actor === 'service' ? 'service_role' : 'authenticated',
        ids[actor],
      )
      reached = (await work(tx)).count > 0
      throw undone
    })
  } catch (error) {
    if (error === undone) return reached
    const { code } = error as { code?: string }
    if (code === '42501') return false
    if (code?.startsWith('23')) return true
    throw error
  }
  return reached
}
const undone = Symbol('undone')

async function whoMay(probe: Probe, command: Command, writer: 'do' | 'sql'): Promise<string> {
  const able: Actor[] = []
  for (const [i, actor] of actors.entries()) {
    const { room, meeting } = places[writer]!
    const place = { room, meeting, writer, me: ids[actor], seq: i + 1 }
    if (await reaches(actor, (tx) => probe[command]({ tx, ...place }))) able.push(actor)
  }
  return tally(able, actors)
}

describe('who reaches what in public', () => {
  test('every table is in the matrix', async () => {
    const tables = await sql`select tablename from pg_tables where schemaname = 'public' order by 1`
    const tried = new Set(Object.keys(probes).map((name) => name.split(',')[0]))
    expect(tried).toEqual(new Set(tables.map((row) => row['tablename'])))
  })

  test.for(Object.keys(probes))('%s', async (name) => {
    const found: Record<string, unknown> = {}
    for (const command of commands) {
      const may = (writer: 'do' | 'sql') => whoMay(probes[name]!, command, writer)
      found[command] = { do: await may('do'), sql: await may('sql') }
    }
    expect(found).toEqual(matrix[name])
  })
})

describe('who reaches what in parley', () => {
  test('the service alone, whatever the table', async () => {
    const tables = await sql`
      select c.relname as name, (select attname from pg_attribute where attrelid = c.oid and attnum = 1) as key
      from pg_class c where relnamespace = 'parley'::regnamespace and relkind = 'r' order by 1`
    const found: Record<string, string> = {}
    for (const { name, key } of tables) {
      const table = `parley.${name}`
      // That nothing is refused is enough: most of these tables are empty.
      const tried = [
        `select from ${table}`,
        `insert into ${table} default values`,
        `update ${table} set ${key} = default where false`,
        `delete from ${table}`,
      ]
      for (const statement of tried) {
        const able: Actor[] = []
        for (const actor of actors) {
          if (await reaches(actor, (tx) => tx.unsafe(statement).then(() => ({ count: 1 })))) able.push(actor)
        }
        found[statement] = tally(able, actors)
      }
    }
    expect(new Set(Object.values(found))).toEqual(new Set(['service']))
  })
})

const profileColumns = words(
  'about avatar_path blocked_user_ids created_at display_name locale notification_preferences privacy_about ' +
    'privacy_group_add privacy_last_seen privacy_profile_photo read_receipts username',
)
const roomColumns = words(
  'avatar_path description disappearing_ttl history join_policy metadata name post_policy slow_mode_seconds visibility',
)
const ownMembership = words(
  'accepted_at archived_at last_delivered_seq last_read_at last_read_seq left_at muted_until notify_level ' +
    'pinned_at unread_from_seq',
)

function words(text: string): string[] {
  return text.split(' ')
}

describe('which columns of a row within reach people write', () => {
  const own = (table: string) => `${table}.user_id = '${ids.member}'`
  // In the sql room, where policies let the row through and only the guards hold its columns.
  const cases: [string, string, Actor | 'newcomer', () => string, string[]][] = [
    ['a profile', 'user_profiles', 'member', () => `id = '${ids.member}'`, [...profileColumns]],
    ['a room, its owner', 'rooms', 'owner', () => `id = '${places['sql']!.room}'`, [...roomColumns]],
    ['a membership, its member', 'room_participants', 'member', () => own('room_participants'), [...ownMembership]],
    [
      'a membership, the owner of the room',
      ...(['room_participants', 'owner'] as const),
      () => `room_id = '${places['sql']!.room}' and user_id = '${ids.blocked}'`,
      ['banned_until', 'left_at', 'role', 'silenced_until', 'updated_at'],
    ],
    [
      'a message, its author',
      ...(['messages', 'member'] as const),
      () => `sender_id = '${ids.member}'`,
      ['content', 'deleted_at', 'mentions', 'metadata'],
    ],
    ['a receipt, its reader', 'message_status', 'member', () => own('message_status'), ['delivered_at', 'read_at']],
    [
      'a meeting, its host',
      'meetings',
      'owner',
      () => `id = '${places['sql']!.meeting}'`,
      words('description kind max_participants metadata settings title'),
    ],
    [
      'being in a meeting, oneself',
      'meeting_participants',
      'newcomer',
      () => `user_id = '${newcomer}'`,
      words('audio_enabled left_at metadata screen_sharing video_enabled'),
    ],
    [
      'being in a meeting, its host',
      'meeting_participants',
      'owner',
      () => `user_id = '${newcomer}'`,
      words('audio_enabled left_at metadata role screen_sharing video_enabled'),
    ],
    ['an invitation, the invitee', 'meeting_invitations', 'newcomer', () => `invitee_id = '${newcomer}'`, []],
    [
      'an invitation, the inviter',
      'meeting_invitations',
      'owner',
      () => `invitee_id = '${newcomer}'`,
      words('message'),
    ],
    ['a reaction, its giver', 'message_reactions', 'member', () => own('message_reactions'), []],
    // Within the lease, as leases.test.ts holds it: a minute is too long for typing, and not for presence.
    ['typing, who types', 'typing_indicators', 'member', () => own('typing_indicators'), []],
    [
      'presence, oneself',
      'user_presence',
      'owner',
      () => `user_id = '${ids.owner}'`,
      words('custom expires_at is_online status'),
    ],
    ['presence, another', 'user_presence', 'admin', () => `user_id = '${ids.owner}'`, []],
    ['typing, another', 'typing_indicators', 'owner', () => own('typing_indicators'), []],
  ]
  test.for(cases)('%s', async ([, table, actor, where, writable]) => {
    const columns = await sql`
      select attname as name, format_type(atttypid, null) as type from pg_attribute
      where attrelid = ${table}::regclass and attnum > 0 and not attisdropped order by 1`
    const found: string[] = []
    for (const { name, type } of columns) {
      const before = await sql.unsafe(`select ${name}::text as value from ${table} where ${where()}`)
      expect(before).not.toHaveLength(0)
      const after = await sql
        .begin(async (tx) => {
          await actAs(tx, 'authenticated', actor === 'newcomer' ? newcomer : ids[actor])
          await tx.unsafe(`update ${table} set ${name} = ${another(name, type, before[0]?.['value'])} where ${where()}`)
          await tx`reset role`
          throw await tx.unsafe(`select ${name}::text as value from ${table} where ${where()}`)
        })
        .catch((error: unknown) => error)
      if (changed(before, after)) found.push(name)
    }
    expect(found.filter((name) => name !== 'updated_at')).toEqual(writable.filter((name) => name !== 'updated_at'))
  })
})

// Any other value of the type; whether it is a good one, constraints say after the guard.
function another(column: string, type: string, value: unknown): string {
  switch (type) {
    case 'bigint':
    case 'integer':
      // Not from the column itself: whoever writes it may not be allowed to read it.
      return String(Number(value ?? 0) + 1)
    case 'boolean':
      return `not ${column}`
    case 'uuid':
      return 'gen_random_uuid()'
    case 'uuid[]':
      return 'array[gen_random_uuid()]'
    case 'jsonb':
      return `'{"x": 1}'`
    case 'interval':
      return `interval '1 day'`
    case 'timestamp with time zone':
      return `now() + interval '1 minute'`
    default:
      return `'x'`
  }
}

// A constraint or another trigger's refusal came after the guard had let it through.
function changed(before: readonly unknown[], after: unknown): boolean {
  if (Array.isArray(after)) return JSON.stringify(after) !== JSON.stringify(before)
  return String((after as { code?: string }).code).startsWith('23')
}
