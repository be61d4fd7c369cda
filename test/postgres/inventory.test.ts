import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inventory, inventoryTable } from '../../scripts/database/inventory.ts'
import { Advice } from '../../scripts/lib/advice.ts'
import { freshDatabase, type Sql } from './support/database.ts'

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
