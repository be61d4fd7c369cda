import type postgres from 'postgres'
import { type Callable, type Catalog, catalogOf, type Field, type Reference, type Table } from './catalog.ts'

/** The schemas that the Data API serves. */
export const servedSchemas = ['public', 'parley'] as const

/**
 * TypeScript for the served schemas, in the shape that supabase-js takes: `createClient<Database>(…)`. From the
 * catalogue alone, sorted by name, so the same schema makes the same text on every version of Postgres.
 */
export async function databaseTypes(sql: Pick<postgres.Sql, 'unsafe'>): Promise<string> {
  const schemas: Catalog[] = []
  for (const schema of servedSchemas) schemas.push(await catalogOf(sql, schema))
  const [newest] = await sql.unsafe<{ version: string }[]>(
    'select max(version) as version from supabase_migrations.schema_migrations',
  )
  return [
    '// Generated from the migrations by npm run db:types; do not edit.',
    '',
    '/** The newest migration. */',
    `export const schemaVersion = '${newest?.version ?? ''}'`,
    '',
    '/** What a json or jsonb column holds. */',
    'export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]',
    '',
    '/** The database as supabase-js sees it: `createClient<Database>(url, key)`. */',
    'export type Database = {',
    ...schemas.flatMap((schema) => indent([`${schema.schema}: {`, ...indent(schemaLines(schema)), '}'])),
    '}',
    '',
  ].join('\n')
}

function schemaLines({ schema, tables, functions }: Catalog): string[] {
  const named = new Set(tables.map(({ name }) => `${schema}.${name}`))
  return [
    ...block(
      'Tables',
      tables.flatMap((table) => tableLines(table, named)),
    ),
    'Views: { [_ in never]: never }',
    ...block('Functions', functions.flatMap(functionLines)),
    'Enums: { [_ in never]: never }',
    'CompositeTypes: { [_ in never]: never }',
  ]
}

function tableLines({ name, columns, references }: Table, named: ReadonlySet<string>): string[] {
  const written = columns.filter(({ generated }) => !generated)
  return [
    `${name}: {`,
    ...indent([
      ...block(
        'Row',
        columns.map((column) => `${column.name}: ${valueType(column)}`),
      ),
      ...block('Insert', [
        ...written.map((column) => `${column.name}${mayLackAtInsert(column) ? '?' : ''}: ${valueType(column)}`),
        ...refused(columns),
      ]),
      ...block('Update', [...written.map((column) => `${column.name}?: ${valueType(column)}`), ...refused(columns)]),
      // A reference into a schema that is not served cannot be embedded.
      ...relationships(references.filter(({ schema, table }) => named.has(`${schema}.${table}`))),
    ]),
    '}',
  ]
}

function mayLackAtInsert({ nullable, hasDefault }: Field): boolean {
  return nullable || hasDefault
}

// A generated column cannot be written at all.
function refused(columns: Field[]): string[] {
  return columns.filter(({ generated }) => generated).map(({ name }) => `${name}?: never`)
}

function relationships(references: Reference[]): string[] {
  if (references.length === 0) return ['Relationships: []']
  return [
    'Relationships: [',
    ...indent(
      references.flatMap(({ name, columns, unique, table, targets }) => [
        '{',
        ...indent([
          `foreignKeyName: '${name}'`,
          `columns: [${quoted(columns)}]`,
          `isOneToOne: ${unique}`,
          `referencedRelation: '${table}'`,
          `referencedColumns: [${quoted(targets)}]`,
        ]),
        '},',
      ]),
    ),
    ']',
  ]
}

function functionLines({ name, args, returns, set, result }: Callable): string[] {
  const list = set ? '[]' : ''
  const takes = args.map((arg) => `${arg.name}${arg.hasDefault ? '?' : ''}: ${valueType(arg)}`)
  return [
    `${name}: {`,
    ...indent([
      ...(takes.length > 0 ? block('Args', takes) : ['Args: never']),
      ...(result.length > 0
        ? ['Returns: {', ...indent(result.map((field) => `${field.name}: ${valueType(field)}`)), `}${list}`]
        : [`Returns: ${typeOf(returns)}${list}`]),
    ]),
    '}',
  ]
}

function valueType({ type, nullable }: Field): string {
  const one = typeOf(type)
  return nullable && one !== 'unknown' ? `${one} | null` : one
}

/** The JSON that the Data API makes of a type. bigint: every one of ours is below 2^53. */
function typeOf(type: string): string {
  if (type.endsWith('[]')) return `${typeOf(type.slice(0, -2))}[]`
  switch (type) {
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'real':
    case 'double precision':
    case 'numeric':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'json':
    case 'jsonb':
      return 'Json'
    case 'void':
      return 'undefined'
    case 'text':
    case 'character varying':
    case 'uuid':
    case 'date':
    case 'interval':
    case 'timestamp with time zone':
    case 'timestamp without time zone':
    case 'bytea':
      return 'string'
    default:
      // Text to Postgres's clients too, but of a form that only Postgres reads: tsvector, a row of a table.
      return 'unknown'
  }
}

function block(name: string, lines: string[]): string[] {
  return lines.length === 0 ? [`${name}: { [_ in never]: never }`] : [`${name}: {`, ...indent(lines), '}']
}

function indent(lines: string[]): string[] {
  return lines.map((line) => `  ${line}`)
}

function quoted(names: string[]): string {
  return names.map((name) => `'${name}'`).join(', ')
}
