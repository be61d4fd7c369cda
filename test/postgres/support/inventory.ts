import type { Sql } from './database.ts'

/** Every object of the three schemas by name: what two databases must have in common to be the same. */
export async function inventory(sql: Sql): Promise<unknown[]> {
  const rows = await sql`
    with ours as (select oid, nspname from pg_namespace where nspname in ('public', 'private', 'parley'))
    select 'relation' as kind, nspname || '.' || relname as name, relkind::text || relrowsecurity::text as detail
    from pg_class join ours on ours.oid = relnamespace
    union all
    select 'column', c.oid::regclass::text || '.' || attname, format_type(atttypid, atttypmod) || attnotnull::text
    from pg_attribute join pg_class c on c.oid = attrelid and c.relkind = 'r' join ours on ours.oid = c.relnamespace
    where attnum > 0
    union all
    select 'index', schemaname || '.' || indexname, indexdef from pg_indexes join ours on nspname = schemaname
    union all
    select 'policy', schemaname || '.' || tablename, policyname || cmd || coalesce(qual, '') || coalesce(with_check, '')
    from pg_policies join ours on nspname = schemaname
    union all
    select 'function', p.oid::regprocedure::text, prosecdef::text || provolatile::text || coalesce(proacl::text, '')
    from pg_proc p join ours on ours.oid = pronamespace
    union all
    select 'trigger', tgrelid::regclass::text, tgname from pg_trigger where not tgisinternal
    union all
    -- PostgreSQL 18 lists NOT NULL among the constraints.
    select 'constraint', conrelid::regclass::text, conname || pg_get_constraintdef(c.oid)
    from pg_constraint c join ours on ours.oid = connamespace where contype <> 'n'
    union all
    select 'grant', table_schema || '.' || table_name, grantee || privilege_type
    from information_schema.role_table_grants join ours on nspname = table_schema
    order by 1, 2, 3`
  return rows.map(({ kind, name, detail }) => `${kind} ${name} ${detail}`)
}
