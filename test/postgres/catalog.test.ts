import type postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readMigrations } from '../../scripts/lib/migrate.ts'
import { freshDatabase, type Sql } from './support/database.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
})
afterAll(() => sql.end())

async function names(query: PromiseLike<readonly postgres.Row[]>): Promise<unknown[]> {
  return (await query).map((row) => row['name'])
}

describe('the inventory', () => {
  test('is 12 tables, 53 indexes (12 primary keys, 7 unique, 34 plain), 42 policies and 9 functions', async () => {
    const [counts] = await sql`
      select
        (select count(*) from pg_tables where schemaname = 'public') as tables,
        (select count(*) from pg_indexes where schemaname = 'public') as indexes,
        (select count(*) from pg_index where indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace) and indisprimary) as keys,
        (select count(*) from pg_index where indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace) and indisunique and not indisprimary) as unique,
        (select count(*) from pg_policies where schemaname = 'public') as policies,
        (select count(*) from pg_proc where pronamespace = 'public'::regnamespace) as functions`
    expect(counts).toEqual({ tables: 12, indexes: 53, keys: 12, unique: 7, policies: 42, functions: 9 })
  })

  test('is published whole for Realtime', async () => {
    const published = await names(
      sql`select tablename as name from pg_publication_tables where pubname = 'supabase_realtime' and schemaname = 'public'`,
    )
    expect(published).toHaveLength(12)
  })
})

describe('the inventory of parley', () => {
  test('is what the product needs beyond the founding tables, no policy, and nothing published', async () => {
    expect(await names(sql`select tablename as name from pg_tables where schemaname = 'parley' order by 1`)).toEqual([
      'audit_log',
      'commands',
      'devices',
      'doomed_files',
      'jobs',
      'join_links',
      'join_requests',
      'link_uses',
      'meeting_guesses',
      'meeting_links',
      'meeting_mails',
      'meeting_plans',
      'member_commands',
      'passcode_attempts',
      'passcodes',
      'public_rooms',
    ])
    const [counts] = await sql`
      select
        (select count(*) from pg_policies where schemaname = 'parley') as policies,
        (select count(*) from pg_publication_tables where schemaname = 'parley') as published`
    expect(counts).toEqual({ policies: 0, published: 0 })
  })

  test('its functions read or write as they say', async () => {
    const reading = names(sql`
      select proname as name from pg_proc where provolatile = 's' and pronamespace = 'parley'::regnamespace order by 1`)
    // room_spine and message_states first do what open jobs have yet to do.
    expect(await reading).toEqual([
      'audit_of',
      'audit_page',
      'bans_of',
      'devices_of',
      'directory',
      'erasure_plan',
      'export_acts',
      'export_invitations',
      'export_meetings',
      'export_messages',
      'export_person',
      'export_reactions',
      'export_recordings',
      'export_rooms',
      'export_written',
      'inbox_state',
      'invitations_of',
      'join_links_of',
      'join_requests_of',
      'link_preview',
      'meeting_entry',
      'meeting_links_of',
      'meeting_of',
      'meeting_passcode_salt',
      'meeting_state',
      'meetings_of',
      'member',
      'members_of',
      'message_info',
      'message_receipts',
      'own_marks',
      'passcode_salt',
      'recording_goes_on',
      'recording_of',
      'recordings_of',
      'room_card',
      'room_commands',
      'room_lines',
      'room_state',
      'schema_version',
      'search_messages',
      'search_people',
      'search_rooms',
      'standing',
    ])
    expect(
      await names(sql`
        select proname as name from pg_proc where provolatile = 'v' and pronamespace = 'public'::regnamespace order by 1`),
    ).toEqual(['get_or_create_direct_room', 'ingest_batch', 'mark_room_read', 'set_presence', 'sweep_ephemeral'])
  })
})

describe('what every table, policy and function has', () => {
  test('row level security is on for every table in public and parley', async () => {
    const open = await names(
      sql`select relname as name from pg_class where relkind = 'r' and not relrowsecurity
        and relnamespace in ('public'::regnamespace, 'parley'::regnamespace)`,
    )
    expect(open).toEqual([])
  })

  test('tables in private would have no row level security to protect them, so there are none', async () => {
    expect(await names(sql`select tablename as name from pg_tables where schemaname = 'private'`)).toEqual([])
  })

  test('every policy is for authenticated alone, and none calls auth.uid() once per row', async () => {
    const wrong = await names(
      sql`select policyname as name from pg_policies, lateral (select coalesce(qual, '') || coalesce(with_check, '') as body) b
        where schemaname = 'public' and (roles <> '{authenticated}' or replace(body, 'SELECT auth.uid()', '') like '%auth.uid()%')`,
    )
    expect(wrong).toEqual([])
  })

  test('no policy stands on a table of parley', async () => {
    expect(await names(sql`select policyname as name from pg_policies where schemaname = 'parley'`)).toEqual([])
  })

  test('every foreign key has an index that begins with its columns', async () => {
    const uncovered = await names(
      sql`select c.conrelid::regclass || '.' || c.conname as name from pg_constraint c
        where c.contype = 'f' and c.connamespace in ('public'::regnamespace, 'parley'::regnamespace)
          and not exists (
            select from pg_index i where i.indrelid = c.conrelid
              and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)`,
    )
    expect(uncovered).toEqual([])
  })

  // A body in the SQL standard's form is bound to what it calls when it is made.
  test('every function names its search_path or is bound to what it calls, and definers stand in private alone', async () => {
    const wrong = await names(
      sql`select oid::regprocedure::text as name from pg_proc
        where pronamespace in ('public'::regnamespace, 'private'::regnamespace, 'parley'::regnamespace)
          and ((prosqlbody is null and not coalesce('search_path=""' = any (proconfig), false))
            or (prosecdef and pronamespace <> 'private'::regnamespace))`,
    )
    expect(wrong).toEqual([])
  })
})

