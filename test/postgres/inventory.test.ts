import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inventory, inventoryTable } from '../../scripts/database/inventory.ts'
import { objectsOf } from '../../scripts/database/objects.ts'
import { Advice } from '../../scripts/lib/advice.ts'
import { freshDatabase, type Sql, type Tx } from './support/database.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase('bare')
  await sql.unsafe(`
    create schema engines;
    create table engines.wheels (id int primary key, teeth int, engine int);
    create table engines.cards (id int primary key, wheel int references engines.wheels);
    create index wheels_teeth_idx on engines.wheels (teeth);
    alter table engines.wheels enable row level security;
    create policy "Everyone turns wheels" on engines.wheels using (true);
    create view engines.large_wheels as select * from engines.wheels where teeth > 50;
    create function engines.turn() returns trigger language plpgsql as 'begin return null; end';
    create trigger turn after insert on engines.wheels for each row execute function engines.turn();
    create publication supabase_realtime for table engines.cards;
  `)
})
afterAll(() => sql.end())

test('a schema is counted table by table and in sum; views and the triggers of foreign keys are not', async () => {
  expect(await inventory(sql, 'engines')).toEqual({
    tables: [
      { table: 'cards', indexes: 1, policies: 0, triggers: 0, rls: false, published: true },
      { table: 'wheels', indexes: 2, policies: 1, triggers: 1, rls: true, published: false },
    ],
    total: { tables: 2, indexes: 3, policies: 1, functions: 1, triggers: 1, tablesWithoutRls: 1, tablesPublished: 1 },
  })
})

test('people read it as a table', async () => {
  expect(inventoryTable(await inventory(sql, 'engines')).split('\n')).toEqual([
    'table     indexes  policies  triggers  row level security  published',
    '────────────────────────────────────────────────────────────────────',
    'cards           1         0         0                  no        yes',
    'wheels          2         1         1                 yes         no',
    '────────────────────────────────────────────────────────────────────',
    '2 tables        3         1         1              1 of 2     1 of 2',
    '1 function',
  ])
})

test('a schema that is not there is said to be missing', async () => {
  await expect(inventory(sql, 'looms')).rejects.toThrow(new Advice('There is no schema looms.'))
})

test('every object is in the list by name, and whatever changes about one changes the list', async () => {
  const list = (db: Sql | Tx = sql) => objectsOf(db, ['engines'])
  const before = await list()
  expect(before.map(({ kind, table, name }) => [kind, table, name].filter(Boolean).join(' '))).toEqual(
    expect.arrayContaining([
      'table wheels wheels',
      'column wheels teeth',
      'constraint cards cards_wheel_fkey',
      'function turn()',
      'index wheels engines.wheels_teeth_idx',
      'policy wheels Everyone turns wheels',
      'publication cards supabase_realtime',
      'relation large_wheels',
      'trigger wheels turn',
    ]),
  )
  const changes = [
    'alter table engines.cards enable row level security',
    'alter table engines.wheels alter teeth set default 12',
    'alter table engines.wheels alter teeth set not null',
    'alter policy "Everyone turns wheels" on engines.wheels using (teeth > 0)',
    `create or replace function engines.turn() returns trigger language plpgsql as 'begin return new; end'`,
    'alter function engines.turn() security definer',
    `alter function engines.turn() set search_path = ''`,
    'grant select on engines.cards to anon',
    'grant execute on function engines.turn() to anon',
    'create or replace trigger turn before insert on engines.wheels for each row execute function engines.turn()',
    'alter table engines.cards add check (id > 0)',
    'alter publication supabase_realtime add table engines.wheels',
  ]
  for (const change of changes) {
    const after = await sql
      .begin(async (tx) => {
        await tx.unsafe(change)
        throw await list(tx)
      })
      .catch((thrown: unknown) => thrown)
    expect(after, change).toBeInstanceOf(Array)
    expect(after, change).not.toEqual(before)
  }
  expect(await list()).toEqual(before)
})

test('the command prints the inventory of a freshly migrated database, and nothing else', async () => {
  const script = resolve(import.meta.dirname, '../../scripts/db-inventory.ts')
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, '--json'])
  expect({ stderr, inventory: JSON.parse(stdout) as unknown }).toEqual({
    stderr: '',
    inventory: {
      tables: 12,
      indexes: 53,
      policies: 42,
      functions: 9,
      triggers: expect.any(Number),
      tablesWithoutRls: 0,
      tablesPublished: 12,
    },
  })
})
