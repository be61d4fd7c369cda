import type postgres from 'postgres'
import { type Catalog, catalogOf, type Field, type Reference, type Table } from './catalog.ts'

const opening = '<!-- from the catalogue, by npm run db:picture: begin -->'
const closing = '<!-- end -->'

/**
 * A page with its picture drawn anew: the tables of public and parley with their keys, how they refer to each other, and
 * the policies, which are named as sentences. What stands outside of the two marks is left alone.
 */
export async function withPicture(page: string, sql: Pick<postgres.Sql, 'unsafe'>): Promise<string> {
  const [before, rest] = page.split(opening)
  const after = rest?.split(closing)[1]
  if (before === undefined || after === undefined)
    throw new Error(`The page has no place for the picture: ${opening} … ${closing}`)
  const [people, service] = [await catalogOf(sql, 'public'), await catalogOf(sql, 'parley')]
  const drawn = [
    '```mermaid',
    'erDiagram',
    ...[people, service].flatMap((catalog) => catalog.tables.flatMap((table) => entity(catalog, table))),
    ...[people, service].flatMap((catalog) => catalog.tables.flatMap((table) => lines(catalog, table))),
    '```',
    '',
    'A line ends at what is referred to; the words on it are the columns. `parley` has no policy at all: its rows are the',
    "service's alone.",
    '',
    '### What people may do, policy by policy',
    '',
    ...(await sentences(sql)),
  ]
  return `${before}${opening}\n\n${drawn.join('\n')}\n\n${closing}${after}`
}

// The key and the references say what a table is about; its other columns would hide that.
function entity({ schema }: Catalog, { name, columns, key, references }: Table): string[] {
  const referring = new Set(references.flatMap((reference) => reference.columns))
  const shown = columns.filter((column) => key.includes(column.name) || referring.has(column.name))
  const place = ({ name }: Field) => (key.includes(name) ? key.indexOf(name) : key.length)
  return [
    `  ${named(schema, name)} {`,
    ...shown
      .toSorted((a, b) => place(a) - place(b))
      .map((column) => {
        const marks = [key.includes(column.name) ? 'PK' : '', referring.has(column.name) ? 'FK' : ''].filter(Boolean)
        return `    ${column.type.replaceAll(' ', '_')} ${column.name} ${marks.join(', ')}`
      }),
    '  }',
  ]
}

function lines({ schema }: Catalog, { name, columns, references }: Table): string[] {
  const nullable = new Set(columns.filter((column) => column.nullable).map((column) => column.name))
  const targets = Map.groupBy(references, (reference) => named(reference.schema, reference.table))
  return [...targets].map(([target, all]) => {
    const optional = all.every(({ columns }) => columns.some((column) => nullable.has(column)))
    const single = all.every(({ unique }) => unique)
    return `  ${target} ${optional ? '|o' : '||'}--${single ? 'o|' : 'o{'} ${named(schema, name)} : "${all.map(label).join('; ')}"`
  })
}

function label({ columns }: Reference): string {
  return columns.join(', ')
}

function named(schema: string, table: string): string {
  return schema === 'public' ? table : `"${schema}.${table}"`
}

async function sentences(sql: Pick<postgres.Sql, 'unsafe'>): Promise<string[]> {
  const policies = await sql.unsafe<{ table: string; name: string; command: string }[]>(`
    select tablename as table, policyname as name, lower(cmd) as command from pg_policies where schemaname = 'public'
    order by tablename, array_position(array['SELECT', 'INSERT', 'UPDATE', 'DELETE'], cmd), policyname`)
  return [...Map.groupBy(policies, ({ table }) => table)].flatMap(([table, all]) => [
    `**${table}**`,
    '',
    ...all.map(({ name, command }) => `- ${name}. \`${command}\``),
    '',
  ])
}
