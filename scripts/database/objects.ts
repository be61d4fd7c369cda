import type postgres from 'postgres'

/** Something in a schema. `table` is the one that it stands on, or null; `detail` is all else that makes it what it is. */
export type DatabaseObject = {
  schema: string
  kind:
    | 'table'
    | 'relation'
    | 'column'
    | 'index'
    | 'policy'
    | 'function'
    | 'trigger'
    | 'constraint'
    | 'grant'
    | 'publication'
  table: string | null
  name: string
  detail: string
}

/**
 * Every object of these schemas (ours) by name, from the catalogue: what two databases have in common when they are the same. On
 * every version of Postgres the same text.
 */
export async function objectsOf(
  sql: Pick<postgres.Sql, 'unsafe'>,
  schemas: readonly string[] = ['public', 'private', 'parley'],
): Promise<DatabaseObject[]> {
  return [...(await sql.unsafe<DatabaseObject[]>(all, [[...schemas]]))]
}

// The triggers that Postgres makes for foreign keys are not ours. A trigger on another schema's table is listed with the
// function that it calls.
const all = `
  with ours as (select oid, nspname::text as schema from pg_namespace where nspname = any ($1)),
  tables as (
    select c.oid, o.schema, c.relname::text as name, c.relrowsecurity
    from pg_class c join ours o on o.oid = c.relnamespace where c.relkind in ('r', 'p'))
  select schema, 'table' as kind, name as table, name, case when relrowsecurity then 'row level security' else '' end as detail
  from tables
  union all
  select o.schema, 'relation', null, c.relname, c.relkind::text
  from pg_class c join ours o on o.oid = c.relnamespace where c.relkind not in ('r', 'p', 'i', 'I')
  union all
  select t.schema, 'column', t.name, a.attname, concat_ws(' ',
    format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end, pg_get_expr(d.adbin, d.adrelid))
  from tables t
  join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
  union all
  select t.schema, 'index', t.name, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
  from tables t join pg_index i on i.indrelid = t.oid
  union all
  select t.schema, 'policy', t.name, p.policyname, concat_ws(' ', p.cmd, p.roles::text, p.qual, p.with_check)
  from tables t join pg_policies p on p.schemaname = t.schema and p.tablename = t.name
  union all
  select o.schema, 'function', null, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
    concat_ws(' ', p.provolatile, case when p.prosecdef then 'definer' end, p.proconfig::text, p.proacl::text, md5(p.prosrc))
  from pg_proc p join ours o on o.oid = p.pronamespace
  union all
  select o.schema, 'trigger', t.name, g.tgname, coalesce(g.tgrelid::regclass::text, '') || ' ' || pg_get_triggerdef(g.oid)
  from pg_trigger g
  left join tables t on t.oid = g.tgrelid
  join pg_proc p on p.oid = g.tgfoid
  join ours o on o.schema = coalesce(t.schema, (select schema from ours where ours.oid = p.pronamespace))
  where not g.tgisinternal
  union all
  -- PostgreSQL 18 lists NOT NULL among the constraints.
  select t.schema, 'constraint', t.name, c.conname, pg_get_constraintdef(c.oid)
  from tables t join pg_constraint c on c.conrelid = t.oid where c.contype <> 'n'
  union all
  select g.table_schema, 'grant', g.table_name, g.grantee, g.privilege_type
  from information_schema.role_table_grants g join ours o on o.schema = g.table_schema
  union all
  select t.schema, 'publication', t.name, p.pubname, ''
  from tables t join pg_publication_tables p on p.schemaname = t.schema and p.tablename = t.name
  order by 1, 2, 3, 4, 5`
