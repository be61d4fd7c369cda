import type postgres from 'postgres'
import { Advice } from '../lib/advice.ts'
import { type DatabaseObject, objectsOf } from './objects.ts'

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
  const [known] = await sql.unsafe('select from pg_namespace where nspname = $1', [schema])
  if (!known) throw new Advice(`There is no schema ${schema}.`)
  const objects = await objectsOf(sql, [schema])
  const count = (kind: DatabaseObject['kind'], table?: string) =>
    objects.filter((object) => object.kind === kind && (table === undefined || object.table === table)).length
  const tables = objects
    .filter(({ kind }) => kind === 'table')
    .map(({ name: table, detail }) => ({
      table,
      indexes: count('index', table),
      policies: count('policy', table),
      triggers: count('trigger', table),
      rls: detail === 'row level security',
      published: objects.some(
        ({ kind, table: of, name }) => kind === 'publication' && of === table && name === 'supabase_realtime',
      ),
    }))
  const sum = (count: (table: TableInventory) => number) => tables.reduce((total, table) => total + count(table), 0)
  return {
    tables,
    total: {
      tables: tables.length,
      indexes: sum(({ indexes }) => indexes),
      policies: sum(({ policies }) => policies),
      functions: count('function'),
      triggers: sum(({ triggers }) => triggers),
      tablesWithoutRls: sum(({ rls }) => (rls ? 0 : 1)),
      tablesPublished: sum(({ published }) => (published ? 1 : 0)),
    },
  }
}

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
