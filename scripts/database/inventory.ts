import type postgres from 'postgres'
import { Advice } from '../lib/advice.ts'

/** How much of everything a schema holds. */
export type Inventory = {
  tables: number
  indexes: number
  policies: number
  functions: number
  triggers: number
  tablesWithoutRls: number
  tablesPublished: number
}

/** The same of one table. */
type TableInventory = {
  table: string
  indexes: number
  policies: number
  triggers: number
  rls: boolean
  published: boolean
}

/** A schema's inventory from the catalogue: table by table, and in sum. Throws Advice when there is no such schema. */
export async function inventory(
  sql: Pick<postgres.Sql, 'unsafe'>,
  schema: string,
): Promise<{ tables: TableInventory[]; total: Inventory }> {
  const [known] = await sql.unsafe<{ functions: number }[]>(
    `select (select count(*)::int from pg_proc where pronamespace = n.oid) as functions
     from pg_namespace n where nspname = $1`,
    [schema],
  )
  if (!known) throw new Advice(`There is no schema ${schema}.`)
  const tables = await sql.unsafe<TableInventory[]>(ofTables, [schema])
  const sum = (count: (table: TableInventory) => number) => tables.reduce((total, table) => total + count(table), 0)
  return {
    tables: [...tables],
    total: {
      tables: tables.length,
      indexes: sum(({ indexes }) => indexes),
      policies: sum(({ policies }) => policies),
      functions: known.functions,
      triggers: sum(({ triggers }) => triggers),
      tablesWithoutRls: sum(({ rls }) => (rls ? 0 : 1)),
      tablesPublished: sum(({ published }) => (published ? 1 : 0)),
    },
  }
}

// The triggers that Postgres makes for foreign keys are not ours.
const ofTables = `
  select c.relname as table,
    (select count(*)::int from pg_index i where i.indrelid = c.oid) as indexes,
    (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies,
    (select count(*)::int from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers,
    c.relrowsecurity as rls,
    exists (
      select from pg_publication_tables p
      where p.pubname = 'supabase_realtime' and p.schemaname = n.nspname and p.tablename = c.relname) as published
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relkind in ('r', 'p')
  order by c.relname`

/** An inventory as people read it. */
export function inventoryTable({ tables, total }: Awaited<ReturnType<typeof inventory>>): string {
  const yes = (value: boolean) => (value ? 'yes' : 'no')
  const rows = [
    ['table', 'indexes', 'policies', 'triggers', 'row level security', 'published'],
    ...tables.map(({ table, indexes, policies, triggers, rls, published }) => [
      table,
      `${indexes}`,
      `${policies}`,
      `${triggers}`,
      yes(rls),
      yes(published),
    ]),
    [
      `${total.tables} tables`,
      `${total.indexes}`,
      `${total.policies}`,
      `${total.triggers}`,
      `${total.tables - total.tablesWithoutRls} of ${total.tables}`,
      `${total.tablesPublished} of ${total.tables}`,
    ],
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  '),
  )
  const functions = `${total.functions} ${total.functions === 1 ? 'function' : 'functions'}`
  const rule = '─'.repeat(lines[0]!.length)
  return [lines[0], rule, ...lines.slice(1, -1), rule, lines.at(-1), functions].join('\n')
}