describe('what everything is called', () => {
  // Postgres cuts a longer name without an error, and nobody finds it under the name that the file gives.
  test('no name in the migrations is longer than the 63 bytes that Postgres keeps', () => {
    const names = readMigrations().flatMap(({ statements }) => identifiers(statements))
    expect(names.length).toBeGreaterThan(1_000)
    expect(names.filter((name) => Buffer.byteLength(name) > 63)).toEqual([])
  })

  test('every policy in the catalogue is called as its migration calls it', async () => {
    const created = readMigrations().flatMap(({ statements }) =>
      [...statements.matchAll(/^create policy "([^"]+)"/gm)].map(([, name]) => name!),
    )
    const kept = await names(sql`select policyname as name from pg_policies where schemaname = 'public'`)
    const sorted = (list: unknown[]) => list.map(String).toSorted((a, b) => (a < b ? -1 : 1))
    expect(sorted(kept)).toEqual(sorted(created))
  })
})

// Quoted and bare names alike, those in function bodies too; neither comments nor texts.
function identifiers(statements: string): string[] {
  const pieces = statements.matchAll(/--.*|'(?:[^']|'')*'|"((?:[^"]|"")+)"|([a-z_]\w*)/gi)
  return [...pieces].flatMap(([, quoted, bare]) => quoted ?? bare ?? [])
}

describe('who may call what', () => {
  async function callable(role: string, schema: string): Promise<unknown[]> {
    return names(
      sql`select proname as name from pg_proc where pronamespace = ${schema}::regnamespace
        and has_function_privilege(${role}, oid, 'execute') order by 1`,
    )
  }

  test('anon calls nothing', async () => {
    expect([
      await callable('anon', 'public'),
      await callable('anon', 'private'),
      await callable('anon', 'parley'),
    ]).toEqual([[], [], []])
  })

  test('people call seven functions in public and none in parley', async () => {
    expect(await callable('authenticated', 'public')).toEqual([
      'get_or_create_direct_room',
      'get_room_stats',
      'get_unread_counts',
      'get_user_cards',
      'mark_room_read',
      'search_messages',
      'set_presence',
    ])
    expect(await callable('authenticated', 'parley')).toEqual([])
  })

  test('no function that people may call takes an identity that the session does not prove', async () => {
    expect(await callable('authenticated', 'private')).toEqual([
      'can_invite',
      'can_join_meeting',
      'can_post',
      'can_see',
      'my_hosted_meeting_ids',
      'my_managed_room_ids',
      'my_meeting_ids',
      'my_room_ids',
      'my_sql_room_ids',
      'open_direct_room',
      'refuse',
      'search_my_messages',
      'search_text',
      'shared_kinds',
      'to_ms',
      'unread_counts',
      'user_cards',
    ])
  })

  test('the service calls all that parley has', async () => {
    const all = await names(
      sql`select proname as name from pg_proc where pronamespace = 'parley'::regnamespace order by 1`,
    )
    expect(all).toEqual(await callable('service_role', 'parley'))
    expect(all).toEqual([
      'answer_invitation',
      'answer_mailed_invitation',
      'approve_join_request',
      'ask_to_join',
      'audit_of',
      'audit_page',
      'bans_of',
      'begin_recording',
      'cancel_meeting',
      'change_entry',
      'change_meeting',
      'change_members',
      'change_settings',
      'claim_epoch',
      'clear_passcode',
      'create_group',
      'create_join_link',
      'create_meeting',
      'create_meeting_link',
      'decline_join_request',
      'delete_room',
      'device_seen',
      'devices_of',
      'directory',
      'end_sessions',
      'erase_account',
      'erase_in_room',
      'erasure_plan',
      'expire_in_room',
      'export_acts',
      'export_invitations',
      'export_meetings',
      'export_messages',
      'export_person',
      'export_reactions',
      'export_recordings',
      'export_rooms',
      'export_written',
      'files_gone',
      'fill_statuses',
      'forget_recording',
      'hand_over',
      'inbox_state',
      'invitations_of',
      'invite_to_meeting',
      'join_links_of',
      'join_public',
      'join_requests_of',
      'join_room',
      'keep_presence',
      'keep_room_preferences',
      'leave_device',
      'link_preview',
      'meeting_entry',
      'meeting_links_of',
      'meeting_mails_sent',
      'meeting_of',
      'meeting_passcode_salt',
      'meeting_state',
      'meetings_of',
      'member',
      'members_of',
      'message_info',
      'message_receipts',
      'message_states',
      'move_on_meeting',
      'note_recording',
      'open_direct',
      'own_marks',
      'passcode_salt',
      'record_account_act',
      'record_meeting',
      'recording_goes_on',
      'recording_of',
      'recordings_of',
      'register_device',
      'rename_device',
      'revoke_device',
      'revoke_join_link',
      'revoke_meeting_link',
      'room_card',
      'room_commands',
      'room_lines',
      'room_spine',
      'room_state',
      'schema_version',
      'search_messages',
      'search_people',
      'search_rooms',
      'set_block',
      'set_passcode',
      'standing',
      'take_doomed_files',
      'take_meeting_mails',
      'try_meeting_passcode',
      'try_passcode',
      'use_meeting_link',
      'withdraw_invitation',
      'withdraw_join_request',
    ])
  })
})
