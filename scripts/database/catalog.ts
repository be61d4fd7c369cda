import type postgres from 'postgres'

/** A column of a table, an argument of a function or a column of its result; `type` as Postgres writes it. */
export type Field = { name: string; type: string; nullable: boolean; hasDefault: boolean; generated: boolean }
/** A foreign key: columns here, and the table and columns that they name. */
export type Reference = {
  name: string
  columns: string[]
  unique: boolean
  schema: string
  table: string
  targets: string[]
}
export type Table = { name: string; columns: Field[]; key: string[]; references: Reference[] }
/** A function that a client can call. `result` has fields where it returns a table. */
export type Callable = { name: string; args: Field[]; returns: string; set: boolean; result: Field[] }

/** What a schema offers to clients, from the catalogue, by name. */
export type Catalog = { schema: string; tables: Table[]; functions: Callable[] }

/** Read a schema from the catalogue. */
export async function catalogOf(sql: Pick<postgres.Sql, 'unsafe'>, schema: string): Promise<Catalog> {
  const tables = await sql.unsafe<Table[]>(tablesOf, [schema])
  const functions = await sql.unsafe<Callable[]>(functionsOf, [schema])
  return { schema, tables: [...tables], functions: [...functions] }
}

const tablesOf = `
  select c.relname as name,
    (select coalesce(jsonb_agg(jsonb_build_object(
        'name', a.attname, 'type', format_type(a.atttypid, null), 'nullable', not a.attnotnull,
        'hasDefault', a.atthasdef or a.attidentity <> '', 'generated', a.attgenerated <> '') order by a.attname), '[]')
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
    (select coalesce(jsonb_agg(a.attname order by k.place), '[]')
      from pg_index i
      cross join unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
      where i.indrelid = c.oid and i.indisprimary) as key,
    (select coalesce(jsonb_agg(jsonb_build_object(
        'name', f.conname,
        'columns', (
          select jsonb_agg(a.attname order by k.place) from unnest(f.conkey) with ordinality as k (attnum, place)
          join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.attnum),
        'unique', exists (
          select from pg_index i where i.indrelid = c.oid and i.indisunique and i.indpred is null
            and i.indnkeyatts = cardinality(f.conkey) and (i.indkey::int2[])[0:i.indnkeyatts - 1] <@ f.conkey),
        'schema', t.relnamespace::regnamespace::text, 'table', t.relname,
        'targets', (
          select jsonb_agg(a.attname order by k.place) from unnest(f.confkey) with ordinality as k (attnum, place)
          join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.attnum)) order by f.conname), '[]')
      from pg_constraint f join pg_class t on t.oid = f.confrelid
      where f.conrelid = c.oid and f.contype = 'f') as references
  from pg_class c
  where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p')
  order by c.relname`

// Arguments with a default come last, so counting from the end tells which have one. A result table's columns are arguments of mode t,
// and nothing promises that they are not null.
const functionsOf = `
  select p.proname as name,
    (select coalesce(jsonb_agg(jsonb_build_object(
        'name', p.proargnames[a.place], 'type', format_type(a.type, null),
        -- What may be left out may be null as well.
        'nullable', a.place > p.pronargs - p.pronargdefaults, 'hasDefault', a.place > p.pronargs - p.pronargdefaults, 'generated', false) order by a.place), '[]')
      from unnest(p.proargtypes::oid[]) with ordinality as a (type, place)) as args,
    format_type(p.prorettype, null) as returns,
    p.proretset as set,
    (select coalesce(jsonb_agg(jsonb_build_object(
        'name', p.proargnames[a.place], 'type', format_type(a.type, null), 'nullable', true,
        'hasDefault', false, 'generated', false) order by a.place), '[]')
      from unnest(p.proallargtypes, p.proargmodes) with ordinality as a (type, mode, place)
      where a.mode = 't') as result
  from pg_proc p
  where p.pronamespace = $1::regnamespace and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype
  order by p.proname, p.oid`
