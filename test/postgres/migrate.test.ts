import { describe, expect, test } from 'vitest'
import { Advice } from '../../scripts/lib/advice.ts'
import { migrate, readMigrations } from '../../scripts/lib/migrate.ts'
import { freshDatabase, secondConnection } from './support/database.ts'

const small = [
  { version: '1', name: 'make_engines', statements: 'create table engines (id int primary key);\n' },
  { version: '2', name: 'name_engines', statements: 'alter table engines add column name text;\n' },
]

describe('migrating', () => {
  test('the six founding files and those of the service bring an empty Supabase to the whole schema, once', async () => {
    const sql = await freshDatabase('bare')
    const files = readMigrations()
    expect(files.slice(0, 6).map(({ name }) => name)).toEqual([
      'create_user_profiles',
      'create_messaging_tables',
      'create_messaging_rls_policies',
      'create_helper_functions',
      'create_meeting_tables',
      'create_meeting_rls_policies',
    ])
    expect(await migrate(sql)).toEqual(files.map(({ version }) => version))
    expect(await migrate(sql)).toEqual([])
    const recorded =
      await sql`select version, name, statements from supabase_migrations.schema_migrations order by version`
    expect([...recorded]).toEqual(files.map((file) => ({ ...file, statements: [file.statements] })))
    await sql.end()
  })

  test('people who signed up before the first migration have a profile after it', async () => {
    const sql = await freshDatabase('bare')
    await sql`insert into auth.users (email, raw_user_meta_data) values ('early@example.org', '{"display_name": "Early"}')`
    await migrate(sql)
    expect([...(await sql`select display_name from public.user_profiles`)]).toEqual([{ display_name: 'Early' }])
    await sql.end()
  })

  test('messages that people wrote past Parley, with whatever they liked beside them, are migrated', async () => {
    const sql = await freshDatabase('bare')
    const files = readMigrations()
    const search = files.findIndex(({ name }) => name === 'create_search_functions')
    await migrate(sql, files.slice(0, search))
    const [ada] = await sql`insert into auth.users (email) values ('ada@example.org') returning id`
    const [room] = await sql`insert into public.rooms (type, name, created_by, writer)
      values ('group', 'Engines', ${ada!['id']}, 'sql') returning id`
    const metadata = [{ attachments: 'engine.pdf' }, { attachments: null }, { attachments: { mime: 'image/png' } }, {}]
    for (const [i, each] of [...metadata, { attachments: [1, { mime: 'image/png' }] }].entries()) {
      await sql`insert into public.messages (room_id, seq, rev, client_id, sender_id, content, metadata) values
        (${room!['id']}, ${i + 1}, ${i + 1}, gen_random_uuid(), ${ada!['id']}, 'https://a.test', ${sql.json(each)})`
    }
    await migrate(sql, files)
    const shared = await sql`select shared from public.messages where type <> 'system' order by seq`
    expect(shared.map((row) => (row['shared'] as string[]).toSorted())).toEqual([
      ...metadata.map(() => ['link']),
      ['file', 'image', 'link'],
    ])
    await sql.end()
  })

  test('two starts at once apply each file once', async () => {
    const sql = await freshDatabase('bare')
    const other = await secondConnection(sql)
    const answers = await Promise.all([migrate(sql, small), migrate(other, small)])
    expect(answers.flat().toSorted((a, b) => a.localeCompare(b))).toEqual(['1', '2'])
    await sql.end()
  })

  test('a file that fails leaves nothing behind, keeps those before it, and says which it was', async () => {
    const sql = await freshDatabase('bare')
    const broken = { version: '3', name: 'break', statements: 'create table wheels (); select 1/0;' }
    await expect(migrate(sql, [...small, broken])).rejects.toThrow(/3_break failed.*division by zero/)
    expect([...(await sql`select to_regclass('engines') as engines, to_regclass('wheels') as wheels`)]).toEqual([
      { engines: 'engines', wheels: null },
    ])
    expect(await migrate(sql, small)).toEqual([])
    await sql.end()
  })

  test('an applied file that was changed or is missing stops everything and says what to do', async () => {
    const sql = await freshDatabase('bare')
    await migrate(sql, small)
    const changed = [{ ...small[0]!, statements: 'create table engines (id bigint primary key);\n' }, small[1]!]
    const stopped = migrate(sql, [...changed, { version: '3', name: 'more', statements: 'create table more ();' }])
    await expect(stopped).rejects.toThrow(Advice)
    await expect(stopped).rejects.toThrow(/Migration 1 was changed .*remove the data folder/s)
    await expect(migrate(sql, small.slice(1))).rejects.toThrow(/Migration 1 is in this database/)
    expect((await sql`select to_regclass('more') as more`)[0]).toEqual({ more: null })
    await sql.end()
  })

  test('what the Supabase CLI recorded, split into statements, counts as the same file', async () => {
    const sql = await freshDatabase('bare')
    await migrate(sql, small)
    await sql`update supabase_migrations.schema_migrations
      set statements = array['create table engines (id int primary key)'] where version = '1'`
    expect(await migrate(sql, small)).toEqual([])
    await sql.end()
  })
})
